"""Which price lists and discount rules reach a company, and through which of its audiences."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from b2b.audiences import company_audiences
from b2b.models import Company
from catalog.audiences import EVERYONE, Audience, AudienceKind
from catalog.models import DiscountRule, DiscountRuleAudience, PriceList, PriceListAudience
from catalog.status import PublicationStatus
from oms.orders.models import Channel
from oms.orders.status import ChannelKind

THROUGH: dict[AudienceKind, str | Promise] = {
    AudienceKind.COMPANY: _("this company"),
    AudienceKind.GROUP: _("its group"),
    AudienceKind.CHANNEL: _("the B2B channel"),
    AudienceKind.EVERYONE: _("everyone"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """`what` reaches the company as `audience`."""

    what: Any
    audience: Audience
    through: str | Promise


@dataclass(frozen=True, slots=True)
class Reaching:
    """Price lists and rules, the most specific audience first."""

    price_lists: list[Reach]
    rules: list[Reach]


def reaching(company: Company) -> Reaching:
    """What is published for the company; four queries at most."""
    codes = Channel.objects.filter(
        kind=ChannelKind.B2B, is_active=True, currency=company.currency
    ).values_list("code", flat=True)
    channels = [Audience(AudienceKind.CHANNEL, code) for code in codes]
    audiences = [*company_audiences(company), *channels, EVERYONE]
    assigned = Q(pk__in=[])
    for audience in audiences:
        assigned |= Q(kind=str(audience.kind), key=audience.key)
    ranks = {(str(each.kind), each.key): rank for rank, each in enumerate(audiences)}
    lists = PriceListAudience.objects.filter(
        assigned, price_list__status=PublicationStatus.ACTIVE
    ).select_related("price_list")
    rules = DiscountRuleAudience.objects.filter(
        assigned, rule__status=PublicationStatus.ACTIVE
    ).select_related("rule")
    found_lists: list[tuple[int, int, PriceList]] = sorted(
        ((ranks[each.kind, each.key], each.price_list_id, each.price_list) for each in lists),
        key=lambda entry: entry[:2],
    )
    found_rules: list[tuple[int, int, DiscountRule]] = sorted(
        ((ranks[each.kind, each.key], each.rule_id, each.rule) for each in rules),
        key=lambda entry: entry[:2],
    )
    return Reaching(
        [_reach(company, audiences[rank], what) for rank, _id, what in found_lists],
        [_reach(company, audiences[rank], what) for rank, _id, what in found_rules],
    )


def _reach(company: Company, audience: Audience, what: Any) -> Reach:
    through = THROUGH[audience.kind]
    if audience.kind is AudienceKind.COMPANY and audience.key != company.code:
        through = _("its parent")
    return Reach(what, audience, through)
