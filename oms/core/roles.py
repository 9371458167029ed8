"""Giving roles to people: groups for the whole retailer, object grants on one scope object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as AuthPermission
from django.db import models, transaction
from guardian.shortcuts import assign_perm, remove_perm

from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.permissions import ROLES

if TYPE_CHECKING:
    from oms.core.models import User


@transaction.atomic
def role_groups_sync() -> None:
    """Make the retailer-wide roles' groups hold exactly the permissions in `ROLES`."""
    for role in ROLES.values():
        if role.scope:
            continue
        group, _created = Group.objects.get_or_create(name=role.name)
        group.permissions.set(
            AuthPermission.objects.filter(
                content_type__app_label="core",
                codename__in=[permission.value for permission in role.permissions],
            )
        )


@transaction.atomic
def role_grant(*, user: User, role: str, actor: Actor, scope: models.Model | None = None) -> None:
    """Give `role` to `user`, on `scope` for scoped roles. Raises ValueError on a wrong scope."""
    wanted = ROLES[role]
    _check_scope(role, scope)
    if scope is None:
        user.groups.add(Group.objects.get(name=role))
    else:
        for permission in wanted.permissions:
            assign_perm(f"{scope._meta.app_label}.{permission.value}", user, scope)
    audit_record("role.granted", user, actor=actor, data={"role": role, "scope": _label(scope)})


@transaction.atomic
def role_revoke(*, user: User, role: str, actor: Actor, scope: models.Model | None = None) -> None:
    """Take `role` from `user`; effective on their next request."""
    wanted = ROLES[role]
    _check_scope(role, scope)
    if scope is None:
        user.groups.remove(Group.objects.get(name=role))
    else:
        for permission in wanted.permissions:
            remove_perm(f"{scope._meta.app_label}.{permission.value}", user, scope)
    audit_record("role.revoked", user, actor=actor, data={"role": role, "scope": _label(scope)})


def _check_scope(role: str, scope: models.Model | None) -> None:
    kind = ROLES[role].scope
    expected = settings.SCOPE_MODELS[kind] if kind else None
    given = scope._meta.label if scope is not None else None
    if expected != given:
        raise ValueError(f"Role {role} is granted on {expected}, not on {given}")


def _label(scope: models.Model | None) -> str:
    return "" if scope is None else str(scope)
