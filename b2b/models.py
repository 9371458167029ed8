"""Companies that buy, and who may order for them."""

import uuid
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from catalog.models import Sku, amount_field
from oms.core.permissions import Permission, ScopedQuerySet
from oms.core.validators import country_valid, currency_valid, language_valid

COMPANY_PERMISSIONS = (
    Permission.ORDERS_VIEW,
    Permission.ORDERS_PLACE,
    Permission.COMPANIES_VIEW,
)


class Company(models.Model):
    """A business customer; `code` and `group` are its audiences in the price engine."""

    scope_paths: ClassVar[dict[str, str]] = {"company": "id"}

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries"
    )
    group = models.SlugField(_("customer group"), max_length=40, blank=True, default="")
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=30, blank=True, default="")
    street = models.CharField(_("street"), max_length=120, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, default="IT", validators=[country_valid])
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[currency_valid]
    )
    language = models.CharField(
        _("language"), max_length=5, default="it", validators=[language_valid]
    )
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    # Open orders on account may not pass this; empty: no limit.
    credit_limit = amount_field(_("credit limit"), null=True, blank=True)
    requires_po_number = models.BooleanField(_("PO number required"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering: ClassVar = ["name"]
        permissions: ClassVar = [(p.value, p.label) for p in COMPANY_PERMISSIONS]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="company_not_own_parent"),
            models.CheckConstraint(
                condition=Q(credit_limit=None) | Q(credit_limit__gte=0), name="company_credit_limit"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_addressed(self) -> bool:
        """Whether the company's own address is enough to ship to."""
        return bool(self.street and self.city and self.country)


class CompanyUserObjectPermission(UserObjectPermissionBase):
    """Grants on one company: a direct foreign key, so that looking them up is one index scan."""

    content_object = models.ForeignKey(Company, models.CASCADE)


class Basket(models.Model):
    """What one person is about to order for one company; kept until it is ordered.

    `uid` is the submit key: every page that shows this basket sends it, so a double click, the
    back button and a second tab place one order. Placing the order gives the basket a new one.
    The ship-to columns are empty while goods go to the company's own address.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    company = models.ForeignKey(Company, models.CASCADE, related_name="baskets")
    purchase_order = models.CharField(_("PO number"), max_length=60, blank=True, default="")
    note = models.TextField(_("note"), max_length=500, blank=True, default="")
    accepts_substitutes = models.BooleanField(_("accepts substitutes"), default=False)
    street = models.CharField(_("street"), max_length=120, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "company"], name="basket_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.company_id}"


class BasketLine(models.Model):
    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines", db_index=False)
    sku = models.ForeignKey(Sku, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["basket", "sku"], name="basket_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="basket_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_id}"


class AccountPayment(models.Model):
    """Money a company paid on its account; append-only, a mistake is corrected by its opposite.

    What a company owes is what its orders on account come to, less these.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="payments", db_index=False)
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(_("amount"))
    # The bank's reference, unique per company: the same transfer is booked once only.
    reference = models.CharField(_("reference"), max_length=60)
    received_on = models.DateField(_("received on"))
    recorded_by = models.CharField(_("who"), max_length=150)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("payment on account")
        verbose_name_plural = _("payments on account")
        ordering: ClassVar = ["-received_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="account_payment_amount"),
            models.UniqueConstraint(fields=["company", "reference"], name="account_payment_once"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount} {self.currency}"
