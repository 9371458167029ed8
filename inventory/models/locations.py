"""Where goods can be."""

import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from inventory.models.hearing import heard_when
from inventory.status import LocationKind
from oms.core.permissions import Permission, ScopedQuerySet
from oms.core.validators import country_valid

LOCATION_PERMISSIONS = (
    Permission.ORDERS_VIEW,
    Permission.ORDERS_FULFIL,
    Permission.ORDERS_MANAGE,
    Permission.STOCK_VIEW,
    Permission.STOCK_HANDLE,
    Permission.STOCK_ADJUST,
)


# It stands in addresses, where "new" and "import" are pages of their own.
code_valid = RegexValidator(
    r"^(?!(?:new|import)\Z)[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Use letters, digits, hyphens and dots")
)


class Location(models.Model):
    """A warehouse, a store or a supplier: anywhere stock can be."""

    # Explicit: the scope of a location is itself.
    scope_paths: ClassVar[dict[str, str]] = {"location": "id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=20, unique=True, validators=[code_valid])
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=LocationKind.choices)
    is_active = models.BooleanField(_("active"), default=True)
    ships = models.BooleanField(_("ships parcels"), default=True)
    collects = models.BooleanField(_("customers collect here"), default=False)
    street = models.CharField(_("street"), max_length=120, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, default="IT", validators=[country_valid])
    phone = models.CharField(_("phone"), max_length=30, blank=True, default="")
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Rome")
    # ISO weekday ("1" = Monday) → [["09:00", "13:00"], ["15:30", "19:30"]]; absent = closed.
    opening_hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    # Between equally good locations, the higher priority ships.
    priority = models.IntegerField(_("priority"), default=0)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering: ClassVar = ["name"]
        permissions: ClassVar = [(p.value, p.label) for p in LOCATION_PERMISSIONS]
        triggers: ClassVar = [
            heard_when("is_active", columns="location_id", rows="VALUES (NEW.id)")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class LocationUserObjectPermission(UserObjectPermissionBase):
    """Grants on one location: a direct foreign key, so that looking them up is one index scan."""

    content_object = models.ForeignKey(Location, models.CASCADE)
