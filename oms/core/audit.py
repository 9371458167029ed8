"""The append-only audit: one row per change, written in the change's own transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from oms.core.actors import Actor
from oms.core.locks import require_transaction
from oms.core.models import AuditEntry
from oms.core.sql import rows_insert


def audit_record(
    action: str, subject: models.Model, *, actor: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Record that `actor` did `action` to `subject`. `data` is JSON-safe and never personal."""
    audit_record_many(action, [subject], actor=actor, data=data)


def audit_record_many(
    action: str,
    subjects: Iterable[models.Model],
    *,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
) -> None:
    """`audit_record` for many subjects in one statement."""
    require_transaction()
    rows_insert(
        [
            AuditEntry(
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_label=actor.label,
                action=action,
                object_type=subject._meta.label_lower,
                object_id=str(subject.pk),
                data=dict(data or {}),
            )
            for subject in subjects
        ]
    )


def audit_trail(subject: models.Model) -> "models.QuerySet[AuditEntry]":
    """The entries about `subject`, oldest first."""
    return AuditEntry.objects.filter(
        object_type=subject._meta.label_lower, object_id=str(subject.pk)
    ).order_by("id")
