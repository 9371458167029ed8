"""Availability rules as sentences people read."""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from catalog.audiences import AudienceKind
from catalog.directory import directory_of
from catalog.selectors import category_names
from inventory.models import AvailabilityRule
from oms.core.formats import format_percent, format_quantity

Effect = AvailabilityRule.Effect
STEPS = {
    1: gettext_lazy("1. Category exclusion"),
    2: gettext_lazy("2. SKU exclusion"),
    3: gettext_lazy("3. SKU buffer at a location"),
    4: gettext_lazy("4. SKU buffer"),
    5: gettext_lazy("5. Category buffer"),
    6: gettext_lazy("Share of the record"),
}


@dataclass(frozen=True, slots=True)
class RuleNames:
    """What categories (with those above them) and channels are called."""

    categories: dict[int, tuple[str, ...]]
    channels: dict[str, str]


def rule_names() -> RuleNames:
    """The names every sentence may need: two queries."""
    return RuleNames(category_names(), channel_names())


def channel_names() -> dict[str, str]:
    """Channel code → name. Channels live above inventory, which asks as the prices do."""
    directory = directory_of(AudienceKind.CHANNEL)
    return directory(None) if directory else {}


def step_of(rule: AvailabilityRule) -> int:
    """The step of the order in which rules are asked; 6 stands beside it."""
    if rule.effect == Effect.SHARE:
        return 6
    if rule.effect == Effect.EXCLUDE:
        return 1 if rule.category_id else 2
    if rule.category_id:
        return 5
    return 3 if rule.location_id else 4


def rule_sentence(rule: AvailabilityRule, names: RuleNames) -> SafeString:
    """ "Keep 2 units of Garden › Tools back, at Milano Centro, in the channel E-shop." """
    what = _part(_subject(rule, names))
    if rule.effect == Effect.EXCLUDE:
        start = format_html(str(_("Do not sell {what}")), what=what)
    elif rule.effect == Effect.BUFFER:
        units = rule.units or 0
        words = ngettext(
            "Keep {units} unit of {what} back", "Keep {units} units of {what} back", units
        )
        start = format_html(words, units=_part(format_quantity(units)), what=what)
    else:
        words = _("Rely on {percent} of what is recorded of {what}")
        start = format_html(words, percent=_part(format_percent(rule.percent)), what=what)
    clauses = [start]
    if rule.location is not None:
        clauses.append(format_html(str(_("at {location}")), location=_part(rule.location.name)))
    if rule.channel:
        channel = names.channels.get(rule.channel, rule.channel)
        clauses.append(format_html(str(_("in the channel {channel}")), channel=_part(channel)))
    return format_html("{}.", format_html_join(", ", "{}", ((one,) for one in clauses)))


def _subject(rule: AvailabilityRule, names: RuleNames) -> str:
    if rule.sku is not None:
        return f"{rule.sku.full_name} ({rule.sku.code})"
    if rule.category is not None:
        return " › ".join(names.categories.get(rule.category.pk, (rule.category.name,)))
    return pgettext("availability rule", "everything")


def _part(words: str) -> SafeString:
    return format_html('<span class="sentence-part">{}</span>', words)
