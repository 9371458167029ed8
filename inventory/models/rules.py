"""How much of what is there may be offered."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Sku
from inventory.models.hearing import heard_always
from inventory.models.locations import Location
from oms.core.permissions import ScopedModel

MAX_UNITS = 1_000_000


class AvailabilityRule(ScopedModel):
    """Keeps goods, or units of them, from being offered in a channel, everywhere or at a location.

    The first match wins: category exclusion › SKU exclusion › SKU buffer at a location › SKU
    buffer › category buffer. Within a step a channel's own rule goes before one for all channels,
    then one for the location before one for all, then the nearest category. Beside that, the share
    of the record that can be relied on: of a category at a location › of a location › of a
    category. See `inventory.selectors.policy`, which is the only reader that decides.
    """

    class Effect(models.TextChoices):
        EXCLUDE = "exclude", _("Do not sell")
        BUFFER = "buffer", _("Keep units back")
        SHARE = "share", _("Rely on a share of the record")

    scope_paths: ClassVar[dict[str, str]] = {"location": "location_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    effect = models.CharField(_("effect"), max_length=8, choices=Effect.choices)
    # The code of a channel, which lives above inventory; empty: every channel.
    channel = models.CharField(_("channel"), max_length=40, blank=True, default="")
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    sku = models.ForeignKey(
        Sku, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("SKU")
    )
    location = models.ForeignKey(
        Location,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="availability_rules",
        verbose_name=_("location"),
    )
    units = models.PositiveIntegerField(_("units kept back"), null=True, blank=True)
    # Of a hundred recorded units so many are really found: the probability, as people say it.
    percent = models.PositiveSmallIntegerField(_("share relied on"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("availability rule")
        verbose_name_plural = _("availability rules")
        constraints: ClassVar = [
            # Of two rules that match, one is always before the other: no tie is left to row order.
            models.UniqueConstraint(
                fields=["effect", "channel", "category", "sku", "location"],
                condition=Q(is_active=True),
                nulls_distinct=False,
                name="availability_rule_once",
            ),
            models.CheckConstraint(
                condition=Q(effect="share", sku=None)
                & (Q(category__isnull=False) | Q(location__isnull=False))
                | ~Q(effect="share")
                & (
                    Q(category__isnull=True, sku__isnull=False)
                    | Q(category__isnull=False, sku=None)
                ),
                name="availability_rule_subject",
            ),
            models.CheckConstraint(
                condition=Q(effect="exclude", units=None, percent=None)
                | Q(effect="buffer", units__gte=0, units__lte=MAX_UNITS, percent=None)
                | Q(effect="share", units=None, percent__gte=1, percent__lte=99),
                name="availability_rule_value",
            ),
        ]
        triggers: ClassVar = [
            heard_always(
                {
                    "sku_id": "sku_id",
                    "category_id": "category_id",
                    "location_id": "location_id",
                }
            )
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.sku_id or self.category_id or ''} @ {self.location_id or '*'}"
