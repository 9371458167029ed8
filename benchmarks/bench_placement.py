"""Order placement: the service, HTTP with 1 and 8 clients, and a raw transaction of the same rows.

Every guarantee is on: durable commits, idempotency, audit, event, stored prices and decision. The
raw transaction writes copies of the rows of one placed order, one statement per table, from eight
connections: what the server does when nobody has to decide anything. Events are left for a worker;
none runs while orders come in.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from random import Random
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Model

from benchmarks.retailer import ACTOR, Retailer, make_retailer
from inventory.models import Allocation, Stock, StockMovement
from oms.core.models import AuditEntry, Event
from oms.orders.models import (
    FulfilmentLine,
    FulfilmentOrder,
    Order,
    OrderLine,
    Tender,
    TenderTransaction,
)
from oms.orders.requests import Address, Contact, OrderLineRequest, OrderRequest, PaymentRequest
from oms.orders.services.placement import order_place
from oms.sourcing.models import Decision

NAME = "placement"
TARGET = 150
LINES = 3
SERVICE_ORDERS = 300
HTTP_ORDERS = 1600
RAW_ORDERS = 4000
CLIENTS = 8
# The raw transactions spread over as many orders, so over as many stock rows.
SAMPLES = 60

STOCK = """
UPDATE inventory_stock AS stock SET allocated = allocated + 1
FROM (SELECT id FROM inventory_stock WHERE id = ANY(%(stock)s)
    ORDER BY sku_id, location_id FOR NO KEY UPDATE) AS locked
