"""Queueing messages: rendered once, in the reader's language, in the transaction of the news."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.clock import now, retailer_zone
from oms.core.errors import NotFound
from oms.core.locks import require_transaction
from oms.core.sql import rows_insert
from oms.core.wake import wake_on_commit
from oms.notifications.locks import message_for_update
from oms.notifications.models import Message

DELIVER = "oms.notifications.tasks.message_deliver"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes with a message; `type` is its media type."""

    name: str
    type: str
    text: str


@transaction.atomic
def message_queue(
    *,
    kind: str,
    source: str,
    recipient: str,
    language: str,
    context: Mapping[str, Any],
    subject_type: str = "",
    subject_id: str = "",
) -> Message | None:
    """Render and store a message; a worker sends it after the commit.

    `kind` is "<app>/<name>" and names the templates `<app>/mail/<name>.subject.txt`, `.txt` and
    `.html`. The same `source` gives the same message, however often an event is delivered.
    Nobody to write to: None.
    """
    if not recipient:
        return None
    known = Message.objects.filter(source=source).first()
    if known is not None:
        return known
    subject, text, html = message_render(kind, language, context)
    message = Message(
        source=source,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        recipient=recipient,
        language=supported_language(language),
        subject=subject,
        text=text,
        html=html,
    )
    try:
        with transaction.atomic():
            rows_insert([message])
    except IntegrityError:
        # Somebody else was faster with the same news.
        return Message.objects.get(source=source)
    wake_on_commit(DELIVER)
    return message


def message_attach(message: Message, attachments: Sequence[Attachment]) -> None:
    """Let files go with a message, in the transaction that queued it."""
    require_transaction()
    message.attachments = [asdict(one) for one in attachments]
    message.save(update_fields=["attachments"])


def message_render(kind: str, language: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of a message, in `language` and the retailer's time zone."""
    app, _slash, name = kind.partition("/")
    base = f"{app}/mail/{name}"
    code = supported_language(language)
    values = {
        "retailer_name": settings.RETAILER_NAME,
        "public_url": settings.PUBLIC_URL.rstrip("/"),
        "language": code,
        **context,
    }
    with translation.override(code), timezone.override(retailer_zone()):
        subject = _render(f"{base}.subject.txt", values, escape=False)
        text = _render(f"{base}.txt", values, escape=False)
        html = _render(f"{base}.html", values, escape=True)
    # A header has one line: whatever a name contains, it cannot start another one.
    return " ".join(subject.split())[:200], _tidy(text), html.strip()


def _render(template: str, values: Mapping[str, Any], *, escape: bool) -> str:
    backend: Any = get_template(template)
    return str(backend.template.render(Context(dict(values), autoescape=escape)))


def _tidy(text: str) -> str:
    """Template tags leave empty lines behind: never more than one in a row."""
    kept: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept) + "\n"


def supported_language(language: str) -> str:
    """`language` if we speak it (also "it-IT"), else the retailer's own."""
    known = dict(settings.LANGUAGES)
    short = language.lower().replace("_", "-").partition("-")[0]
    return short if short in known else settings.LANGUAGE_CODE


@transaction.atomic
def message_resend(uid: UUID, *, actor: Actor) -> Message:
    """Send a message once more, also one that was given up. Raises NotFound."""
    message = message_for_update(uid)
    if message is None:
        raise NotFound
    message.status = Message.Status.PENDING
    message.attempts = 0
    message.due_at = now()
    message.save(update_fields=["status", "attempts", "due_at"])
    audit_record("message.resent", message, actor=actor, data={"kind": message.kind})
    wake_on_commit(DELIVER)
    return message
