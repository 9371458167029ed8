"""A price's trace in words, for ui/why_steps.html.

The trace is the engine's own record (catalog/pricing); nothing is computed here. A buyer is told
what was applied to them and what they could still reach, not of lists and rules for others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from b2b.prices import unit_text
from catalog.pricing.types import Reason
from oms.core.formats import format_percent, format_quantity
from oms.core.money import format_money


@dataclass(frozen=True, slots=True)
class WhyStep:
    label: str
    value: str = ""
    text: str = ""
    outcome: str = "applied"


def why_steps(trace: Sequence[Mapping[str, Any]], currency: str) -> list[WhyStep]:
    """The steps of one line's trace; kinds nobody has described are left out."""
    found: list[WhyStep] = []
    for step in trace:
        describe = DESCRIBE.get(str(step.get("step")))
        described = describe(step, currency) if describe is not None else None
        if described is not None:
            found.append(described)
    return found


def _price(step: Mapping[str, Any], currency: str) -> WhyStep:
    remarks = []
    if step.get("min_quantity", 1) > 1:
        remarks.append(_("from %(n)s units on") % {"n": format_quantity(step["min_quantity"])})
    if step.get("tax_included"):
        remarks.append(_("tax included"))
    return WhyStep(
        _("Price list %(name)s") % {"name": step["name"]},
        unit_text(Decimal(step["amount"]), currency),
        ", ".join(remarks),
    )


def _rule(step: Mapping[str, Any], currency: str) -> WhyStep:
    return WhyStep(
        _("Discount %(name)s") % {"name": step["name"]},
        unit_text(Decimal(step["after"]), currency),
        _effect(step, currency),
    )


def _effect(step: Mapping[str, Any], currency: str) -> str:
    if step["effect"] == "percent":
        return _("%(percent)s off") % {"percent": format_percent(step["value"])}
    amount = unit_text(Decimal(step["value"]), currency)
    if step["effect"] == "amount":
        return _("%(amount)s off each unit") % {"amount": amount}
    return _("fixed price %(amount)s") % {"amount": amount}


def _passed(step: Mapping[str, Any], currency: str) -> WhyStep | None:
    words = REACHABLE.get(str(step.get("reason")))
    if words is None:
        return None
    needed = step.get("needed", "")
    shown = (
        format_quantity(needed)
        if isinstance(needed, int)
        else format_money(Decimal(str(needed or 0)), currency)
    )
    return WhyStep(str(step["name"]), text=words() % {"needed": shown}, outcome="passed")


def _tax(step: Mapping[str, Any], currency: str) -> WhyStep:
    return WhyStep(
        _("Tax %(percent)s, %(country)s")
        % {"percent": format_percent(step["percent"]), "country": step["country"]},
        format_money(Decimal(step["tax"]), currency),
        _("on the whole line"),
    )


DESCRIBE: Mapping[str, Callable[[Mapping[str, Any], str], WhyStep | None]] = {
    "price": _price,
    "rule": _rule,
    "rule_passed": _passed,
    "list_passed": _passed,
    "tax": _tax,
}
# Only what the buyer can do something about.
REACHABLE: Mapping[str, Callable[[], str]] = {
    Reason.BELOW_BREAK: lambda: _("from %(needed)s units on"),
    Reason.QUANTITY: lambda: _("from %(needed)s units on"),
    Reason.LINE_VALUE: lambda: _("from a line of %(needed)s on"),
    Reason.BASKET_VALUE: lambda: _("from an order of %(needed)s on"),
}
