"""Discount rules: saved as drafts, published, taken back, archived."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience
from catalog.locks import discount_rule_for_update
from catalog.models import DiscountRule
from catalog.pricing.eligibility import normal_coupon
from catalog.services.price_lists import changes_of
from catalog.services.publications import (
    assign,
    check_audiences,
    check_fields,
    check_validity,
    check_version,
    move_to,
)
from catalog.status import PublicationStatus
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue

Target = DiscountRule.Target
Effect = DiscountRule.Effect
ACTIVE = PublicationStatus.ACTIVE
RELATIONS = ("audiences", "excluded_category_ids", "excluded_sku_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountRuleData:
    """All a rule says. Only the id that fits `target` counts; amounts need `currency`."""

    name: str
    target: str
    effect: str
    value: Decimal
    category_id: int | None = None
    product_id: int | None = None
    sku_id: int | None = None
    excluded_category_ids: tuple[int, ...] = ()
    excluded_sku_ids: tuple[int, ...] = ()
    currency: str = ""
    stacking: str = DiscountRule.Stacking.BEST
    min_quantity: int = 1
    min_line_value: Decimal = Decimal(0)
    min_basket_value: Decimal = Decimal(0)
    coupon: str = ""
    priority: int = 0
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    audiences: tuple[Audience, ...] = ()


@transaction.atomic
def discount_rule_save(
    data: DiscountRuleData,
    *,
    actor: Actor,
    rule_id: int | None = None,
    version: int | None = None,
) -> DiscountRule:
    """Create a draft, or change a rule; a published one changes at once.

    Raises InvalidInput, StaleVersion (`version` is the one the caller saw), NotFound.
    """
    rule = DiscountRule() if rule_id is None else discount_rule_for_update(rule_id)
    check_version(rule, version)
    fields = {name: value for name, value in asdict(data).items() if name not in RELATIONS}
    fields["coupon"] = normal_coupon(data.coupon)
    for kind in ("category", "product", "sku"):
        if data.target != kind:
            fields[f"{kind}_id"] = None
    before = {name: getattr(rule, name) for name in fields}
    for name, value in fields.items():
        setattr(rule, name, value)
    issues = [
        *check_audiences(data.audiences),
        *check_validity(data.valid_from, data.valid_to),
        *_check_target(rule),
        *_check_effect(rule),
    ]
    if rule.status == ACTIVE and not data.audiences:
        issues.append(_no_audience())
    if issues:
        raise InvalidInput(issues)
    check_fields(rule)
    if rule_id is not None:
        rule.version += 1
    rule.save()
    rule.excluded_categories.set(data.excluded_category_ids)
    rule.excluded_skus.set(data.excluded_sku_ids)
    assign(rule.audiences, data.audiences)
    audit_record(
        "discount_rule.created" if rule_id is None else "discount_rule.changed",
        rule,
        actor=actor,
        data={
            "changes": changes_of(before, fields),
            "audiences": [str(audience) for audience in data.audiences],
            "excluded_categories": list(data.excluded_category_ids),
            "excluded_skus": list(data.excluded_sku_ids),
        },
    )
    return rule


@transaction.atomic
def discount_rule_publish(
    rule_id: int, *, actor: Actor, version: int | None = None
) -> DiscountRule:
    """Put a draft in force from its validity on. Raises InvalidInput if it is for nobody."""
    rule = discount_rule_for_update(rule_id)
    check_version(rule, version)
    if not rule.audiences.exists():
        raise InvalidInput([_no_audience()])
    return _moved(rule, ACTIVE, "discount_rule.published", actor)


@transaction.atomic
def discount_rule_unpublish(
    rule_id: int, *, actor: Actor, version: int | None = None
) -> DiscountRule:
    """Take a rule back to draft: from this moment on it discounts nothing."""
    rule = discount_rule_for_update(rule_id)
    check_version(rule, version)
    return _moved(rule, PublicationStatus.DRAFT, "discount_rule.unpublished", actor)


@transaction.atomic
def discount_rule_archive(
    rule_id: int, *, actor: Actor, version: int | None = None
) -> DiscountRule:
    """Put a rule away; it can be made a draft again."""
    rule = discount_rule_for_update(rule_id)
    check_version(rule, version)
    return _moved(rule, PublicationStatus.ARCHIVED, "discount_rule.archived", actor)


def _moved(
    rule: DiscountRule, status: PublicationStatus, action: str, actor: Actor
) -> DiscountRule:
    move_to(rule, status)
    audit_record(action, rule, actor=actor, data={"version": rule.version})
    return rule


def _no_audience() -> Issue:
    return Issue("audiences", _("Say who gets this discount"), "no_audience")


def _check_target(rule: DiscountRule) -> list[Issue]:
    kinds = {Target.CATEGORY: "category", Target.PRODUCT: "product", Target.SKU: "sku"}
    field = kinds.get(Target(rule.target)) if rule.target in Target.values else None
    if field is not None and getattr(rule, f"{field}_id") is None:
        return [Issue(field, _("Say which one"), "no_target")]
    return []


def _check_effect(rule: DiscountRule) -> list[Issue]:
    issues = []
    if rule.effect == Effect.PERCENT and not 0 < rule.value <= 100:
        issues.append(Issue("value", _("A percentage is above 0 and at most 100"), "percent"))
    if rule.effect != Effect.PERCENT and rule.value < 0:
        issues.append(Issue("value", _("An amount is never below zero"), "negative"))
    needs_currency = rule.effect != Effect.PERCENT or rule.min_line_value or rule.min_basket_value
    if needs_currency and not rule.currency:
        issues.append(Issue("currency", _("Amounts need a currency"), "no_currency"))
    for field in ("min_line_value", "min_basket_value"):
        if getattr(rule, field) < 0:
            issues.append(Issue(field, _("An amount is never below zero"), "negative"))
    if rule.min_quantity < 1:
        issues.append(Issue("min_quantity", _("The quantity is at least 1"), "min"))
    return issues
