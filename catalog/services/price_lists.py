"""Price lists: saved as drafts, published, taken back, archived."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience
from catalog.errors import InUse
from catalog.locks import price_list_for_update, price_lists_for_update
from catalog.models import PriceList
from catalog.services.publications import (
    assign,
    check_audiences,
    check_fields,
    check_validity,
    check_version,
    move_to,
)
from catalog.status import PublicationStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue

ACTIVE = PublicationStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListData:
    """All a list says of itself; its prices are set by `price_set`."""

    code: str
    name: str
    currency: str = "EUR"
    tax_included: bool = True
    parent_id: int | None = None
    adjustment_percent: Decimal = Decimal(0)
    priority: int = 0
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    audiences: tuple[Audience, ...] = ()


@transaction.atomic
def price_list_save(
    data: PriceListData,
    *,
    actor: Actor,
    price_list_id: int | None = None,
    version: int | None = None,
) -> PriceList:
    """Create a draft, or change a list; a published one changes at once.

    Raises InvalidInput, StaleVersion (`version` is the one the caller saw), NotFound.
    """
    price_lists_for_update()
    price_list = PriceList() if price_list_id is None else price_list_for_update(price_list_id)
    check_version(price_list, version)
    fields = {name: value for name, value in asdict(data).items() if name != "audiences"}
    before = {name: getattr(price_list, name) for name in fields}
    for name, value in fields.items():
        setattr(price_list, name, value)
    issues = [
        *check_audiences(data.audiences),
        *check_validity(data.valid_from, data.valid_to),
        *_check_parent(price_list),
    ]
    if price_list.status == ACTIVE:
        issues += _check_ready(price_list, audiences=bool(data.audiences))
    if issues:
        raise InvalidInput(issues)
    check_fields(price_list)
    if price_list_id is not None:
        price_list.version += 1
    price_list.save()
    assign(price_list.audiences, data.audiences)
    audit_record(
        "price_list.created" if price_list_id is None else "price_list.changed",
        price_list,
        actor=actor,
        data={"changes": changes_of(before, fields), "audiences": [str(a) for a in data.audiences]},
    )
    return price_list


@transaction.atomic
def price_list_publish(
    price_list_id: int, *, actor: Actor, version: int | None = None
) -> PriceList:
    """Put a draft in force from its validity on. Raises InvalidInput if it would say nothing."""
    price_list = price_list_for_update(price_list_id)
    check_version(price_list, version)
    issues = _check_ready(price_list, audiences=price_list.audiences.exists())
    if issues:
        raise InvalidInput(issues)
    return _moved(price_list, ACTIVE, "price_list.published", actor)


@transaction.atomic
def price_list_unpublish(
    price_list_id: int, *, actor: Actor, version: int | None = None
) -> PriceList:
    """Take a list back to draft: from this moment on it prices nothing. Raises InUse."""
    price_list = price_list_for_update(price_list_id)
    check_version(price_list, version)
    _check_unused(price_list)
    return _moved(price_list, PublicationStatus.DRAFT, "price_list.unpublished", actor)


@transaction.atomic
def price_list_archive(
    price_list_id: int, *, actor: Actor, version: int | None = None
) -> PriceList:
    """Put a list away; it can be made a draft again. Raises InUse."""
    price_list = price_list_for_update(price_list_id)
    check_version(price_list, version)
    _check_unused(price_list)
    return _moved(price_list, PublicationStatus.ARCHIVED, "price_list.archived", actor)


def changes_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str | None]]:
    """Old and new value of each field that differs, as text for the audit."""
    return {
        name: [None if before[name] is None else str(before[name]), str(value)]
        for name, value in after.items()
        if before[name] != value
    }


def _moved(
    price_list: PriceList, status: PublicationStatus, action: str, actor: Actor
) -> PriceList:
    move_to(price_list, status)
    audit_record(action, price_list, actor=actor, data={"version": price_list.version})
    return price_list


def _check_ready(price_list: PriceList, *, audiences: bool) -> list[Issue]:
    issues = []
    has_children = price_list.pk is not None and price_list.children.exists()
    if not audiences and not has_children:
        issues.append(Issue("audiences", _("Say who gets these prices"), "no_audience"))
    if price_list.parent_id is None and not price_list.prices.exists():
        issues.append(Issue("prices", _("The list has no prices yet"), "no_prices"))
    return issues


def _check_unused(price_list: PriceList) -> None:
    heirs = list(price_list.children.filter(status=ACTIVE).values_list("name", flat=True)[:5])
    if heirs:
        raise InUse(
            _("These published lists take their prices from it: %(names)s")
            % {"names": ", ".join(heirs)},
            lists=heirs,
        )


def _check_parent(price_list: PriceList) -> list[Issue]:
    relatives = []
    if price_list.pk is not None:
        relatives = list(price_list.children.all())
    parent = price_list.parent
    if parent is not None:
        relatives.append(parent)
    issues = []
    for other in relatives:
        if other.currency != price_list.currency:
            issues.append(
                Issue(
                    "currency",
                    _("A list and its parent have the same currency"),
                    "parent_currency",
                )
            )
        if other.tax_included != price_list.tax_included:
            issues.append(
                Issue(
                    "tax_included",
                    _("A list and its parent both include tax, or both do not"),
                    "parent_tax",
                )
            )
    seen = {price_list.pk}
    while parent is not None and parent.pk is not None:
        if parent.pk in seen:
            issues.append(Issue("parent", _("A list cannot derive from itself"), "parent_circle"))
            break
        seen.add(parent.pk)
        parent = parent.parent
    return issues
