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
from random import Random
from typing import Any

from django.db import connection
from django.db.models import Model

from benchmarks.retailer import ACTOR, Retailer, make_retailer
from inventory.models import Allocation, StockMovement
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

NEW_LINE = """(SELECT line.id FROM orders_orderline AS line
    WHERE line.order_id = %(order)s AND line.position = (
        SELECT position FROM orders_orderline AS old WHERE old.id = order_line_id))"""
STOCK = """
UPDATE inventory_stock AS stock SET allocated = allocated + 1
FROM (SELECT stock.id FROM inventory_stock AS stock
    JOIN inventory_allocation AS claim USING (sku_id, location_id)
    WHERE claim.demand IN (SELECT uid FROM orders_orderline WHERE order_id = %(old)s)
    ORDER BY stock.sku_id, stock.location_id FOR NO KEY UPDATE OF stock) AS locked
WHERE stock.id = locked.id AND stock.on_hand - stock.allocated >= 1"""
IDEMPOTENCY = """
INSERT INTO core_idempotencyrecord (principal, key, fingerprint, status, headers, body, created_at)
VALUES ('raw', %(uid)s, repeat('0', 64), 201, '{}', convert_to(repeat('x', 2000), 'UTF8'), now())"""


def run() -> dict[str, Any]:
    retailer = make_retailer()
    random = Random(0)
    samples = [_place(retailer, random) for _ in range(SAMPLES)]
    service = _rate(lambda: _service(retailer, SERVICE_ORDERS), SERVICE_ORDERS)
    with _server() as port:
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
def _server() -> Iterator[int]:
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

    def worker(number: int) -> None:
        random = Random(number)
        raw = connection.copy()
        with raw.cursor() as cursor:
            for _ in range(RAW_ORDERS // CLIENTS):
                cursor.execute("BEGIN")
                _copy_order(cursor, random.choice(samples))
                cursor.execute("COMMIT")
        raw.close()

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return RAW_ORDERS / (time.perf_counter() - start)


def _copy_order(cursor: Any, order: Order) -> None:
    new = {"old": order.pk, "uid": uuid.uuid4()}
    new["order"] = _copy(cursor, Order, "id = %(old)s", new, external_id="NULL")
    new["line"] = _copy(cursor, OrderLine, "order_id = %(old)s", new, order_id="%(order)s")
    new["work"] = _copy(cursor, FulfilmentOrder, "order_id = %(old)s", new, order_id="%(order)s")
    _copy(
        cursor,
        FulfilmentLine,
        "order_line_id IN (SELECT id FROM orders_orderline WHERE order_id = %(old)s)",
        new,
        fulfilment_order_id="%(work)s",
        order_line_id=NEW_LINE,
    )
    _copy(cursor, Decision, f"subject = '{order.uid}'", new, subject="%(uid)s")
    new["tender"] = _copy(
        cursor, Tender, "order_id = %(old)s", new, order_id="%(order)s", token="%(uid)s"
    )
    _copy(
        cursor,
        TenderTransaction,
        "tender_id IN (SELECT id FROM orders_tender WHERE order_id = %(old)s)",
        new,
        tender_id="%(tender)s",
    )
    cursor.execute(STOCK, new)
    demands = "demand IN (SELECT uid FROM orders_orderline WHERE order_id = %(old)s)"
    _copy(cursor, Allocation, demands, new, demand="gen_random_uuid()")
    _copy(cursor, StockMovement, demands, new)
    _copy(cursor, AuditEntry, f"object_type = 'orders.order' AND object_id = '{order.pk}'", new)
    _copy(cursor, Event, f"aggregate_id = '{order.uid}'", new, aggregate_id="%(uid)s")
    cursor.execute(IDEMPOTENCY, new)


def _copy(cursor: Any, model: type[Model], where: str, new: dict[str, Any], **changed: str) -> int:
    """Copy the rows in one statement; the id of the last."""
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated
    ]
    values = {"uid": "gen_random_uuid()"} | changed
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values.get(column, column) for column in columns)} "
        f"FROM {model._meta.db_table} WHERE {where} RETURNING {model._meta.pk.column}",
        new,
    )
    return int(cursor.fetchall()[-1][0])
