"""A bounded load of orders over HTTP on loopback: `python -m benchmarks.load` as its own process.

Reads a plan as JSON from standard input, prints {"seconds": …, "statuses": {…}, "p95_ms": …}.
"""

import json
import socket
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
    requests: list[bytes],
    statuses: Counter[int],
    took: list[float],
    refusals: list[str],
) -> None:
    """Send this client's share of the orders over one kept-alive connection."""
    with socket.create_connection(("127.0.0.1", plan["port"]), timeout=30) as connection:
        for request in requests:
            start = time.perf_counter()
            connection.sendall(request)
            status, answer = answer_of(connection)
            took.append(time.perf_counter() - start)
            statuses[status] += 1
            if status != 201 and not refusals:
                refusals.append(answer.decode()[:500])


def request_of(plan: dict[str, Any], random: Random) -> bytes:
    body = json.dumps(order(random, plan["skus"], plan["lines"])).encode()
    head = (
        "POST /api/v1/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {plan['token']}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answer_of(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body. By hand: the load must not take the processors from what it measures."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _end, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return int(head.split(None, 2)[1]), body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("The server closed the connection")
    return data


def main() -> None:
    plan = json.load(sys.stdin)
    statuses: Counter[int] = Counter()
    took: list[float] = []
    refusals: list[str] = []
    threads = []
    for number in range(plan["clients"]):
        random = Random(number)
        requests = [request_of(plan, random) for _ in range(plan["orders"] // plan["clients"])]
        threads.append(
            threading.Thread(target=client, args=(plan, requests, statuses, took, refusals))
        )
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
