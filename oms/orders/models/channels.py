"""Where orders come from, and the baskets held there."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from oms.core.permissions import ScopedModel, ScopedQuerySet
from oms.orders.status import (
    ChannelKind,
)


class Channel(models.Model):
    """Where orders come from. Its code is the channel audience of the price engine."""

    scope_paths: ClassVar[dict[str, str]] = {"channel": "id"}

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=ChannelKind.choices)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    country = models.CharField(_("country"), max_length=2, default="IT")
    language = models.CharField(_("language"), max_length=5, default="it")
    is_active = models.BooleanField(_("active"), default=True)
    # Orders that a shortage leaves without goods move to another location before anybody looks.
    resources_shortages = models.BooleanField(
        _("re-source shortages"),
        default=False,
        help_text=_("Send what is short at one location from another by itself."),
    )
    # So long a basket that is held keeps its stock.
    hold_minutes = models.PositiveSmallIntegerField(
        _("minutes a basket is held"), default=30, db_default=30
    )

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class BasketHold(ScopedModel):
    """A basket whose stock is kept for a customer who is about to pay.

    `uid` is the demand of its holds, which end at `expires_at` by themselves; the row goes when the
    basket is ordered or let go.
    """

    scope_paths: ClassVar[dict[str, str]] = {"channel": "channel_id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="holds")
    method = models.CharField(_("method"), max_length=20)
    # [{"sku": code, "quantity": units}] as asked for.
    lines = models.JSONField()
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("held basket")
        verbose_name_plural = _("held baskets")
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="basket_hold_expiry")]

    def __str__(self) -> str:
        return str(self.uid)
