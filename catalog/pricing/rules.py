"""Discounts on one line: which rules touch it, in which order, and what each does.

Rules speak in one order: the most specific target first (SKU, product, nearest category … up to
the macro-category, everything), then the higher priority, then the newest (highest id). Of the
rules that do not stack the first applies, and no other; cumulative ones apply as well, each to
what the earlier left; after one that stops, nothing applies. Values that conditions look at are
those at list prices, before any discount, with or without tax as the price list states them.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from catalog.pricing.eligibility import Scene, barred, best_audience
from catalog.pricing.types import PriceData, Reason, RuleFacts, SkuFacts, Step
from oms.core.money import AMOUNT_PLACES, ZERO

HUNDRED = Decimal(100)
UNIT_STEP = Decimal(1).scaleb(-AMOUNT_PLACES)
# Reach of a target. Categories lie between: the length of their path, so that nearer is more.
EVERYTHING, PRODUCT, SKU = 0, 10_000, 10_001


@dataclass(frozen=True, slots=True)
class LineValue:
    """A line at its list price, and the whole basket at theirs."""

    sku: SkuFacts
    quantity: int
    list_price: Decimal
    basket_value: Decimal


def speaking(data: PriceData, scene: Scene) -> tuple[list[RuleFacts], list[Step]]:
    """The rules that may apply to this buyer, and steps for the others if all were asked for."""
    heard: list[RuleFacts] = []
    silent: list[Step] = []
    for rule in sorted(data.rules, key=lambda each: each.id):
        reason = barred(rule, scene)
        if reason is None and rule.coupon and rule.coupon != scene.coupon:
            reason = Reason.COUPON
        if reason is None:
            heard.append(rule)
        elif data.complete:
            silent.append(_passed(rule, reason))
    return heard, silent


def reach_of(rule: RuleFacts, sku: SkuFacts) -> int | None:
    """How specific the rule's target is for this SKU; None if it does not touch it."""
    if rule.target == "sku":
        return SKU if rule.sku_id == sku.id else None
    if rule.target == "product":
        return PRODUCT if rule.product_id == sku.product_id else None
    if rule.target == "category":
        return len(rule.path) if sku.path.startswith(rule.path) else None
    return EVERYTHING


def discounted(
    line: LineValue, heard: list[RuleFacts], scene: Scene, *, complete: bool
) -> tuple[Decimal, list[Step]]:
    """The unit price after discounts, never below zero, and a step for every rule that spoke."""
    touching: list[tuple[int, int, int, RuleFacts]] = []
    steps: list[Step] = []
    for rule in heard:
        reach = reach_of(rule, line.sku)
        if reach is not None:
            touching.append((reach, rule.priority, rule.id, rule))
        elif complete:
            steps.append(_passed(rule, Reason.TARGET))
    touching.sort(key=lambda entry: entry[:3], reverse=True)
    walk = _Walk(line.list_price)
    spoken = [walk.step(reach, rule, line, scene) for reach, _priority, _id, rule in touching]
    return walk.unit, spoken + steps


class _Walk:
    """One pass over a line's rules in their order."""

    def __init__(self, list_price: Decimal) -> None:
        self.unit = list_price
        self.seat: tuple[int, RuleFacts] | None = None
        self.stopped_by: RuleFacts | None = None

    def step(self, reach: int, rule: RuleFacts, line: LineValue, scene: Scene) -> Step:
        refused = _unmet(rule, line) or self._outranked(reach, rule)
        if refused is not None:
            return refused
        before = self.unit
        after = reduced(before, rule)
        if after >= before:
            return _passed(rule, Reason.NOT_LOWER)
        self.unit = after
        if rule.stacking != "cumulative":
            self.seat = (reach, rule)
        if rule.stacking == "stop":
            self.stopped_by = rule
        return {
            "step": "rule",
            "rule": rule.uid,
            "name": rule.name,
            "version": rule.version,
            "audience": best_audience(rule, scene)[1],
            "effect": rule.effect,
            "value": str(rule.value),
            "stacking": rule.stacking,
            "before": str(before),
            "after": str(after),
        }

    def _outranked(self, reach: int, rule: RuleFacts) -> Step | None:
        if self.stopped_by is not None:
            return _passed(rule, Reason.STOPPED, by=self.stopped_by.name)
        if self.seat is None or rule.stacking == "cumulative":
            return None
        winning_reach, winner = self.seat
        if reach != winning_reach:
            return _passed(rule, Reason.LESS_SPECIFIC, by=winner.name)
        if rule.priority != winner.priority:
            return _passed(rule, Reason.LOWER_PRIORITY, by=winner.name)
        return _passed(rule, Reason.OLDER, by=winner.name)


def reduced(unit: Decimal, rule: RuleFacts) -> Decimal:
    """What a rule makes of a unit price: at least zero, half up to four decimals."""
    if rule.effect == "percent":
        after = unit * (HUNDRED - rule.value) / HUNDRED
    elif rule.effect == "amount":
        after = unit - rule.value
    else:
        after = rule.value
    return max(ZERO, after).quantize(UNIT_STEP, ROUND_HALF_UP)


def _unmet(rule: RuleFacts, line: LineValue) -> Step | None:
    """The first condition of the rule that the line does not meet, as its step."""
    if line.sku.id in rule.excluded_skus or line.sku.path.startswith(rule.excluded_paths):
        return _passed(rule, Reason.EXCLUDED)
    if line.quantity < rule.min_quantity:
        return _passed(rule, Reason.QUANTITY, needed=rule.min_quantity, given=line.quantity)
    if rule.min_line_value:
        value = line.list_price * line.quantity
        if value < rule.min_line_value:
            return _passed(
                rule, Reason.LINE_VALUE, needed=str(rule.min_line_value), given=str(value)
            )
    if line.basket_value < rule.min_basket_value:
        return _passed(
            rule,
            Reason.BASKET_VALUE,
            needed=str(rule.min_basket_value),
            given=str(line.basket_value),
        )
    return None


def _passed(rule: RuleFacts, reason: Reason, **extra: int | str) -> Step:
    return {
        "step": "rule_passed",
        "rule": rule.uid,
        "name": rule.name,
        "version": rule.version,
        "reason": str(reason),
        **extra,
    }