WHERE stock.id = locked.id AND stock.on_hand - stock.allocated >= 1"""
IDEMPOTENCY = """
INSERT INTO core_idempotencyrecord (principal, key, fingerprint, status, headers, body, created_at)
VALUES ('raw', %(uid)s, repeat('0', 64), 201, '{}', convert_to(repeat('x', 2000), 'UTF8'), now())"""


def run() -> dict[str, Any]:
    retailer = make_retailer()
    random = Random(0)
    samples = [_place(retailer, random) for _ in range(SAMPLES)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    service = _rate(lambda: _service(retailer, SERVICE_ORDERS), SERVICE_ORDERS)
    with server() as port:
        _load(retailer, port, clients=CLIENTS, orders=80)  # warm the workers
        one = _load(retailer, port, clients=1, orders=HTTP_ORDERS // 4)
        eight = _load(retailer, port, clients=CLIENTS, orders=HTTP_ORDERS)
    raw = _raw(samples)
    ours = HTTP_ORDERS / eight["seconds"]
    return {
        "ours": ours,
        "raw": raw,
        "ratio": ours / raw,
        "met": ours >= TARGET and set(eight["statuses"]) == {"201"},
        "unit": "orders/s, 3 lines, HTTP, 8 clients",
        "service_1_client": service,
        "http_1_client": (HTTP_ORDERS // 4) / one["seconds"],
        "http_8_clients_p50_ms": eight["p50_ms"],
        "http_8_clients_p95_ms": eight["p95_ms"],
        "statuses": eight["statuses"],
        "first_refusal": eight["first_refusal"],
    }


def _request(retailer: Retailer, random: Random) -> OrderRequest:
    return OrderRequest(
        channel=retailer.channel,
        lines=tuple(OrderLineRequest(sku.code, 1) for sku in random.sample(retailer.skus, LINES)),
        contact=Contact("Ada Byron", "ada@example.com", language="en"),
        method="ship",
        address=Address(street="Via Dante 1", postcode="20121", city="Milano", country="IT"),
        payment=PaymentRequest("external", "card", token=uuid.uuid4().hex),
    )


def _place(retailer: Retailer, random: Random) -> Order:
    return order_place(_request(retailer, random), actor=ACTOR)


def _service(retailer: Retailer, orders: int) -> None:
    random = Random(1)
    for _ in range(orders):
        _place(retailer, random)


def _rate(work: Callable[[], None], number: int) -> float:
    start = time.perf_counter()
    work()
    return number / (time.perf_counter() - start)


@contextmanager
def server() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "oms/gunicorn.py", "oms.wsgi"],
        env=os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "LOG_LEVEL": "WARNING"},
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _load(retailer: Retailer, port: int, *, clients: int, orders: int) -> dict[str, Any]:
    plan = {
        "port": port,
        "token": retailer.token,
        "skus": [sku.code for sku in retailer.skus],
        "lines": LINES,
        "clients": clients,
        "orders": orders,
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _raw(samples: Sequence[Order]) -> float:
    """Orders/s of copying an order's rows, a transaction each, over eight connections."""
    written = [_rows_of(order) for order in samples]
    settings = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name not in {"context", "cursor_factory", "prepare_threshold"}
    }

    def worker(number: int) -> None:
        random = Random(number)
        with psycopg.connect(**settings, autocommit=True, prepare_threshold=1) as raw:
            for _ in range(RAW_ORDERS // CLIENTS):
                with raw.transaction():
                    _copy_order(raw.cursor(), random.choice(written))

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return RAW_ORDERS / (time.perf_counter() - start)


def _rows_of(order: Order) -> dict[str, Any]:
    """The keys of everything that placing the order wrote, and of the stock it claimed."""
    demands = [line.uid for line in order.lines.all()]
    claims = Allocation.objects.filter(demand__in=demands)
    stock = Stock.objects.filter(
        sku__in=claims.values("sku"), location__in=claims.values("location")
    )
    written: dict[type[Model], Any] = {
        Order: Order.objects.filter(pk=order.pk),
        OrderLine: order.lines,
        FulfilmentOrder: FulfilmentOrder.objects.filter(order=order),
        FulfilmentLine: FulfilmentLine.objects.filter(order_line__order=order),
        Decision: Decision.objects.filter(subject=order.uid),
        Tender: Tender.objects.filter(order=order),
        TenderTransaction: TenderTransaction.objects.filter(tender__order=order),
        Allocation: claims,
        StockMovement: StockMovement.objects.filter(demand__in=demands),
        AuditEntry: AuditEntry.objects.filter(object_type="orders.order", object_id=str(order.pk)),
        Event: Event.objects.filter(aggregate_id=order.uid),
    }
    keys = {_key(model): list(rows.values_list("pk", flat=True)) for model, rows in written.items()}
    return keys | {"stock": list(stock.values_list("pk", flat=True))}


def _copy_order(cursor: Any, old: dict[str, Any]) -> None:
    new = old | {"uid": uuid.uuid4()}
    new["order"] = _copy(cursor, Order, new, external_id="NULL")[0]
    new["lines"] = _copy(cursor, OrderLine, new, order_id="%(order)s")
    new["work"] = _copy(cursor, FulfilmentOrder, new, order_id="%(order)s")[0]
    # The new lines come in the order of the old ones.
    old_lines = f"array_position(%({_key(OrderLine)})s, order_line_id)"
    _copy(
        cursor,
        FulfilmentLine,
        new,
        fulfilment_order_id="%(work)s",
        order_line_id=f"(%(lines)s::bigint[])[{old_lines}]",
    )
    _copy(cursor, Decision, new, subject="%(uid)s")
    new["tender"] = _copy(cursor, Tender, new, order_id="%(order)s", token="%(uid)s")[0]
    _copy(cursor, TenderTransaction, new, tender_id="%(tender)s")
    cursor.execute(STOCK, new)
    _copy(cursor, Allocation, new, demand="gen_random_uuid()")
    _copy(cursor, StockMovement, new)
    _copy(cursor, AuditEntry, new)
    _copy(cursor, Event, new, aggregate_id="%(uid)s")
    cursor.execute(IDEMPOTENCY, new)


def _key(model: type[Model]) -> str:
    return f"old_{model._meta.model_name}"


def _copy(cursor: Any, model: type[Model], new: dict[str, Any], **changed: str) -> list[int]:
    """Copy the rows in one statement; the new ids."""
    cursor.execute(_statement(model, tuple(changed.items())), new)
    return [row[0] for row in cursor.fetchall()]


@cache
def _statement(model: type[Model], changed: tuple[tuple[str, str], ...]) -> str:
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated
    ]
    values = {"uid": "gen_random_uuid()"} | dict(changed)
    key = model._meta.pk.column
    return (
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values.get(column, column) for column in columns)} "
        f"FROM {model._meta.db_table} WHERE {key} = ANY(%({_key(model)})s) "
        f"ORDER BY {key} RETURNING {key}"
    )
