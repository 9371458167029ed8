import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from oms.core.audit import audit_record, audit_record_many, audit_trail
from oms.core.models import AuditEntry
from tests.core.factories import make_actor, make_user

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what():
    subject, actor = make_user(), make_actor()
    audit_record("user.renamed", subject, actor=actor, data={"field": "name"})
    entry = audit_trail(subject).get()
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("user", actor.id, actor.label)
    assert (entry.action, entry.object_type) == ("user.renamed", "core.user")
    assert entry.data == {"field": "name"}
    assert entry.at is not None


def test_many_entries_are_one_statement():
    people, actor = [make_user() for _ in range(5)], make_actor()
    with CaptureQueriesContext(connection) as queries:
        audit_record_many("user.seen", people, actor=actor)
    assert len(queries) == 1
    assert AuditEntry.objects.filter(action="user.seen").count() == 5


def _update(entry):
    AuditEntry.objects.filter(pk=entry.pk).update(action="nothing.happened")


def _save(entry):
    entry.action = "nothing.happened"
    entry.save()


def _delete(entry):
    entry.delete()


@pytest.mark.parametrize("change", [_update, _save, _delete])
def test_the_database_refuses_to_change_what_was_written(change):
    subject = make_user()
    audit_record("user.seen", subject, actor=make_actor())
    entry = audit_trail(subject).get()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        change(entry)
    assert audit_trail(subject).get().action == "user.seen"


@transaction.atomic
def _fail_after_audit(subject):
    audit_record("user.seen", subject, actor=make_actor())
    raise ZeroDivisionError


def test_what_is_rolled_back_was_never_done():
    subject = make_user()
    with pytest.raises(ZeroDivisionError):
        _fail_after_audit(subject)
    assert not audit_trail(subject).exists()
