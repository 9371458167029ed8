"""How an order is paid, and every movement of that money."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import amount_field
from oms.orders.means import means_name
from oms.orders.models.orders import Order
from oms.orders.status import (
    TenderStatus,
)


class Tender(models.Model):
    """One means of payment of an order; an order may be paid by several."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="tenders")
    provider = models.CharField(_("provider"), max_length=20)
    # What the customer paid with, in words: "card", "cash", "bank transfer", "on account".
    means = models.CharField(_("means"), max_length=20)
    # The provider's reference, never a card number.
    token = models.CharField(max_length=120, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(_("amount"))
    captured = amount_field(_("captured"), default=0)
    refunded = amount_field(_("refunded"), default=0)
    status = models.CharField(
        _("status"), max_length=16, choices=TenderStatus.choices, default=TenderStatus.AUTHORISED
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, captured__lte=F("amount"), refunded__lte=F("captured")),
                name="tender_sums",
            ),
            models.UniqueConstraint(
                fields=["provider", "token"], condition=~Q(token=""), name="tender_token_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.means} {self.amount} {self.currency}"

    @property
    def means_name(self) -> str:
        return means_name(self.means)


class TenderTransaction(models.Model):
    """Append-only story of a tender: authorised, captured, voided, refunded."""

    class Kind(models.TextChoices):
        AUTHORISE = "authorise", _("Authorised")
        CAPTURE = "capture", _("Captured")
        VOID = "void", _("Voided")
        REFUND = "refund", _("Refunded")

    tender = models.ForeignKey(Tender, models.CASCADE, related_name="transactions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = amount_field()
    reference = models.CharField(max_length=120, blank=True, default="")
    reason = models.CharField(max_length=60, blank=True, default="")
    actor = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("payment transaction")
        verbose_name_plural = _("payment transactions")
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
