"""A stored price trace in the reader's language: steps as `ui/why_steps.html` shows them.

Traces hold reason codes and figures, never sentences, so an old order explains itself in any
language that is added later. Codes of a newer version than this reader are shown as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from babel.numbers import format_currency
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.audiences import AudienceKind
from catalog.pricing.types import Reason, Step
from catalog.status import tax_class_name
from oms.core.errors import Text
from oms.core.formats import MINUS, format_percent, format_quantity, locale

AUDIENCE_KINDS: dict[str, Text] = {
    AudienceKind.PERSON: gettext_lazy("Person"),
    AudienceKind.COMPANY: gettext_lazy("Company"),
    AudienceKind.GROUP: gettext_lazy("Group"),
    AudienceKind.STORE: gettext_lazy("Store"),
    AudienceKind.CHANNEL: gettext_lazy("Channel"),
    AudienceKind.EVERYONE: gettext_lazy("Everyone"),
}

# Reasons that need no figures.
PLAIN: dict[str, Text] = {
    Reason.DRAFT: gettext_lazy("Not published"),
    Reason.NOT_YET: gettext_lazy("Not in force yet"),
    Reason.EXPIRED: gettext_lazy("No longer in force"),
    Reason.AUDIENCE: gettext_lazy("Meant for others"),
    Reason.CURRENCY: gettext_lazy("In another currency"),
    Reason.LOWER_PRIORITY: gettext_lazy("Lower priority"),
    Reason.OLDER: gettext_lazy("Older, with the same priority"),
    Reason.NO_PRICE: gettext_lazy("Has no price for this SKU"),
    Reason.TARGET: gettext_lazy("About other goods"),
    Reason.EXCLUDED: gettext_lazy("These goods are left out of it"),
    Reason.COUPON: gettext_lazy("Needs a coupon that was not given"),
    Reason.NOT_LOWER: gettext_lazy("Would not make the price lower"),
}


class Explained(TypedDict):
    """One step: `outcome` is applied, passed or result."""

    outcome: str
    label: str
    text: str
    value: str


def explained(
    trace: Sequence[Step], currency: str, names: Mapping[str, str] | None = None
) -> list[Explained]:
    """The steps of a line's trace as sentences, in their order.

    `names`: what audiences are called (`catalog.directory.trace_names`).
    """
    told = [
        step | {"audience": audience_words(step["audience"], names or {})}
        if "audience" in step
        else step
        for step in trace
    ]
    return [TELLERS.get(str(step.get("step")), _other)(step, currency) for step in told]


def audience_words(audience: str, names: Mapping[str, str]) -> str:
    """ "company:acme" as "Acme S.r.l.", or as "Company acme" if nobody knows it any more."""
    kind, _mark, key = audience.partition(":")
    name = names.get(audience, key)
    if name != key:
        return name
    words = AUDIENCE_KINDS.get(kind)
    return audience if words is None else f"{words} {key}".strip()


def _price(step: Step, currency: str) -> Explained:
    details = [_("for %(audience)s") % {"audience": step["audience"]}]
    least = step["min_quantity"]
    if least > 1:
        details.append(
            ngettext("from %(count)s unit", "from %(count)s units", least)
            % {"count": format_quantity(least)}
        )
    if step.get("percents"):
        changes = ", ".join(_signed(percent) for percent in step["percents"])
        details.append(
            _("%(amount)s in its parent list, changed by %(changes)s")
            % {"amount": _money(step["parent_amount"], currency), "changes": changes}
        )
    details.append(_("tax included") if step["tax_included"] else _("before tax"))
    return Explained(
        outcome="applied",
        label=_("Price list %(name)s") % {"name": step["name"]},
        text=" · ".join(details),
        value=_money(step["amount"], currency),
    )


def _rule(step: Step, currency: str) -> Explained:
    value = Decimal(step["value"])
    effect = {
        "percent": lambda: _("%(percent)s off") % {"percent": format_percent(value)},
        "amount": lambda: _("%(amount)s off each") % {"amount": _money(value, currency)},
        "fixed": lambda: _("%(amount)s each") % {"amount": _money(value, currency)},
    }.get(step["effect"], lambda: str(step["effect"]))()
    return Explained(
        outcome="applied",
        label=step["name"],
        text=_("%(effect)s for %(audience)s, from %(before)s")
        % {
            "effect": effect,
            "audience": step["audience"],
            "before": _money(step["before"], currency),
        },
        value=_money(step["after"], currency),
    )


def _passed(step: Step, currency: str) -> Explained:
    return Explained(
        outcome="passed", label=step["name"], text=reason_words(step, currency), value=""
    )


def reason_words(step: Step, currency: str) -> str:
    """Why a list or rule was passed over, with its figures."""
    reason = step["reason"]
    if reason == Reason.LESS_SPECIFIC:
        if step["step"] == "list_passed":
            return _("A more specific list has a price")
        return _("%(rule)s is about something more specific") % {"rule": step["by"]}
    if reason in (Reason.LOWER_PRIORITY, Reason.OLDER) and "by" in step:
        return f"{PLAIN[reason]} ({step['by']})"
    if reason == Reason.STOPPED:
        return _("%(rule)s lets nothing follow it") % {"rule": step["by"]}
    if reason in (Reason.BELOW_BREAK, Reason.QUANTITY):
        needed = step["needed"]
        return ngettext("From %(count)s unit on", "From %(count)s units on", needed) % {
            "count": format_quantity(needed)
        }
    if reason in (Reason.LINE_VALUE, Reason.BASKET_VALUE):
        words = (
            _("The line is worth %(given)s; it needs %(needed)s")
            if reason == Reason.LINE_VALUE
            else _("The basket is worth %(given)s; it needs %(needed)s")
        )
        return words % {name: _money(step[name], currency) for name in ("given", "needed")}
    return str(PLAIN.get(reason, reason))


def _tax(step: Step, currency: str) -> Explained:
    return Explained(
        outcome="result",
        label=_("Tax %(percent)s") % {"percent": format_percent(Decimal(step["percent"]))},
        text=_("%(country)s, %(tax_class)s: %(net)s before tax + %(tax)s")
        % {
            "country": step["country"],
            "tax_class": tax_class_name(step["tax_class"]),
            "net": _money(step["net"], currency),
            "tax": _money(step["tax"], currency),
        },
        value=_money(step["gross"], currency),
    )


def _capped(step: Step, currency: str) -> Explained:
    return Explained(
        outcome="applied",
        label=_("Stands in for %(sku)s") % {"sku": step["instead_of"]},
        text=_("no dearer than what it replaces, from %(before)s")
        % {"before": _money(step["before"], currency)},
        value=_money(step["after"], currency),
    )


def _other(step: Step, currency: str) -> Explained:
    del currency
    return Explained(outcome="applied", label=str(step.get("step", "")), text="", value="")


def unit_price_words(amount: Decimal, currency: str) -> str:
    """A unit price, with as many decimals as it has beyond the currency's own."""
    text = format_currency(
        amount.normalize(), currency, locale=locale(), decimal_quantization=False
    )
    return str(text).replace("-", MINUS)


def _money(amount: Any, currency: str) -> str:
    return unit_price_words(Decimal(str(amount)), currency)


def _signed(percent: str) -> str:
    value = Decimal(percent)
    return ("+" if value > 0 else "") + format_percent(value)


TELLERS: dict[str, Callable[[Step, str], Explained]] = {
    "price": _price,
    "list_passed": _passed,
    "rule": _rule,
    "rule_passed": _passed,
    "capped": _capped,
    "tax": _tax,
}
