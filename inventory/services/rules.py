"""Availability rules: made, changed, switched off and on."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from inventory.locks import availability_rule_for_update
from inventory.models import AvailabilityRule
from inventory.models.rules import MAX_UNITS
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue, StaleVersion

Effect = AvailabilityRule.Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleData:
    """All a rule says; `units` counts for a buffer only, `percent` (1 to 99) for a share only."""

    effect: str
    channel: str = ""
    category_id: int | None = None
    sku_id: int | None = None
    location_id: int | None = None
    units: int | None = None
    percent: int | None = None


@transaction.atomic
def availability_rule_save(
    data: RuleData, *, actor: Actor, rule_id: int | None = None, version: int | None = None
) -> AvailabilityRule:
    """Make a rule, or change one; it speaks at once.

    Raises InvalidInput (also when another active rule has the same subject), StaleVersion
    (`version` is the one the caller saw), NotFound.
    """
    rule = AvailabilityRule() if rule_id is None else availability_rule_for_update(rule_id)
    _check_version(rule, version)
    before = {name: getattr(rule, name) for name in asdict(data)}
    rule_fill(rule, data)
    _store(rule)
    changes = {
        name: [old, getattr(rule, name)]
        for name, old in before.items()
        if old != getattr(rule, name)
    }
    made = rule_id is None
    action = "availability_rule.created" if made else "availability_rule.changed"
    audit_record(action, rule, actor=actor, data={"changes": changes})
    return rule


@transaction.atomic
def availability_rule_switch(
    rule_id: int, *, active: bool, actor: Actor, version: int | None = None
) -> AvailabilityRule:
    """Let a rule speak no more, or again. Raises as `availability_rule_save`."""
    rule = availability_rule_for_update(rule_id)
    _check_version(rule, version)
    if rule.is_active == active:
        return rule
    rule.is_active = active
    _store(rule)
    action = "availability_rule.activated" if active else "availability_rule.deactivated"
    audit_record(action, rule, actor=actor)
    return rule


def rule_fill(rule: AvailabilityRule, data: RuleData) -> AvailabilityRule:
    """Let `rule` say what `data` says, unsaved. Raises InvalidInput."""
    issues = check_rule(data)
    if issues:
        raise InvalidInput(issues)
    fields: dict[str, Any] = asdict(data)
    fields["units"] = data.units if data.effect == Effect.BUFFER else None
    fields["percent"] = data.percent if data.effect == Effect.SHARE else None
    for name, value in fields.items():
        setattr(rule, name, value)
    return rule


def check_rule(data: RuleData) -> list[Issue]:
    """What is missing or too much."""
    issues = []
    if data.effect not in Effect.values:
        return [Issue("effect", _("Say what the rule does"), "required")]
    if data.effect == Effect.SHARE:
        if data.sku_id is not None:
            issues.append(
                Issue("sku", _("A share is of a category or a location, not of a SKU"), "subject")
            )
        elif data.category_id is None and data.location_id is None:
            issues.append(Issue("category", _("Name a category, a location or both"), "subject"))
        if data.percent is None or not 1 <= data.percent <= 99:
            issues.append(Issue("percent", _("A share is 1 to 99 %"), "percent"))
    else:
        if (data.category_id is None) == (data.sku_id is None):
            issues.append(Issue("category", _("Name a category or a SKU: one of them"), "subject"))
        if data.effect == Effect.BUFFER and (
            data.units is None or not 0 <= data.units <= MAX_UNITS
        ):
            words = _("Keep back 0 to %(most)s units") % {"most": f"{MAX_UNITS:,}"}
            issues.append(Issue("units", words, "units"))
    return issues


def _check_version(rule: AvailabilityRule, version: int | None) -> None:
    if version is not None and version != rule.version:
        raise StaleVersion(version=version, current=rule.version)


def _store(rule: AvailabilityRule) -> None:
    if rule.pk is not None:
        rule.version += 1
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        if "availability_rule_once" not in str(error):
            raise
        words = _("Another active rule says this about the same goods, place and channel already")
        raise InvalidInput([Issue("", words, "taken")]) from error
