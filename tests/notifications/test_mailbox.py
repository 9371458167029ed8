import pytest
from django.test import Client

from oms.core.models import AuditEntry
from oms.notifications.models import Message
from tests.core.factories import make_user
from tests.notifications.factories import queued

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def browser(role):
    client = Client()
    client.force_login(make_user(role))
    return client


@pytest.fixture
def office(db):
    return browser("operations_admin")


def test_messages_are_listed_and_filtered(office):
    queued(recipient="ada@example.com", subject_id="100001")
    queued(recipient="bob@example.com", subject_id="100002")
    for query in ({"q": "bob@"}, {"recipient": "BOB@example.com"}, {"subject_id": "100002"}):
        page = office.get("/office/mailbox/", query).content.decode()
        assert "bob@example.com" in page
        assert "ada@example.com" not in page


def test_the_list_moves_only_when_there_is_news(office):
    queued()
    page = office.get("/office/mailbox/").context["state"]
    seen = HTMX | {"X-Seen": page}
    assert office.get("/office/mailbox/", headers=seen).status_code == 204
    queued()
    assert office.get("/office/mailbox/", headers=seen).status_code == 200


def test_a_mail_is_framed_where_it_can_do_nothing(office):
    message = queued()
    page = office.get(f"/office/mailbox/{message.uid}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert 'sandbox="' in page.content.decode()
    body = office.get(f"/office/mailbox/{message.uid}/body/")
    policy = dict(
        part.strip().partition(" ")[::2] for part in body["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert "script-src" not in policy
    assert policy["frame-ancestors"] == "'self'"
    assert "allow-scripts" not in policy["sandbox"]
    assert "allow-same-origin" not in policy["sandbox"]
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    assert body.content.decode() == message.html


def test_other_pages_are_not_framed(office):
    assert office.get("/office/mailbox/")["X-Frame-Options"] == "DENY"


def test_a_message_is_sent_again_by_who_manages_orders(office):
    message = queued()
    Message.objects.update(status="failed", attempts=5, last_error="no route")
    auditor = browser("auditor")
    assert auditor.post(f"/office/mailbox/{message.uid}/resend/").status_code == 403
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert office.post(f"/office/mailbox/{message.uid}/resend/").status_code == 302
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Message.Status.PENDING, 0)
    assert AuditEntry.objects.filter(action="message.resent").count() == 1


def test_the_mailbox_is_the_offices(client):
    message = queued()
    for path in ("", f"{message.uid}/", f"{message.uid}/body/"):
        assert client.get(f"/office/mailbox/{path}")["Location"].startswith("/login/")
        assert browser("").get(f"/office/mailbox/{path}").status_code == 404
