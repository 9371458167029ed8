from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.core.actors import system_actor
from oms.core.api.authentication import api_key_create, digest_of
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.core.models import ApiKey, AuditEntry
from tests.core.factories import make_key

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.urls")]


def answer_to(client, token):
    return client.get("/api/fail/conflict/", headers={"Authorization": f"Bearer {token}"})


def test_only_a_digest_is_kept(client):
    key, token = make_key()
    key.refresh_from_db()
    kept = str({field.name: getattr(key, field.name) for field in ApiKey._meta.fields})
    assert token not in kept
    assert key.digest == digest_of(token)
    assert token.startswith(key.prefix)
    assert token not in str(list(AuditEntry.objects.values("data")))
    assert answer_to(client, token).status_code == 409


def test_a_revoked_key_stops_with_the_next_request(client):
    key, token = make_key()
    assert answer_to(client, token).status_code == 409
    ApiKey.objects.filter(pk=key.pk).update(is_active=False)
    assert answer_to(client, token).status_code == 401


def test_an_expired_key_stops_on_the_second(client):
    moment = now() + timedelta(hours=1)
    _key, token = make_key(expires_at=moment)
    with time_machine.travel(moment - timedelta(seconds=1), tick=False):
        assert answer_to(client, token).status_code == 409
    with time_machine.travel(moment, tick=False):
        assert answer_to(client, token).status_code == 401


def test_scopes_are_the_limit(client):
    _key, token = make_key("stock:read")
    answer = answer_to(client, token)
    assert answer.status_code == 403
    assert answer.json()["permission"] == "view_orders"


@pytest.mark.parametrize("scopes", [[], ["orders:everything"], ["orders:read", ""]])
def test_unknown_scopes_are_refused(scopes):
    with pytest.raises(InvalidInput):
        api_key_create(name="x", scopes=scopes, actor=system_actor())


def test_last_use_is_noted_but_not_on_every_request(client):
    key, token = make_key()
    answer_to(client, token)
    key.refresh_from_db()
    assert key.last_used_at is not None
    with CaptureQueriesContext(connection) as queries:
        answer_to(client, token)
    assert not any(query["sql"].startswith("UPDATE") for query in queries)
