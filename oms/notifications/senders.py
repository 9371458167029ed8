"""How a message leaves: a small protocol, chosen in settings (`MESSAGE_SENDER`)."""

import base64
import re
from email.mime.image import MIMEImage
from email.utils import parseaddr
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from oms.notifications.models import Message

TIMEOUT = 20
INLINE_IMAGE = re.compile(r'src="data:image/png;base64,(?P<data>[A-Za-z0-9+/=]+)"')


class Sender(Protocol):
    """Sends one message, or raises; it is called outside any transaction and may be slow."""

    def send(self, message: Message) -> None: ...


class Mailbox:
    """Development: the row itself is the mailbox, shown at `/office/mailbox/`."""

    def send(self, message: Message) -> None:
        """Nothing leaves. Marking the row as sent is all there is, so it happens exactly once."""
        del message


class Email:
    """Django's configured mail server."""

    def send(self, message: Message) -> None:
        html, images = inline_images(message.html)
        _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        domain = address.rpartition("@")[2] or "localhost"
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[message.recipient],
            connection=get_connection(timeout=TIMEOUT),
            headers={
                # The same for every attempt: a second copy is recognised as one.
                "Message-ID": f"<{message.uid}@{domain}>",
                "Content-Language": message.language,
                # Nobody's holiday notice has to come back.
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )
        mail.attach_alternative(html, "text/html")
        mail.mixed_subtype = "related"  # type: ignore[attr-defined]  # missing in the stubs
        for image in images:
            mail.attach(image)
        for file in message.attachments:
            mail.attach(file["name"], file["text"], file["type"])
        mail.send()


def inline_images(html: str) -> tuple[str, list[MIMEImage]]:
    """`data:` images as attachments with a Content-ID: large mail services drop `data:` ones."""
    images: list[MIMEImage] = []

    def attach(found: re.Match[str]) -> str:
        name = f"image{len(images) + 1}"
        image = MIMEImage(base64.b64decode(found["data"]), "png")
        image.add_header("Content-ID", f"<{name}>")
        image.add_header("Content-Disposition", "inline", filename=f"{name}.png")
        images.append(image)
        return f'src="cid:{name}"'

    return INLINE_IMAGE.sub(attach, html), images
