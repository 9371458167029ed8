"""Which price lists and rules may speak at all: published, in force, currency, audience."""

from dataclasses import dataclass

from catalog.audiences import EVERYONE
from catalog.pricing.types import ListFacts, PriceContext, Reason, RuleFacts


@dataclass(frozen=True, slots=True)
class Scene:
    """A context prepared once per basket: the rank of each audience, 0 the most specific."""

    context: PriceContext
    ranks: dict[str, int]
    coupon: str


def scene_of(context: PriceContext) -> Scene:
    """The rank of an audience is where the buyer's list has it first; everyone is last."""
    ranks: dict[str, int] = {}
    for audience in (*context.audiences, EVERYONE):
        ranks.setdefault(str(audience), len(ranks))
    return Scene(context, ranks, normal_coupon(context.coupon))


def normal_coupon(coupon: str) -> str:
    """Coupons are compared without regard to case and outer blanks."""
    return coupon.strip().upper()


def barred(facts: ListFacts | RuleFacts, scene: Scene) -> Reason | None:
    """Why a list or rule says nothing to this buyer now; None if it may speak."""
    moment = scene.context.at
    if not facts.published:
        return Reason.DRAFT
    if facts.valid_from is not None and moment < facts.valid_from:
        return Reason.NOT_YET
    if facts.valid_to is not None and moment >= facts.valid_to:
        return Reason.EXPIRED
    # A percentage rule names no currency and works in all.
    if facts.currency and facts.currency != scene.context.currency:
        return Reason.CURRENCY
    if scene.ranks.keys().isdisjoint(facts.audiences):
        return Reason.AUDIENCE
    return None


def best_audience(facts: ListFacts | RuleFacts, scene: Scene) -> tuple[int, str]:
    """The most specific of the buyer's audiences it is meant for, as (rank, audience)."""
    return min((scene.ranks[name], name) for name in facts.audiences if name in scene.ranks)
