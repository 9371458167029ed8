"""A full stock sync of a million rows over HTTP into the applied state, beside raw PostgreSQL.

Every tenth row says something new. Ours is everything a retailer gets: received by gunicorn, kept
durably, staged, checked row by row, set against what moved since, and booked by a Celery worker in
one transaction with the ledger. Raw is what a script would do with the same rows at a second
location of the same tables: COPY into a temporary table, one insert of the differences into the
ledger, one upsert of the stock. Both take turns; the medians count. The worker's peak memory is the
kernel's (VmHWM).
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from benchmarks.bench_placement import server
from catalog.models import Category, Product, TaxClass
from inventory.models import Location
from inventory.services.audit import stock_audit
from inventory.status import LocationKind
from oms.core.actors import system_actor
from oms.core.api.authentication import api_key_create
from oms.core.clock import now

NAME = "sync"
ROWS = int(os.environ.get("BENCH_SYNC_ROWS", "1000000"))
ROUNDS = 3
RATIO = 1.5
MEMORY_MB = 300
TARGET = f"≤ {RATIO} × raw, worker ≤ {MEMORY_MB} MB"

SKUS = """
INSERT INTO catalog_sku (product_id, code, name, options, gtin, tax_class_id, status, pack_size,
    weight_g, image, updated_at)
SELECT %(product)s, %(mark)s || '-' || n, 'Thing', '{}', '', %(tax)s, 'active', 1, 0, '', now()
FROM generate_series(1, %(rows)s) AS n
"""
STOCK = """
INSERT INTO inventory_stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT id, %(location)s, 50, 0, 0, 0, 0 FROM catalog_sku WHERE product_id = %(product)s ORDER BY id
"""
OPENING = """
INSERT INTO inventory_stockmovement
    (sku_id, location_id, kind, on_hand, allocated, held, unavailable, cause, reason, actor)
SELECT sku_id, location_id, 'received', on_hand, 0, 0, 0, 'opening', '', 'benchmark'
FROM inventory_stock WHERE location_id = %(location)s
"""
RAW_STAGE = "CREATE TEMPORARY TABLE raw_row (sku text, quantity integer) ON COMMIT DROP"
RAW_COPY = "COPY raw_row FROM STDIN (FORMAT csv, HEADER)"
RAW_LEDGER = """
INSERT INTO inventory_stockmovement
    (sku_id, location_id, kind, on_hand, allocated, held, unavailable, cause, reason, actor)
SELECT sku.id, %(location)s, 'counted', row.quantity - COALESCE(stock.on_hand, 0), 0, 0, 0,
    'raw', '', 'benchmark'
FROM raw_row AS row JOIN catalog_sku AS sku ON sku.code = row.sku
    LEFT JOIN inventory_stock AS stock ON stock.sku_id = sku.id AND stock.location_id = %(location)s
WHERE row.quantity <> COALESCE(stock.on_hand, 0)
"""
RAW_UPSERT = """
INSERT INTO inventory_stock AS stock
    (sku_id, location_id, on_hand, allocated, held, unavailable, safety_stock)
SELECT sku.id, %(location)s, row.quantity, 0, 0, 0, 0
FROM raw_row AS row JOIN catalog_sku AS sku ON sku.code = row.sku
ON CONFLICT (sku_id, location_id) DO UPDATE SET on_hand = EXCLUDED.on_hand
    WHERE stock.on_hand <> EXCLUDED.on_hand
