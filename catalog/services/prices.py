"""The prices in a list, changed as one set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.locks import price_list_for_update
from catalog.models import Price, PriceList
from catalog.services.publications import check_version
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue
from oms.core.money import AMOUNT_DIGITS, AMOUNT_PLACES

MAX_AMOUNT = Decimal(10) ** (AMOUNT_DIGITS - AMOUNT_PLACES)
AMOUNT_STEP = Decimal(1).scaleb(-AMOUNT_PLACES)
AUDITED_CHANGES = 200


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The amount from a quantity on; None takes the price away. `row` is for error messages."""

    sku_id: int
    min_quantity: int
    amount: Decimal | None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class PricePlan:
    """What a set of changes would do. `unchanged` ones are left alone."""

    created: tuple[PriceChange, ...]
    changed: tuple[tuple[PriceChange, Decimal], ...]
    removed: tuple[tuple[PriceChange, Decimal], ...]
    unchanged: int

    @property
    def count(self) -> int:
        return len(self.created) + len(self.changed) + len(self.removed)

    def counts(self) -> dict[str, int]:
        return {
            "created": len(self.created),
            "changed": len(self.changed),
            "removed": len(self.removed),
            "unchanged": self.unchanged,
        }


def price_plan(price_list: PriceList, changes: Iterable[PriceChange]) -> PricePlan:
    """Compare changes with the list as it is; one query. Raises InvalidInput naming the rows."""
    changes = list(changes)
    _check(changes)
    rows = Price.objects.filter(price_list=price_list, sku_id__in={c.sku_id for c in changes})
    present = {
        (sku, quantity): amount
        for sku, quantity, amount in rows.values_list("sku_id", "min_quantity", "amount")
    }
    created: list[PriceChange] = []
    changed: list[tuple[PriceChange, Decimal]] = []
    removed: list[tuple[PriceChange, Decimal]] = []
    for change in changes:
        old = present.get((change.sku_id, change.min_quantity))
        if change.amount is None:
            if old is not None:
                removed.append((change, old))
        elif old is None:
            created.append(change)
        elif old != change.amount:
            changed.append((change, old))
    unchanged = len(changes) - len(created) - len(changed) - len(removed)
    return PricePlan(tuple(created), tuple(changed), tuple(removed), unchanged)


@transaction.atomic
def price_set(
    price_list_id: int,
    changes: Sequence[PriceChange],
    *,
    actor: Actor,
    version: int | None = None,
    cause: str = "",
) -> PricePlan:
    """Set prices of a list, all or none, with a constant number of queries; what was done.

    Raises InvalidInput (negative or too large amount, quantity below 1, a price given twice),
    StaleVersion, NotFound. `cause` (e.g. "import") is kept in the audit.
    """
    price_list = price_list_for_update(price_list_id)
    check_version(price_list, version)
    plan = price_plan(price_list, changes)
    if not plan.count:
        return plan
    wanted = [*plan.created, *(change for change, _old in plan.changed)]
    Price.objects.bulk_create(
        [
            Price(
                price_list=price_list,
                sku_id=change.sku_id,
                min_quantity=change.min_quantity,
                amount=change.amount,
            )
            for change in wanted
        ],
        update_conflicts=True,
        unique_fields=["price_list", "sku", "min_quantity"],
        update_fields=["amount"],
        batch_size=5000,
    )
    _remove(price_list, [change for change, _old in plan.removed])
    price_list.version += 1
    price_list.save(update_fields=["version", "updated_at"])
    audit_record(
        "price_list.prices_set",
        price_list,
        actor=actor,
        data=plan.counts() | {"cause": cause, "changes": _audited(plan)},
    )
    return plan


def adjusted(amount: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """`amount` changed by `percent`, half up to `decimals` places."""
    changed = amount * (Decimal(100) + percent) / Decimal(100)
    return changed.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _remove(price_list: PriceList, removed: list[PriceChange]) -> None:
    if not removed:
        return
    rows = Price.objects.filter(price_list=price_list, sku_id__in={c.sku_id for c in removed})
    keys = {(change.sku_id, change.min_quantity) for change in removed}
    found = rows.values_list("pk", "sku_id", "min_quantity")
    Price.objects.filter(
        pk__in=[pk for pk, sku, quantity in found if (sku, quantity) in keys]
    ).delete()


def _check(changes: list[PriceChange]) -> None:
    issues: list[Issue] = []
    seen: set[tuple[int, int]] = set()
    for change in changes:
        key = (change.sku_id, change.min_quantity)
        if key in seen:
            issues.append(
                Issue(
                    "min_quantity", _("This SKU and quantity stand here twice"), "twice", change.row
                )
            )
        seen.add(key)
        if not 1 <= change.min_quantity < 2**31:
            issues.append(Issue("min_quantity", _("The quantity is at least 1"), "min", change.row))
        if change.amount is not None:
            issues += _check_amount(change.amount, change.row)
    if issues:
        raise InvalidInput(issues)


def _check_amount(amount: Decimal, row: int | None) -> list[Issue]:
    if amount < 0:
        return [Issue("amount", _("A price is never below zero"), "negative", row)]
    if amount >= MAX_AMOUNT:
        return [Issue("amount", _("This price is too large"), "too_large", row)]
    if amount != amount.quantize(AMOUNT_STEP):
        return [Issue("amount", _("A price has at most four decimals"), "too_fine", row)]
    return []


def _audited(plan: PricePlan) -> list[list[str | int | None]]:
    """The first changes as [SKU id, from quantity, old, new]; the counts tell of the rest."""
    entries: list[list[str | int | None]] = [
        [change.sku_id, change.min_quantity, str(old), _text(change.amount)]
        for change, old in (*plan.changed, *plan.removed)
    ]
    entries += [
        [change.sku_id, change.min_quantity, None, _text(change.amount)] for change in plan.created
    ]
    return entries[:AUDITED_CHANGES]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
