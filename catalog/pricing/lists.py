"""The base price of a line: which list, which break.

The winner is the list assigned to the most specific audience that has a price for the SKU at the
line's quantity; ties go to the higher priority, then to the newest list (highest id).
A SKU's prices are one list's whole: either the list's own breaks or, when it has none for the SKU,
its parent's changed by the list's percentage; the two never mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from catalog.pricing.eligibility import Scene, barred, best_audience
from catalog.pricing.types import ListFacts, PriceData, PriceRequest, Reason, Step
from oms.core.money import AMOUNT_PLACES, exponent

HUNDRED = Decimal(100)
# Deeper chains are taken for a mistake; services refuse circles.
MAX_GENERATIONS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list that may price this buyer's lines, and for which of their audiences."""

    facts: ListFacts
    rank: int
    audience: str

    @property
    def order(self) -> tuple[int, int, int]:
        return (self.rank, -self.facts.priority, -self.facts.id)


@dataclass(frozen=True, slots=True)
class BasePrice:
    """A unit price from a list; `steps` open the line's trace."""

    amount: Decimal
    tax_included: bool
    steps: list[Step]


def candidates_of(data: PriceData, scene: Scene) -> tuple[list[Candidate], list[Step]]:
    """The lists in the order they are asked, and steps for those that are not asked at all."""
    asked: list[Candidate] = []
    passed: list[Step] = []
    for facts in sorted(data.lists, key=lambda each: each.id):
        reason = barred(facts, scene)
        if reason is None:
            rank, audience = best_audience(facts, scene)
            asked.append(Candidate(facts, rank, audience))
        elif data.complete:
            passed.append(_passed(facts, reason))
    asked.sort(key=lambda candidate: candidate.order)
    return asked, passed


def base_price(
    request: PriceRequest,
    asked: list[Candidate],
    lists: Mapping[int, ListFacts],
    scene: Scene,
) -> BasePrice | None:
    """The price of one unit before discounts, or None if no list has one."""
    passed: list[Step] = []
    winner: Candidate | None = None
    steps: list[Step] = []
    amount = Decimal(0)
    for candidate in asked:
        breaks, heirs = prices_in(candidate.facts, request.sku_id, lists, scene)
        if winner is not None:
            if breaks:
                passed.append(_passed(candidate.facts, _beaten(candidate, winner)))
            continue
        found = break_for(breaks, request.quantity)
        if found is None:
            passed.append(
                _passed(candidate.facts, Reason.BELOW_BREAK, needed=breaks[0][0])
                if breaks
                else _passed(candidate.facts, Reason.NO_PRICE)
            )
            continue
        winner = candidate
        amount = derived(found[1], heirs, candidate.facts.currency)
        steps = [_chosen(candidate, found, heirs, amount)]
    if winner is None:
        return None
    return BasePrice(amount, winner.facts.tax_included, steps + passed)


def prices_in(
    facts: ListFacts, sku_id: int, lists: Mapping[int, ListFacts], scene: Scene
) -> tuple[tuple[tuple[int, Decimal], ...], list[ListFacts]]:
    """A SKU's breaks as far up the chain of parents as needed, and the lists that change them.

    The heirs come nearest to the buyer first. A parent speaks only while published, in force, and
    in its child's currency and tax mode; the audiences it has itself do not matter.
    """
    heirs: list[ListFacts] = []
    while True:
        breaks = facts.prices.get(sku_id)
        if breaks:
            return breaks, heirs
        parent = lists.get(facts.parent_id) if facts.parent_id is not None else None
        if parent is None or len(heirs) >= MAX_GENERATIONS or not _supplies(parent, facts, scene):
            return (), []
        heirs.append(facts)
        facts = parent


def break_for(breaks: tuple[tuple[int, Decimal], ...], quantity: int) -> tuple[int, Decimal] | None:
    """The break with the highest minimum that the line's own quantity reaches."""
    found = None
    for step in breaks:
        if step[0] > quantity:
            break
        found = step
    return found


def derived(amount: Decimal, heirs: list[ListFacts], currency: str) -> Decimal:
    """`amount` changed by each heir's percentage, eldest first.

    Each generation is rounded half up to the currency's exponent, or to the parent's own number
    of decimals where that is finer: what is shown as the parent's price is what is multiplied.
    """
    if not heirs:
        return amount
    decimals = amount.normalize().as_tuple().exponent
    finer = -decimals if isinstance(decimals, int) else 0
    unit = Decimal(1).scaleb(-min(AMOUNT_PLACES, max(exponent(currency), finer)))
    for heir in reversed(heirs):
        amount = (amount * (HUNDRED + heir.percent) / HUNDRED).quantize(unit, ROUND_HALF_UP)
    return amount


def _supplies(parent: ListFacts, child: ListFacts, scene: Scene) -> bool:
    return (
        barred(parent, scene) in (None, Reason.AUDIENCE)
        and parent.currency == child.currency
        and parent.tax_included == child.tax_included
    )


def _beaten(loser: Candidate, winner: Candidate) -> Reason:
    if loser.rank != winner.rank:
        return Reason.LESS_SPECIFIC
    if loser.facts.priority != winner.facts.priority:
        return Reason.LOWER_PRIORITY
    return Reason.OLDER


def _chosen(
    candidate: Candidate, found: tuple[int, Decimal], heirs: list[ListFacts], amount: Decimal
) -> Step:
    facts = candidate.facts
    step: Step = {
        "step": "price",
        "list": facts.code,
        "name": facts.name,
        "version": facts.version,
        "audience": candidate.audience,
        "min_quantity": found[0],
        "amount": str(amount),
        "tax_included": facts.tax_included,
    }
    if heirs:
        step["parent_amount"] = str(found[1])
        step["percents"] = [str(heir.percent) for heir in reversed(heirs)]
    return step


def _passed(facts: ListFacts, reason: Reason, **extra: int) -> Step:
    return {
        "step": "list_passed",
        "list": facts.code,
        "name": facts.name,
        "version": facts.version,
        "reason": str(reason),
        **extra,
    }
