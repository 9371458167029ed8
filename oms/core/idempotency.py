"""Idempotent writes, kept by the database in the same transaction as the write itself.

Same key and same request → the stored answer, byte for byte. Same key and another request →
`KeyReused` (422). Same key while the first still runs → `KeyInFlight` (409). Only successful
answers are kept: a refused or failed request changed nothing, so its key may be tried again.
Source: the IETF draft "The Idempotency-Key HTTP Header Field".
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue, KeyInFlight, KeyReused
from oms.core.models import IdempotencyRecord
from oms.core.sql import fetch_rows, rows_insert

KEEP = timedelta(days=30)
MAX_KEY = 255

# One round trip: take the key for this transaction, and look for an earlier answer.
BEGIN = """
    SELECT pg_try_advisory_xact_lock(
               hashtextextended(%(principal)s::text || ' ' || %(key)s::text, 0)),
           record.fingerprint, record.status, record.headers::text, record.body
    FROM (VALUES (1)) AS one(row)
    LEFT JOIN core_idempotencyrecord AS record
      ON record.principal = %(principal)s AND record.key = %(key)s
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it went out."""

    status: int
    body: bytes
    headers: dict[str, str]
    replayed: bool = False


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same: method, path and exact body."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def idempotent(
    *, principal: str, key: str, fingerprint: str, perform: Callable[[], Answer]
) -> Answer:
    """Run `perform` once per (principal, key), in one transaction with the record of its answer.

    Raises InvalidInput (bad key), KeyReused, KeyInFlight, and whatever `perform` raises.
    """
    if not key or len(key) > MAX_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidInput(
            [
                Issue(
                    "Idempotency-Key",
                    f"Send 1 to {MAX_KEY} printable ASCII characters",
                    "invalid_key",
                )
            ]
        )
    try:
        with transaction.atomic():
            earlier = _begin(principal, key, fingerprint)
            if earlier is not None:
                return earlier
            answer = perform()
            if answer.status < 300:
                record = IdempotencyRecord(
                    principal=principal,
                    key=key,
                    fingerprint=fingerprint,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                )
                rows_insert([record])
            return answer
    except IntegrityError as error:
        # The twin committed between our snapshot and our lock: nothing of ours was kept.
        if "idempotency_once" in str(error):
            raise KeyInFlight from error
        raise


def _begin(principal: str, key: str, fingerprint: str) -> Answer | None:
    rows = fetch_rows(BEGIN, {"principal": principal, "key": key})
    locked, known, status, headers, body = rows[0]
    if known is None:
        if not locked:
            raise KeyInFlight
        return None
    if known != fingerprint:
        raise KeyReused
    return Answer(status=status, body=bytes(body), headers=json.loads(headers), replayed=True)


def idempotency_prune() -> int:
    """Forget answers older than `KEEP`; the number forgotten."""
    return IdempotencyRecord.objects.filter(created_at__lt=now() - KEEP).delete()[0]
