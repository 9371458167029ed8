"""Companies that buy, and who may order for them."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from catalog.models import amount_field
from oms.core.permissions import Permission, ScopedQuerySet

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
    country = models.CharField(_("country"), max_length=2, default="IT")
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(_("language"), max_length=5, default="it")
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


class CompanyUserObjectPermission(UserObjectPermissionBase):
    """Grants on one company: a direct foreign key, so that looking them up is one index scan."""

    content_object = models.ForeignKey(Company, models.CASCADE)
