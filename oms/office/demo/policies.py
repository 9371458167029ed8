"""What the demo retailer keeps back: rules a shop with real shelves would have."""

from collections.abc import Mapping

from catalog.models import Category
from inventory.models import AvailabilityRule, Location
from inventory.services.rules import RuleData, availability_rule_save, availability_rule_switch
from oms.core.actors import Actor

Effect = AvailabilityRule.Effect


def availability_rules_make(
    locations: Mapping[str, Location], *, poor_records: str, actor: Actor
) -> None:
    """A buffer, an exclusion, a share where the records are poor, and a rule switched off."""
    cookware, outdoor = (
        Category.objects.only("pk").get(name=name).pk for name in ("Cookware", "Outdoor living")
    )
    rules = [
        # The last piece on the shelf is often the one in a customer's hands.
        RuleData(effect=Effect.BUFFER, category_id=cookware, channel="eshop", units=1),
        # Nobody phones a marketplace's warehouse for a garden set.
        RuleData(
            effect=Effect.EXCLUDE,
            category_id=outdoor,
            location_id=locations[poor_records].pk,
            channel="phone",
        ),
        RuleData(effect=Effect.SHARE, location_id=locations[poor_records].pk, percent=90),
    ]
    for rule in rules:
        availability_rule_save(rule, actor=actor)
    old = RuleData(effect=Effect.BUFFER, category_id=outdoor, units=2)
    saved = availability_rule_save(old, actor=actor)
    availability_rule_switch(saved.pk, active=False, actor=actor)
