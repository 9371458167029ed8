import csv
import io

import pytest
from django.db import transaction

from oms.core.actors import system_actor
from oms.core.api.authentication import digest_of
from oms.core.audit import audit_record
from oms.core.models import ApiKey, AuditEntry, Event, Job, User
from tests.core.factories import add_event, make_key, make_user
from tests.office.factories import make_channel, make_location

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def make_job(**fields):
    return Job.objects.create(**{"kind": "catalog.import", "title": "Import a.csv"} | fields)


# --- jobs -------------------------------------------------------------------------------------
def test_a_running_job_polls_and_a_finished_one_loads_its_page_again(office):
    job = make_job(status="running", done=5, total=10)
    progress = f"/office/jobs/{job.uid}/progress/"
    assert progress in office.get(f"/office/jobs/{job.uid}/").content.decode()
    part = office.get(progress, headers=HTMX)
    assert "hx-get" in part.content.decode()
    assert "HX-Refresh" not in part
    Job.objects.update(status="done", done=10)
    here = HTMX | {"HX-Current-URL": f"http://testserver/office/jobs/{job.uid}/"}
    assert office.get(progress, headers=here)["HX-Refresh"] == "true"
    assert "HX-Refresh" not in office.get(progress, headers=HTMX)


def test_errors_of_a_job_are_a_safe_download(office):
    errors = [{"row": 3, "field": "sku", "message": "=HYPERLINK()", "value": "@x"}]
    job = make_job(status="done", errors=errors, error_count=1, upload_name="stock.csv")
    answer = office.get(f"/office/jobs/{job.uid}/errors.csv")
    assert "stock-errors.csv" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["row", "field", "message", "code", "value"],
        ["3", "sku", "'=HYPERLINK()", "", "'@x"],
    ]


def test_who_started_a_job_may_stop_it_and_who_manages_settings(sign_in, office):
    owner = sign_in("auditor", username="owner")
    job = make_job(status="running", created_by=User.objects.get(username="owner"))
    other = sign_in("auditor", username="other")
    assert other.post(f"/office/jobs/{job.uid}/cancel/").status_code == 404
    job.refresh_from_db()
    assert not job.cancel_requested
    assert owner.post(f"/office/jobs/{job.uid}/cancel/").status_code == 302
    job.refresh_from_db()
    assert job.cancel_requested
    queued = make_job()
    assert office.post(f"/office/jobs/{queued.uid}/cancel/", headers=HTMX).status_code == 200
    queued.refresh_from_db()
    assert queued.status == Job.Status.CANCELLED


def test_a_stranger_to_the_office_sees_only_jobs_of_her_own(sign_in):
    clerk = sign_in("clerk", scope=make_location(), username="clerk")
    own = make_job(created_by=User.objects.get(username="clerk"))
    foreign = make_job(created_by=make_user())
    assert clerk.get(f"/office/jobs/{own.uid}/progress/").status_code == 200
    assert clerk.get(f"/office/jobs/{foreign.uid}/progress/").status_code == 404
    assert clerk.get("/office/jobs/").status_code == 404


# --- audit ------------------------------------------------------------------------------------
def test_the_audit_is_searched_and_exported_as_filtered(sign_in):
    auditor = sign_in("auditor")
    make_key("orders:read")
    make_user("auditor")
    page = auditor.get("/office/audit/", {"q": "api_key"}).content.decode()
    assert "Created</a>" in page
    assert "Granted</a>" not in page
    page = auditor.get("/office/audit/", {"q": "granted"}).content.decode()
    assert "Granted</a>" in page
    assert "Created</a>" not in page
    export = auditor.get("/office/audit/", {"q": "api_key", "_export": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(export.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][0] == "api_key.created"
    entry = AuditEntry.objects.get(action="api_key.created")
    assert auditor.get(f"/office/audit/{entry.pk}/").status_code == 200


def test_the_audit_says_what_was_and_what_is(sign_in):
    auditor = sign_in("auditor")
    changes = {"units": [None, 2], "name": ["", "Saw"]}
    with transaction.atomic():
        audit_record(
            "test.changed",
            User.objects.get(),
            actor=system_actor("test"),
            data={"changes": changes},
        )
    page = auditor.get("/office/audit/", {"q": "test.changed"}).content.decode()
    assert "Name: – → Saw; Units: – → 2" in page


def test_the_audit_is_for_who_may_see_it(sign_in):
    assert sign_in("pricing_admin").get("/office/audit/").status_code == 404


# --- events -----------------------------------------------------------------------------------
def test_dead_events_are_tried_again_and_no_others(office):
    dead, alive = add_event(), add_event()
    Event.objects.filter(pk=dead.pk).update(state="dead", attempts=5)
    Event.objects.filter(pk=alive.pk).update(attempts=3)
    answer = office.post("/office/events/retry/", {"selected": [dead.pk, alive.pk, "x", "9" * 40]})
    assert answer["Location"] == "/office/events/?state=dead"
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.state, dead.attempts, alive.attempts) == ("pending", 0, 3)


def test_events_are_for_who_manages_settings(sign_in, office):
    event = add_event()
    assert office.get("/office/events/").status_code == 200
    assert office.get(f"/office/events/{event.pk}/").status_code == 200
    assert sign_in("auditor").get("/office/events/").status_code == 404


# --- API keys ---------------------------------------------------------------------------------
def test_a_token_is_shown_once_and_works(office, client):
    channel = make_channel()
    made = office.post(
        "/office/settings/keys/new/",
        {
            "name": "Shop",
            "scopes": ["orders:read", "stock:read"],
            "bound_to": f"channel:{channel.pk}",
            "expires_on": "",
        },
    )
    key = ApiKey.objects.get()
    token = made.context["token"]
    assert token in made.content.decode()
    assert made["Cache-Control"].count("no-store") == 1
    assert key.digest == digest_of(token)
    assert (key.scope_kind, key.scope_id) == ("channel", channel.pk)
    listing = office.get("/office/settings/keys/").content.decode()
    assert token not in listing
    assert key.prefix in listing


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("scopes", []),
        ("scopes", ["orders:everything"]),
        ("bound_to", "channel:0"),
        ("bound_to", "user:1"),
        ("expires_on", "2020-01-01"),
    ],
)
def test_what_is_wrong_with_a_new_key_is_said_at_the_field(office, field, value):
    data = {"name": "Shop", "scopes": ["orders:read"], "bound_to": "", "expires_on": ""}
    answer = office.post("/office/settings/keys/new/", data | {field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert not ApiKey.objects.exists()


def test_revoking_is_for_good_and_audited_once(office):
    key, _token = make_key()
    for _time in range(2):
        office.post(f"/office/settings/keys/{key.pk}/revoke/")
    key.refresh_from_db()
    assert not key.is_active
    assert AuditEntry.objects.filter(action="api_key.revoked").count() == 1
    assert office.post("/office/settings/keys/999999/revoke/").status_code == 404


@pytest.mark.parametrize("role", ["auditor", "pricing_admin"])
def test_keys_are_for_who_manages_settings(sign_in, role):
    browser = sign_in(role)
    for path in ("", "keys/", "keys/new/"):
        assert browser.get(f"/office/settings/{path}").status_code == 404
    assert browser.post("/office/settings/keys/new/", {"name": "x"}).status_code == 404
