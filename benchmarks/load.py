"""A bounded load of orders over HTTP on loopback: `python -m benchmarks.load` as its own process.

Reads a plan as JSON from standard input, prints {"seconds": …, "statuses": {…}, "p95_ms": …}.
"""

import http.client
import json
import sys
import threading
import time
import uuid
from collections import Counter
from random import Random
from typing import Any


def order(random: Random, skus: list[str], lines: int) -> dict[str, Any]:
    """A shipped, prepaid order of `lines` different SKUs."""
    return {
        "method": "ship",
        "lines": [{"sku": sku, "quantity": 1} for sku in random.sample(skus, lines)],
        "customer": {"name": "Ada Byron", "email": "ada@example.com", "language": "en"},
        "ship_to": {
            "street": "Via Dante 1",
            "postcode": "20121",
            "city": "Milano",
            "country": "IT",
            "latitude": 45.46427,
            "longitude": 9.18951,
        },
        "payment": {"provider": "external", "means": "card", "token": uuid.uuid4().hex},
    }


def client(
    plan: dict[str, Any],
    number: int,
    statuses: Counter[int],
    took: list[float],
    refusals: list[str],
) -> None:
    """Send this client's share of the orders over one kept-alive connection."""
    random = Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=30)
    for _ in range(plan["orders"] // plan["clients"]):
        body = json.dumps(order(random, plan["skus"], plan["lines"]))
        start = time.perf_counter()
        connection.request(
            "POST",
            "/api/v1/orders/",
            body=body,
            headers={
                "Authorization": f"Bearer {plan['token']}",
                "Content-Type": "application/json",
                "Idempotency-Key": uuid.uuid4().hex,
            },
        )
        response = connection.getresponse()
        answer = response.read()
        took.append(time.perf_counter() - start)
        statuses[response.status] += 1
        if response.status != 201 and not refusals:
            refusals.append(answer.decode()[:500])


def main() -> None:
    plan = json.load(sys.stdin)
    statuses: Counter[int] = Counter()
    took: list[float] = []
    refusals: list[str] = []
    threads = [
        threading.Thread(target=client, args=(plan, number, statuses, took, refusals))
        for number in range(plan["clients"])
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    took.sort()
    json.dump(
        {
            "seconds": seconds,
            "statuses": statuses,
            "first_refusal": refusals[:1],
            "p50_ms": 1000 * took[len(took) // 2],
            "p95_ms": 1000 * took[len(took) * 95 // 100],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
