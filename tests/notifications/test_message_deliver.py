import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection

from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.errors import NotFound
from oms.notifications import delivery
from oms.notifications.models import Message
from oms.notifications.services import message_resend
from tests.notifications.factories import queued

MAILBOX = "oms.notifications.senders.Mailbox"
EMAIL = "oms.notifications.senders.Email"
pytestmark = pytest.mark.django_db


class Broken:
    """A sender whose mail server is away."""

    def send(self, message):
        raise ConnectionError("no route to mail server")


class Slow:
    """A sender that waits until the test lets it go, counting what it sent."""

    sent: list[int] = []
    entered = threading.Event()
    leave = threading.Event()

    def send(self, message):
        self.sent.append(message.pk)
        self.entered.set()
        self.leave.wait(10)


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.MESSAGE_SENDER = MAILBOX


def test_the_mailbox_marks_a_message_as_sent_once():
    message = queued()
    assert delivery.messages_deliver() == 1
    message.refresh_from_db()
    assert message.status == Message.Status.SENT
    assert message.sent_at is not None
    assert delivery.messages_deliver() == 0


def test_email_carries_both_parts_and_the_picture_as_an_attachment(settings, mailoutbox):
    settings.MESSAGE_SENDER = EMAIL
    message = queued()
    assert delivery.messages_deliver() == 1
    (sent,) = mailoutbox
    assert sent.to == ["ada@example.com"]
    assert sent.body == message.text
    html = sent.alternatives[0][0]
    assert "data:image" not in html
    assert 'src="cid:image1"' in html
    raw = sent.message().as_string()
    assert "Content-ID: <image1>" in raw
    assert f"<{message.uid}@" in sent.extra_headers["Message-ID"]
    assert "multipart/related" in raw


def test_a_failing_sender_is_tried_five_times_ever_later_then_given_up(settings):
    settings.MESSAGE_SENDER = f"{__name__}.Broken"
    message = queued()
    waits = []
    with time_machine.travel(now(), tick=False) as clock:
        for _attempt in range(delivery.MAX_ATTEMPTS):
            assert delivery.messages_deliver() == 0
            message.refresh_from_db()
            waits.append(message.due_at - now())
            clock.move_to(message.due_at)
    assert message.status == Message.Status.FAILED
    assert "no route" in message.last_error
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=delivery.BACKOFF)


def test_a_message_that_waits_for_its_next_attempt_does_not_hold_up_others(settings):
    settings.MESSAGE_SENDER = f"{__name__}.Broken"
    queued()
    delivery.messages_deliver()
    settings.MESSAGE_SENDER = MAILBOX
    other = queued()
    assert delivery.messages_deliver() == 1
    other.refresh_from_db()
    assert other.status == Message.Status.SENT


def test_a_worker_that_died_between_claim_and_sending_loses_nothing():
    message = queued()
    claimed = delivery._claim()
    assert claimed is not None
    assert delivery.messages_deliver() == 0, "the lease keeps others away"
    with time_machine.travel(now() + delivery.LEASE + timedelta(seconds=1)):
        assert delivery.messages_deliver() == 1
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Message.Status.SENT, 2)


def test_a_worker_that_wakes_after_its_lease_changes_nothing():
    queued()
    late = delivery._claim()
    assert late is not None
    with time_machine.travel(now() + delivery.LEASE + timedelta(seconds=1)):
        delivery.messages_deliver()
    assert delivery._deliver(late) is False
    assert Message.objects.get().attempts == 2


def test_a_message_that_kills_its_workers_is_given_up():
    message = queued()
    moment = now()
    for _death in range(delivery.MAX_ATTEMPTS):
        with time_machine.travel(moment):
            assert delivery._claim() is not None
        moment += delivery.LEASE + timedelta(seconds=1)
    with time_machine.travel(moment):
        assert delivery.messages_deliver() == 0
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED


def test_resend_sends_again_and_is_audited(settings, mailoutbox):
    settings.MESSAGE_SENDER = EMAIL
    message = queued()
    delivery.messages_deliver()
    message_resend(message.uid, actor=system_actor())
    delivery.messages_deliver()
    assert len(mailoutbox) == len(mail.outbox) == 2
    first, second = mailoutbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_resend_of_nothing_is_not_found():
    with pytest.raises(NotFound):
        message_resend("00000000-0000-0000-0000-000000000000", actor=system_actor())


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_message(settings):
    settings.MESSAGE_SENDER = f"{__name__}.Slow"
    messages = [queued().pk for _ in range(6)]
    Slow.sent.clear()
    Slow.leave.set()

    def work():
        try:
            delivery.messages_deliver()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(Slow.sent) == sorted(messages)
    assert not Message.objects.exclude(status=Message.Status.SENT).exists()
