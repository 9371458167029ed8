"""Many clients at once against a real server, each with a connection of its own."""

import http.client
import json
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def post(base: str, path: str, token: str, body: Any, key: str = "") -> Answer:
    connection = http.client.HTTPConnection(urlparse(base).netloc, timeout=60)
    connection.request(
        "POST",
        path,
        body=json.dumps(body),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key or uuid.uuid4().hex,
        },
    )
    response = connection.getresponse()
    answer = Answer(response.status, response.read(), dict(response.getheaders()))
    connection.close()
    return answer


def at_once(calls: Sequence[Callable[[], Answer]], clients: int) -> list[Answer]:
    """Make all the calls from `clients` threads that start together; the answers in any order."""
    waiting = list(calls)
    answers: list[Answer] = []
    failures: list[BaseException] = []
    start = threading.Barrier(clients)

    def client() -> None:
        start.wait()
        try:
            while True:
                try:
                    call = waiting.pop()
                except IndexError:
                    return
                answers.append(call())
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return answers
