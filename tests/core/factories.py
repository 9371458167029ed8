import itertools
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from oms.core.actors import Actor, system_actor, user_actor
from oms.core.api.authentication import api_key_create
from oms.core.events import event_add
from oms.core.models import ApiKey, Event, User
from oms.core.permissions import ROLES
from oms.core.roles import role_grant, role_groups_sync

_numbers = itertools.count(1)


def make_user(role: str = "", *, scope: Any = None, **fields: Any) -> User:
    """A person, with a role if one is named."""
    name = fields.pop("username", f"user{next(_numbers)}")
    user: User = User.objects.create_user(
        username=name, email=f"{name}@example.com", password="demo", **fields
    )
    if role:
        if not ROLES[role].scope:
            role_groups_sync()
        role_grant(user=user, role=role, scope=scope, actor=system_actor())
    return user


def make_actor(role: str = "", *, scope: Any = None) -> Actor:
    return user_actor(make_user(role, scope=scope))


def make_key(*scopes: str, **options: Any) -> tuple[ApiKey, str]:
    """An API key and its token; the whole retailer unless `bound_to` is given."""
    return api_key_create(
        name=f"key {next(_numbers)}",
        scopes=list(scopes or ("orders:read",)),
        actor=system_actor(),
        **options,
    )


def add_event(event_type: str = "test.happened", aggregate_id: UUID | None = None) -> Event:
    with transaction.atomic():
        return event_add(
            event_type,
            aggregate="test",
            aggregate_id=aggregate_id or uuid4(),
            payload={"number": next(_numbers)},
        )
