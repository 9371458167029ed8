"""What an availability rule would change, by the query that will apply it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from catalog.models import Sku
from catalog.selectors import skus_within
from catalog.status import SkuStatus
from inventory.models import AvailabilityRule, Location, Stock
from inventory.selectors import availability_by_sku
from inventory.selectors.availability import availability_with

# Enough to judge by, and quick: what lies beyond is said not to be looked at.
MAX_SKUS = 1000
MAX_PAIRS = 100_000
SHOWN = 20


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """Units of a SKU at a location that may be offered, before and after."""

    sku: Sku
    location: Location
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(slots=True)
class RulePreview:
    """`pairs` of SKU and location were looked at, `changed` differ; `rows` are the largest.

    Of `skus` the rule is about, `looked_at` were compared, in the order of their codes.
    """

    skus: int = 0
    looked_at: int = 0
    pairs: int = 0
    changed: int = 0
    before: int = 0
    after: int = 0
    rows: list[PreviewRow] = field(default_factory=list)


def rule_preview(rule: AvailabilityRule, saved: AvailabilityRule | None = None) -> RulePreview:
    """Availability in the rule's channel as it is and as it would be with `rule`.

    A rule for every channel is looked at as in a channel without rules of its own. `saved` is the
    rule as it stands, whose goods are compared too. Components are compared, not their kits.
    """
    subjects = [rule, *([saved] if saved and saved.is_active else [])]
    skus = _skus(subjects)
    locations = _locations(subjects)
    preview = RulePreview(skus=skus.count())
    most = max(1, min(MAX_SKUS, MAX_PAIRS // max(len(locations), 1)))
    looked_at = {sku.pk: sku for sku in skus.order_by("code")[:most]}
    preview.looked_at = len(looked_at)
    before = availability_by_sku(looked_at, location_ids=locations, channel=rule.channel)
    after = availability_with(rule, looked_at, location_ids=locations, channel=rule.channel)
    changes = []
    for sku_id, here in before.items():
        then = after[sku_id]
        preview.pairs += len(here)
        preview.before += sum(here.values())
        preview.after += sum(then.values())
        changes += [
            (sku_id, place, units, then[place])
            for place, units in here.items()
            if units != then[place]
        ]
    preview.changed = len(changes)
    changes.sort(key=lambda one: (-abs(one[3] - one[2]), looked_at[one[0]].code, one[1]))
    preview.rows = [
        PreviewRow(looked_at[sku_id], locations[place], was, becomes)
        for sku_id, place, was, becomes in changes[:SHOWN]
    ]
    return preview


def _skus(rules: Iterable[AvailabilityRule]) -> "QuerySet[Sku]":
    found: QuerySet[Sku] = Sku.objects.none()
    for rule in rules:
        if rule.sku is not None:
            skus = Sku.objects.filter(pk=rule.sku.pk)
        elif rule.category is not None:
            skus = skus_within(rule.category)
        else:
            kept = Stock.objects.filter(location=rule.location_id)
            skus = Sku.objects.filter(pk__in=kept.values("sku"))
        found |= Sku.objects.filter(pk__in=skus.values("pk"))
    return found.filter(status=SkuStatus.ACTIVE)


def _locations(rules: Iterable[AvailabilityRule]) -> dict[int, Location]:
    named = [rule.location for rule in rules]
    places = [one.pk for one in named if one is not None]
    active = Location.objects.filter(is_active=True)
    if len(places) == len(named):
        active = active.filter(pk__in=places)
    return {one.pk: one for one in active}
