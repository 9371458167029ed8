"""Sending what is queued: at least once, each message by one worker at a time.

A claim counts the attempt and leases the message before anything is sent, so a message that kills
its worker is tried again later and given up in the end. Only the attempt that holds the claim may
mark the message. Between "the mail server took it" and that mark lies the one gap in which a
killed worker sends twice; the fixed Message-ID lets mailboxes drop the second copy.
"""

from datetime import timedelta
from functools import cache

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from oms.core.clock import now
from oms.notifications.locks import message_to_send
from oms.notifications.models import Message
from oms.notifications.senders import Sender

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
# Longer than a sender may take; past it, the worker is taken for dead.
LEASE = timedelta(seconds=60)
# 10 s, 40 s, 160 s, 640 s: a mail server may be away for some minutes.
BACKOFF = 10
BACKOFF_FACTOR = 4


def messages_deliver(limit: int = 10_000) -> int:
    """Send due messages until none is left (or `limit` were tried); the number sent."""
    sent = 0
    for _turn in range(limit):
        message = _claim()
        if message is None:
            break
        sent += _deliver(message)
    return sent


@transaction.atomic
def _claim() -> Message | None:
    message = message_to_send()
    if message is not None:
        message.attempts += 1
        message.due_at = now() + LEASE
        message.save(update_fields=["attempts", "due_at"])
    return message


def _deliver(message: Message) -> bool:
    if message.attempts > MAX_ATTEMPTS:
        # Every attempt before this one took its worker down with it.
        _mark(message, status=Message.Status.FAILED)
        log.error("message.failed", message=message.pk, kind=message.kind)
        return False
    try:
        sender_of(settings.MESSAGE_SENDER).send(message)
    except Exception as error:
        log.warning("message.postponed", message=message.pk, error=type(error).__name__)
        given_up = message.attempts >= MAX_ATTEMPTS
        _mark(
            message,
            status=Message.Status.FAILED if given_up else Message.Status.PENDING,
            due_at=now() + timedelta(seconds=BACKOFF * BACKOFF_FACTOR ** (message.attempts - 1)),
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )
        return False
    return _mark(message, status=Message.Status.SENT, sent_at=now(), last_error="")


def _mark(message: Message, **values: object) -> bool:
    """Change the message if this attempt still holds it."""
    held = Message.objects.filter(
        pk=message.pk, status=Message.Status.PENDING, attempts=message.attempts
    )
    return bool(held.update(**values))


@cache
def sender_of(path: str) -> Sender:
    """The sender that settings name."""
    sender: Sender = import_string(path)()
    return sender
