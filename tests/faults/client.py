"""A client that keeps its own journal: `python -m tests.faults.client JOURNAL FIRST LAST PAUSE`.

Every request carries an idempotency key and is tried again until it is acknowledged; only then is
its number written down, on disk. What it could not do at once is written down as "retry".
"""

import os
import sys
import time
from pathlib import Path
from typing import TextIO
from uuid import NAMESPACE_URL, uuid5

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connection  # noqa: E402 - settings first

from oms.core.errors import KeyInFlight  # noqa: E402
from oms.core.events import event_add  # noqa: E402
from oms.core.idempotency import Answer, fingerprint_of, idempotent  # noqa: E402

AGGREGATES = 12


def request(number: int) -> None:
    """One acknowledged write, as the API does it."""

    def perform() -> Answer:
        event_add(
            "fault.happened",
            aggregate="fault",
            aggregate_id=uuid5(NAMESPACE_URL, str(number % AGGREGATES)),
            payload={"number": number},
        )
        return Answer(status=201, body=b"{}", headers={})

    idempotent(
        principal="client",
        key=f"request {number}",
        fingerprint=fingerprint_of("POST", "/", str(number).encode()),
        perform=perform,
    )


def note(journal: TextIO, line: str) -> None:
    journal.write(f"{line}\n")
    journal.flush()
    os.fsync(journal.fileno())


def main(path: str, first: str, last: str, pause: str) -> None:
    with Path(path).open("a", encoding="utf-8") as journal:
        for number in range(int(first), int(last)):
            while True:
                try:
                    request(number)
                    break
                except (DatabaseError, InterfaceError, KeyInFlight) as error:
                    note(journal, f"retry {type(error).__name__}")
                    connection.close()
                    time.sleep(0.1)
            note(journal, str(number))
            time.sleep(float(pause))


if __name__ == "__main__":
    main(*sys.argv[1:])
