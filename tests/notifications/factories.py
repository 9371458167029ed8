import uuid
from typing import Any

from oms.notifications.models import Message
from oms.notifications.services import message_queue

CONTEXT = {
    "name": "Ada & Bob",
    "lines": [{"name": "Tea <strong>", "sku": "TEA-1", "quantity": 2, "gross": "9.90"}],
    "gross": "9.90",
    "when": None,
    "items": [("Store", "Milano\nCorso Como 1"), ("Nothing", "")],
}


def queue(**changes: Any) -> Message | None:
    """Queue the tests' own kind of message."""
    return message_queue(
        **{
            "kind": "demo/hello",
            "source": f"test:{uuid.uuid4()}",
            "recipient": "ada@example.com",
            "language": "en",
            "context": CONTEXT,
            **changes,
        }
    )


def queued(**changes: Any) -> Message:
    """A queued message as it stands in the database."""
    message = queue(**changes)
    assert message is not None
    return Message.objects.get(pk=message.pk)
