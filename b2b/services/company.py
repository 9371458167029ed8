"""Companies and what they paid on account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from b2b.audiences import MAX_GENERATIONS
from b2b.locks import company_for_update
from b2b.models import AccountPayment, Company
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue
from oms.core.money import round_money

# What `company_save` may change; `code` is an audience's key and stays as it was made.
FIELDS = (
    "name",
    "parent",
    "group",
    "vat_id",
    "email",
    "phone",
    "street",
    "postcode",
    "city",
    "country",
    "latitude",
    "longitude",
    "currency",
    "language",
    "payment_days",
    "credit_limit",
    "requires_po_number",
    "is_active",
)
# Kept in the audit with their old and new value; the others are personal or of no consequence.
AUDITED = ("group", "currency", "payment_days", "credit_limit", "requires_po_number", "is_active")


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived; a negative `amount` corrects an earlier mistake."""

    amount: Decimal
    reference: str
    received_on: date


@transaction.atomic
def company_save(
    values: Mapping[str, Any], *, actor: Actor, company_id: int | None = None
) -> Company:
    """Make a company (`values` has its `code`), or change the one of `company_id`.

    Raises NotFound, and InvalidInput naming each field: a taken code, a circle of parents.
    """
    if company_id is None:
        company, known = Company(code=values.get("code", "")), {}
    else:
        company = company_for_update(company_id)
        known = {name: getattr(company, name) for name in AUDITED}
    for name in FIELDS:
        if name in values:
            setattr(company, name, values[name])
    issues = _check_parent(company)
    try:
        company.full_clean()
    except ValidationError as error:
        issues += [
            Issue(field, message)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    if issues:
        raise InvalidInput(issues)
    company.save()
    changes = {
        name: [str(known.get(name, "")), str(getattr(company, name))]
        for name in AUDITED
        if name not in known or known[name] != getattr(company, name)
    }
    action = "company.created" if company_id is None else "company.changed"
    audit_record(action, company, actor=actor, data={"changes": changes})
    return company


def _check_parent(company: Company) -> list[Issue]:
    """Refuse a parent that is the company itself or one of those below it."""
    parent = company.parent
    for _generation in range(MAX_GENERATIONS):
        if parent is None:
            return []
        if parent.pk == company.pk:
            break
        parent = parent.parent
    return [Issue("parent", _("A company cannot be above itself"), "circle")]


@transaction.atomic
def account_payment_record(company_id: int, payment: Payment, *, actor: Actor) -> AccountPayment:
    """Book money a company paid on its account; its credit is free again from then on.

    Raises NotFound, InvalidInput (zero, or a reference booked before).
    """
    company = company_for_update(company_id)
    amount = round_money(payment.amount, company.currency)
    if amount == 0:
        raise InvalidInput([Issue("amount", _("Give an amount"), "required")])
    try:
        with transaction.atomic():
            booked = AccountPayment.objects.create(
                company=company,
                currency=company.currency,
                amount=amount,
                reference=payment.reference.strip(),
                received_on=payment.received_on,
                recorded_by=actor.label,
            )
    except IntegrityError as error:
        if "account_payment_once" not in str(error):
            raise
        raise InvalidInput(
            [Issue("reference", _("This reference was booked before"), "duplicate")]
        ) from error
    audit_record(
        "company.payment_recorded",
        company,
        actor=actor,
        data={"amount": str(amount), "currency": company.currency, "payment": booked.pk},
    )
    return booked
