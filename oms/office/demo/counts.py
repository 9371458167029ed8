"""Counts of the demo: one store after the other, and what is being counted at this moment."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from random import Random

from inventory.models import CountLine, Location, Stock, StockCount
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.services.count_posting import count_finish, count_post
from inventory.status import CountBasis, CountLineStatus, CountStatus
from oms.core.actors import Actor
from oms.office.demo.articles import Article
from oms.office.demo.people import HOME_STORE, OTHER_STORE
from oms.office.demo.world import World

FEW, MORE = 5, 12
# So many of a shelf cannot be found in the count that waits for its approval.
NOT_FOUND = 4


def cycle_count(
    articles: Sequence[Article], location: Location, *, rng: Random, actor: Actor, approver: Actor
) -> None:
    """A count that finds a piece more or less here and there, and is posted."""
    chosen = rng.sample(list(articles), min(FEW, len(articles)))
    off = {article.sku_id: rng.choice((-1, 1, 1)) for article in chosen}
    plan = CountPlan(location, CountBasis.LISTED, sku_ids=tuple(off), is_blind=False)
    count = count_plan(plan, actor=actor)
    _found(count, off, actor=actor)
    if count_finish(count.pk, actor=actor).status == CountStatus.TO_APPROVE:
        count_post(count.pk, actor=approver)


def counts_now(world: World) -> None:
    """At the stores people sign in to: one being counted each; and one that waits for approval."""
    for code, ago in ((HOME_STORE, 50), (OTHER_STORE, 35)):
        moment = world.timeline.present - timedelta(minutes=ago)
        world.timeline.at(moment, partial(_half_counted, world, code))
    moment = world.timeline.present - timedelta(hours=3)
    world.timeline.at(moment, partial(_to_approve, world, HOME_STORE))
    moment = world.timeline.present - timedelta(hours=1)
    world.timeline.at(moment, partial(_planned, world))


def _half_counted(world: World, code: str) -> None:
    plan = CountPlan(
        world.locations[code], CountBasis.ABC, classes=("A",), due_only=True, most=MORE
    )
    actor = world.staff.stores[code]
    count = count_plan(plan, actor=actor)
    skus = count.lines.order_by("pk").values_list("sku", flat=True)[: count.lines.count() // 2]
    _found(count, dict.fromkeys(skus, 0), actor=actor)


def _to_approve(world: World, code: str) -> None:
    """Two shelves are far off; of one of them nobody has made the second count."""
    actor = world.staff.stores[code]
    plan = CountPlan(world.locations[code], CountBasis.VALUE, most=FEW, note="Shelves by the door")
    count = count_plan(plan, actor=actor)
    shelves = Stock.objects.filter(location=count.location_id, sku__in=count.lines.values("sku"))
    skus = list(shelves.order_by("-on_hand", "sku").values_list("sku", flat=True))
    _found(count, dict.fromkeys(skus, 0) | dict.fromkeys(skus[:2], -NOT_FOUND), actor=actor)
    if count_finish(count.pk, actor=actor).status != CountStatus.RECOUNT:
        return
    asked = CountLine.objects.filter(stock_count=count, status=CountLineStatus.TO_RECOUNT)
    if asked.count() > 1:
        _found(count, {asked[0].sku_id: -NOT_FOUND}, actor=actor)
    count_finish(count.pk, leave=True, actor=actor)


def _planned(world: World) -> None:
    plan = CountPlan(world.warehouse, CountBasis.VALUE, most=FEW * 4, is_blind=False)
    count_plan(plan, actor=world.staff.office)


def _found(count: StockCount, off: Mapping[int, int], *, actor: Actor) -> None:
    """Count shelves: SKU id → how many more (or fewer) lie there than the system thinks."""
    shelves = Stock.objects.filter(location=count.location_id, sku__in=off)
    on_hand = dict(shelves.values_list("sku", "on_hand"))
    found = {sku: max(0, on_hand.get(sku, 0) + units) for sku, units in off.items()}
    lines_count(count.pk, found, actor=actor)
