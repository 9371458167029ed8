"""A stored sourcing decision in words: what was chosen, and why every other candidate was not."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from oms.core.errors import Text
from oms.core.formats import format_quantity
from oms.sourcing.models import Decision
from oms.sourcing.solver import Reason

SHOWN_MISSING = 3

LOST: dict[str, Text] = {
    Reason.NO_STOCK: gettext_lazy("Has none of it"),
    Reason.SHORT: gettext_lazy("Has too little"),
    Reason.FARTHER: gettext_lazy("Farther away"),
    Reason.LOWER_PRIORITY: gettext_lazy("As near, but lower priority"),
    Reason.MORE_PARCELS: gettext_lazy("Would have made more parcels"),
    Reason.EXCLUDED: gettext_lazy("Could not give what it had promised"),
}
RULES: dict[str, Text] = {
    "fewest_parcels": gettext_lazy("fewest parcels"),
    "nearest": gettext_lazy("nearest"),
    "priority": gettext_lazy("highest priority"),
}


class Explained(TypedDict):
    """One step of `ui/why_steps.html`: `outcome` is applied, lost or result."""

    outcome: str
    label: str
    text: str
    value: str


def explained(decision: Decision, names: Mapping[str, str] | None = None) -> list[Explained]:
    """The decision's candidates as sentences, the chosen ones first.

    `names` gives location names by code. A stored reason this reader does not know is shown as
    it is.
    """
    known = names or {}
    steps = [_step(candidate, known) for candidate in decision.candidates]
    return sorted(steps, key=lambda step: step["outcome"] != "applied")


def rules_words(decision: Decision) -> str:
    """The rules in the order they were asked: "Fewest parcels, then nearest"."""
    words = [str(RULES.get(rule, rule)) for rule in decision.rules]
    return _(", then ").join(words).capitalize()


def _step(candidate: Mapping[str, Any], names: Mapping[str, str]) -> Explained:
    code = candidate["location"]
    chosen = candidate["reason"] == Reason.CHOSEN
    return Explained(
        outcome="applied" if chosen else "lost",
        label=names.get(code, code),
        text=_("Chosen") if chosen else _lost(candidate),
        value=_distance(candidate.get("distance_km")),
    )


def _lost(candidate: Mapping[str, Any]) -> str:
    reason = candidate["reason"]
    words = str(LOST.get(reason, reason))
    missing: Mapping[str, int] = candidate.get("missing") or {}
    if reason == Reason.NO_STOCK or not missing:
        return words
    parts = [
        _("%(count)s × %(sku)s missing") % {"count": format_quantity(count), "sku": sku}
        for sku, count in sorted(missing.items())[:SHOWN_MISSING]
    ]
    more = len(missing) - SHOWN_MISSING
    if more > 0:
        parts.append(
            ngettext("%(n)d more SKU missing", "%(n)d more SKUs missing", more) % {"n": more}
        )
    return f"{words}: {', '.join(parts)}"


def _distance(km: float | None) -> str:
    return f"{format_quantity(round(km))}\N{NO-BREAK SPACE}km" if km else ""