"""


def run() -> dict[str, Any]:
    mark = uuid.uuid4().hex[:6].upper()
    ours, raw = _locations(mark)
    _fill(mark, ours, raw)
    _key, token = api_key_create(
        name=mark,
        scopes=["stock:write"],
        actor=system_actor("benchmark"),
        bound_to=("location", ours),
    )
    figures: dict[str, list[Any]] = {"ours": [], "raw": [], "received": [], "applied": []}
    with server() as port, _worker() as worker:
        for number in range(1, ROUNDS + 1):
            body = _counts(mark, number)
            figures["raw"].append(_raw(raw, body))
            received, applied = _sync(port, token, ours, number, body)
            figures["received"].append(received)
            figures["applied"].append(applied - received)
            figures["ours"].append(applied)
            print(f"sync: {number}/{ROUNDS}", {k: round(v[-1], 2) for k, v in figures.items()})
        memory = _peak_mb(worker)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    ratio = medians["ours"] / medians["raw"]
    clean = stock_audit().clean
    return {
        "ours": medians["ours"],
        "raw": medians["raw"],
        "ratio": ratio,
        "met": ratio <= RATIO and memory <= MEMORY_MB and clean,
        "unit": f"seconds, {ROWS:,} rows, 10 % changed",
        "rows_per_second": ROWS / medians["ours"],
        "worker_peak_mb": memory,
        "seconds_received": medians["received"],
        "seconds_until_applied": medians["applied"],
        "audit_clean": clean,
    }


def _locations(mark: str) -> tuple[Location, Location]:
    first, second = (
        Location.objects.create(code=f"{mark}{n}", name=mark, kind=LocationKind.WAREHOUSE)
        for n in (1, 2)
    )
    return first, second


def _fill(mark: str, *locations: Location) -> None:
    tax = TaxClass.objects.create(code=mark, name=mark)
    root = Category.add_root(code=mark, name=mark)
    product = Product.objects.create(code=mark, name=mark, category=root)
    values = {"mark": mark, "rows": ROWS, "product": product.pk, "tax": tax.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(SKUS, values)
        for location in locations:
            cursor.execute(STOCK, values | {"location": location.pk})
            cursor.execute(OPENING, values | {"location": location.pk})
        # As autovacuum has long done where stock has been for a while.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _counts(mark: str, number: int) -> bytes:
    """The file of a round: one row in ten differs from the round before."""
    rows = (f"{mark}-{n},{51 + n % 10 if n % 10 < number else 50}\n" for n in range(1, ROWS + 1))
    return ("sku,quantity\n" + "".join(rows)).encode()


def _raw(location: Location, body: bytes) -> float:
    params = {"location": location.pk}
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW_STAGE)
        with cursor.copy(RAW_COPY) as copy:
            for at in range(0, len(body), 2**20):
                copy.write(body[at : at + 2**20])
        cursor.execute("ANALYZE raw_row")
        cursor.execute(RAW_LEDGER, params)
        cursor.execute(RAW_UPSERT, params)
    return time.perf_counter() - start


def _sync(
    port: int, token: str, location: Location, number: int, body: bytes
) -> tuple[float, float]:
    """Seconds until the batch is received, and until it is applied."""
    as_of = now().isoformat().replace("+00:00", "Z")
    query = f"location={location.code}&batch_id=b{number}&sequence={number}&kind=full&as_of={as_of}"
    start = time.perf_counter()
    answer = _ask(port, token, "POST", f"/api/v1/stock-batches/?{query}", body)
    received = time.perf_counter() - start
    while answer["status"] == "received":
        time.sleep(0.05)
        answer = _ask(port, token, "GET", f"/api/v1/stock-batches/{answer['uid']}/")
    if answer["status"] != "applied" or answer["result"]["changed"] != ROWS // 10:
        raise RuntimeError(f"Not applied: {answer}")
    return received, time.perf_counter() - start


def _ask(port: int, token: str, method: str, path: str, body: bytes | None = None) -> Any:
    there = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    there.request(method, path, body, headers)
    answer = there.getresponse()
    text = answer.read()
    there.close()
    if answer.status not in (200, 202):
        raise RuntimeError(f"{answer.status}: {text[:500]!r}")
    return json.loads(text)


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker with one child, which does the work."""
    options = ["--concurrency", "1", "--loglevel", "WARNING", "--without-mingle"]
    process = subprocess.Popen([sys.executable, "-m", "celery", "-A", "oms", "worker", *options])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _peak_mb(worker: subprocess.Popen[bytes]) -> float:
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    peaks = []
    for pid in children:
        status = Path(f"/proc/{pid}/status").read_text()
        peaks.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
    return max(peaks)
