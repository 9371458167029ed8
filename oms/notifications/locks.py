"""Locks on messages. They come last in the lock order: nothing else is locked after one."""

from uuid import UUID

from oms.core.clock import now
from oms.core.locks import lock_rows, lock_unlocked_rows
from oms.notifications.models import Message


def message_for_update(uid: UUID) -> Message | None:
    """The message, locked until the transaction ends."""
    rows = lock_rows(Message.objects.filter(uid=uid))
    return rows[0] if rows else None


def message_to_send() -> Message | None:
    """The message that has been due longest and that no other worker is claiming."""
    due = Message.objects.filter(status=Message.Status.PENDING, due_at__lte=now())
    rows = lock_unlocked_rows(due.order_by("due_at", "id")[:1])
    return rows[0] if rows else None
