"""Open shortages, and which of the claims on a shelf they leave without goods."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from inventory.models import Allocation, ExpectedSupply, Shortage
from oms.core.actors import Actor
from oms.core.permissions import Permission


def shortages_visible(
    actor: Actor, permission: Permission = Permission.STOCK_VIEW
) -> QuerySet[Shortage]:
    """The shortages, solved ones too, at locations `actor` may reach with `permission`."""
    rows: QuerySet[Shortage] = Shortage.objects.visible_to(actor, permission)
    return rows


def open_shortages(actor: Actor) -> QuerySet[Shortage]:
    """What `actor` sees that nobody has solved yet; an index holds these alone."""
    return shortages_visible(actor).filter(closed_at=None)


def with_claims(shortages: QuerySet[Shortage]) -> QuerySet[Shortage]:
    """Shortages with `claims`: how many demands have a claim on the shelf."""
    claims = (
        Allocation.objects.filter(sku=OuterRef("sku"), location=OuterRef("location"))
        .order_by()
        .values("sku")
        .annotate(total=Count("demand", distinct=True))
        .values("total")
    )
    return shortages.annotate(
        claims=Coalesce(Subquery(claims, output_field=IntegerField()), 0)
    ).select_related("sku", "location")


def claims_on(sku_id: int, location_id: int) -> Sequence[Allocation]:
    """Every claim on one shelf, oldest first; a kit's are those of its component there."""
    rows = Allocation.objects.filter(sku=sku_id, location=location_id)
    return list(rows.select_related("demanded").order_by("created_at", "pk"))


def shares(
    lying: int, claims: Sequence[tuple[UUID, int]], picked: dict[UUID, int]
) -> list[tuple[UUID, int]]:
    """How many units each claim lacks of the `lying` ones, dealt out in the order given.

    `claims`: (demand, units), the first served first. What is `picked` already lies in that
    demand's bag, so it is dealt out before anything else.
    """
    left = lying
    dealt: list[int] = []
    for demand, units in claims:
        had = min(picked.get(demand, 0), units, max(left, 0))
        dealt.append(had)
        left -= had
    lacking = []
    for (demand, units), had in zip(claims, dealt, strict=True):
        more = min(units - had, max(left, 0))
        left -= more
        lacking.append((demand, units - had - more))
    return lacking


def expected_here(shortage: Shortage) -> Sequence[ExpectedSupply]:
    """What is on its way to the shelf, the soonest first, without a day last."""
    rows = ExpectedSupply.objects.filter(sku=shortage.sku_id, location=shortage.location_id)
    return list(rows.order_by("due_on", "pk"))
