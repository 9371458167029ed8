"""Who may do what: permissions, roles, and the one query that fetches what an actor may reach.

A permission is granted either for the whole retailer (a Django permission `core.<name>`, through
a role's group) or on one scope object (a django-guardian permission on a location or a company),
never per order or per SKU. An API key carries API scopes and may be bound to one scope object.
What an actor may not see does not exist for them: `visible_to` filters it, and views answer 404.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from oms.core.actors import Actor, ActorKind
from oms.core.errors import NotFound, PermissionRefused

if TYPE_CHECKING:
    from oms.core.models import User


class Permission(models.TextChoices):
    """Everything that can be granted."""

    ORDERS_VIEW = "view_orders", _("See orders")
    ORDERS_PLACE = "place_orders", _("Place orders")
    ORDERS_MANAGE = "manage_orders", _("Change and cancel orders")
    ORDERS_FULFIL = "fulfil_orders", _("Pick, hand over and ship")
    STOCK_VIEW = "view_stocks", _("See stock")
    STOCK_HANDLE = "handle_stocks", _("Count, receive and transfer stock")
    STOCK_ADJUST = "adjust_stocks", _("Adjust stock")
    PURCHASING_VIEW = "view_purchasing", _("See suppliers, purchase orders and costs")
    PURCHASING_MANAGE = "manage_purchasing", _("Order from suppliers")
    CATALOG_VIEW = "view_catalog", _("See the catalogue")
    CATALOG_MANAGE = "manage_catalog", _("Change the catalogue")
    PRICES_VIEW = "view_prices", _("See price lists and rules")
    PRICES_MANAGE = "manage_prices", _("Change price lists and rules")
    COMPANIES_VIEW = "view_companies", _("See companies")
    COMPANIES_MANAGE = "manage_companies", _("Change companies")
    OFFICE_VIEW = "view_office", _("Use the back office")
    AUDIT_VIEW = "view_audit", _("See the audit")
    SETTINGS_MANAGE = "manage_settings", _("Change settings, keys and people")


P = Permission
READING = frozenset(
    {
        P.ORDERS_VIEW,
        P.STOCK_VIEW,
        P.PURCHASING_VIEW,
        P.CATALOG_VIEW,
        P.PRICES_VIEW,
        P.COMPANIES_VIEW,
        P.OFFICE_VIEW,
    }
)


@dataclass(frozen=True, slots=True)
class Role:
    """Permissions by name, granted for the retailer (`scope` empty) or on one scope object."""

    name: str
    label: Any
    scope: str
    permissions: frozenset[Permission]


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "clerk",
            _("Store clerk"),
            "location",
            frozenset({P.ORDERS_VIEW, P.ORDERS_FULFIL, P.STOCK_VIEW, P.STOCK_HANDLE}),
        ),
        Role(
            "store_manager",
            _("Store manager"),
            "location",
            frozenset(
                {
                    P.ORDERS_VIEW,
                    P.ORDERS_FULFIL,
                    P.ORDERS_MANAGE,
                    P.STOCK_VIEW,
                    P.STOCK_HANDLE,
                    P.STOCK_ADJUST,
                }
            ),
        ),
        Role("buyer", _("B2B buyer"), "company", frozenset({P.ORDERS_VIEW, P.ORDERS_PLACE})),
        Role(
            "agent",
            _("Agent"),
            "company",
            frozenset({P.ORDERS_VIEW, P.ORDERS_PLACE, P.COMPANIES_VIEW}),
        ),
        Role("pricing_admin", _("Pricing admin"), "", READING | {P.PRICES_MANAGE}),
        Role(
            "operations_admin",
            _("Operations admin"),
            "",
            READING
            | {
                P.ORDERS_PLACE,
                P.ORDERS_MANAGE,
                P.ORDERS_FULFIL,
                P.STOCK_HANDLE,
                P.STOCK_ADJUST,
                P.PURCHASING_MANAGE,
                P.CATALOG_MANAGE,
                P.COMPANIES_MANAGE,
                P.AUDIT_VIEW,
                P.SETTINGS_MANAGE,
            },
        ),
        Role("auditor", _("Auditor"), "", READING | {P.AUDIT_VIEW}),
    )
}

API_SCOPES: dict[str, frozenset[Permission]] = {
    "catalog:read": frozenset({P.CATALOG_VIEW}),
    "catalog:write": frozenset({P.CATALOG_VIEW, P.CATALOG_MANAGE}),
    "prices:read": frozenset({P.PRICES_VIEW}),
    "prices:write": frozenset({P.PRICES_VIEW, P.PRICES_MANAGE}),
    "stock:read": frozenset({P.STOCK_VIEW}),
    "stock:write": frozenset({P.STOCK_VIEW, P.STOCK_HANDLE, P.STOCK_ADJUST}),
    "purchasing:read": frozenset({P.PURCHASING_VIEW}),
    "purchasing:write": frozenset({P.PURCHASING_VIEW, P.PURCHASING_MANAGE}),
    "orders:read": frozenset({P.ORDERS_VIEW}),
    "orders:write": frozenset({P.ORDERS_VIEW, P.ORDERS_PLACE, P.ORDERS_MANAGE}),
    "companies:read": frozenset({P.COMPANIES_VIEW}),
    "fulfilment:write": frozenset({P.ORDERS_VIEW, P.ORDERS_FULFIL}),
}


@dataclass(frozen=True, slots=True)
class Grants:
    """What one permission covers for one actor: everything, or the named scope objects (by pk)."""

    everything: bool = False
    scopes: dict[str, frozenset[int]] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        return self.everything or any(self.scopes.values())


def grants_for(actor: Actor, permission: Permission) -> Grants:
    """What `permission` covers for `actor`; at most one query per scope kind, once per actor."""
    cached = actor.grants.get(permission)
    if cached is None:
        cached = actor.grants[permission] = _find_grants(actor, permission)
    return cached


def _find_grants(actor: Actor, permission: Permission) -> Grants:
    if actor.kind is ActorKind.SYSTEM:
        return Grants(everything=True)
    if actor.key is not None:
        if not any(permission in API_SCOPES.get(scope, ()) for scope in actor.key.scopes):
            return Grants()
        if not actor.key.scope_kind:
            return Grants(everything=True)
        return Grants(scopes={actor.key.scope_kind: frozenset({actor.key.scope_id or 0})})
    if actor.user is None or not actor.user.is_active:
        return Grants()
    if actor.user.has_perm(f"core.{permission.value}"):
        return Grants(everything=True)
    return Grants(
        scopes={
            kind: _granted_ids(actor.user, apps.get_model(model), permission)
            for kind, model in settings.SCOPE_MODELS.items()
            if permission.value in dict(apps.get_model(model)._meta.permissions)
        }
    )


def _granted_ids(user: User, model: type[models.Model], permission: Permission) -> frozenset[int]:
    # Direct foreign-key grant tables: one indexed query, instead of guardian's generic join.
    grant_model = apps.get_model(model._meta.app_label, f"{model.__name__}UserObjectPermission")
    return frozenset(
        grant_model._default_manager.filter(
            user=user,
            permission__codename=permission.value,
            permission__content_type__app_label=model._meta.app_label,
        ).values_list("content_object_id", flat=True)
    )


M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """The authorised fetch. The model names, per scope kind, the path to the scope's id.

    `scope_paths = {"location": "location_id", "channel": "order__channel_id"}`. A path through a
    to-many relation is written with `__` and resolved by a subquery, so no row comes twice.
    Of several paths, `{"location": ("source_id", "destination_id")}`, one is enough.
    """

    def visible_to(self, actor: Actor, permission: Permission) -> Self:
        """Rows `actor` may reach with `permission`; none if nothing is granted."""
        grants = grants_for(actor, permission)
        if grants.everything:
            return self
        scope_paths: Mapping[str, str | tuple[str, ...]] = getattr(self.model, "scope_paths", {})
        condition = Q(pk__in=[])
        for kind, paths in scope_paths.items():
            ids = grants.scopes.get(kind)
            if ids:
                for path in (paths,) if isinstance(paths, str) else paths:
                    condition |= self._within(path, ids)
        return self.filter(condition)

    def _within(self, path: str, ids: Iterable[int]) -> Q:
        if "__" not in path:
            return Q(**{f"{path}__in": ids})
        rows = self.model._base_manager.filter(**{f"{path}__in": ids})
        return Q(pk__in=rows.values("pk"))

    def get_visible(self, actor: Actor, permission: Permission, **lookup: Any) -> M:
        """The one row, or `NotFound`: missing and foreign answer alike."""
        row = self.visible_to(actor, permission).filter(**lookup).first()
        if row is None:
            raise NotFound
        return row


class ScopedModel(models.Model):
    """A model reached only through `objects.visible_to(actor, permission)`."""

    scope_paths: ClassVar[Mapping[str, str | tuple[str, ...]]] = {}

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def require(actor: Actor, permission: Permission, *, scope: models.Model | None = None) -> None:
    """Raise `PermissionRefused` unless `actor` holds `permission` (on `scope`, if given)."""
    grants = grants_for(actor, permission)
    if grants.everything:
        return
    if scope is None:
        if grants.any:
            return
    else:
        for kind, ids in grants.scopes.items():
            if settings.SCOPE_MODELS[kind] == scope._meta.label and scope.pk in ids:
                return
    raise PermissionRefused(permission=permission.value)
