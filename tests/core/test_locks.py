import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from oms.core.actors import system_actor
from oms.core.audit import audit_record
from oms.core.dberrors import as_domain_error
from oms.core.errors import Busy
from oms.core.events import event_add
from oms.core.locks import (
    LockOutsideTransaction,
    lock_rows,
    lock_unlocked_rows,
    require_transaction,
)
from oms.core.models import User
from tests.core.factories import make_user


@pytest.mark.django_db(transaction=True)
def test_no_lock_audit_or_event_outside_a_transaction():
    user = make_user()
    with pytest.raises(LockOutsideTransaction):
        lock_rows(User.objects.all())
    with pytest.raises(LockOutsideTransaction):
        lock_unlocked_rows(User.objects.all())
    with pytest.raises(LockOutsideTransaction):
        audit_record("test.done", user, actor=system_actor())
    with pytest.raises(LockOutsideTransaction):
        event_add("test.done", aggregate="user", aggregate_id=user.uid, payload={})
    with pytest.raises(LockOutsideTransaction):
        require_transaction()


@pytest.mark.django_db
def test_rows_lock_by_primary_key_whatever_the_order_asked_for():
    second, first = make_user(username="a"), make_user(username="b")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = lock_rows(User.objects.filter(pk__in=[second.pk, first.pk]).order_by("-pk"))
    assert [row.pk for row in rows] == sorted([second.pk, first.pk])
    assert 'ORDER BY "core_user"."id" ASC FOR UPDATE OF "core_user"' in queries[0]["sql"]


@transaction.atomic
def _lock_impatiently(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
    lock_rows(User.objects.filter(pk=user.pk))


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_a_lock_that_is_not_to_be_had_is_busy_and_free_rows_are_still_found():
    held, free = make_user(), make_user()
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_rows(User.objects.filter(pk=held.pk))
            locked.set()
            done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(10)
        with transaction.atomic():
            assert lock_unlocked_rows(User.objects.order_by("pk")) == [free]
        with pytest.raises(OperationalError, match="lock timeout") as refusal:
            _lock_impatiently(held)
        translated = as_domain_error(refusal.value)
        assert isinstance(translated, Busy)
        assert (translated.status, translated.retry_after) == (503, 1)
    finally:
        done.set()
        holder.join()
