"""What an event of the fault tests sets off: one audit entry and one message."""

import time

from oms.core.actors import system_actor
from oms.core.audit import audit_record
from oms.core.models import Event
from oms.notifications.services import message_queue
from tests.notifications.factories import CONTEXT

# Long enough to be killed in the middle of it.
TAKES = 0.02


def record(event: Event) -> None:
    audit_record("fault.effect", event, actor=system_actor("fault test"))
    time.sleep(TAKES)
    message_queue(
        kind="demo/hello",
        source=f"event:{event.uid}",
        recipient="ada@example.com",
        language="en",
        context=CONTEXT,
    )
