"""Loading the demo retailer: set-up first, then thirty days of business up to this minute."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from inventory.services.partitions import partitions_ensure
from oms.core.actors import system_actor
from oms.core.clock import now, retailer_zone
from oms.core.errors import Conflict
from oms.notifications.models import Message
from oms.office.demo.articles import articles_make, taxes_make
from oms.office.demo.awaited import Awaited
from oms.office.demo.clock import Travel
from oms.office.demo.companies import CLOSED, DEDICATED, FIRMS, companies_make
from oms.office.demo.counts import counts_now, cycle_count
from oms.office.demo.customers import customers_invent
from oms.office.demo.dispositions import dispositions_make
from oms.office.demo.drop_ships import DropShips
from oms.office.demo.lacking import Lacking
from oms.office.demo.missed import Missed
from oms.office.demo.parcels import Parcels, begun, packed, picked, sent
from oms.office.demo.people import BUYER_OF, HOME_STORE, OTHER_STORE, people_make
from oms.office.demo.pickups import Pickups
from oms.office.demo.places import STORES, locations_make
from oms.office.demo.policies import availability_rules_make
from oms.office.demo.prices import PriceLists, rules_make
from oms.office.demo.replaced import Replaced
from oms.office.demo.returned import Returns
from oms.office.demo.scenes import Scenes
from oms.office.demo.second_hand import second_hand_make
from oms.office.demo.stocking import delivery, stock_make
from oms.office.demo.suppliers import Purchasing
from oms.office.demo.sync import feeds_send
from oms.office.demo.timeline import Timeline
from oms.office.demo.trade import Trade
from oms.office.demo.transfers import Transfers
from oms.office.demo.world import World
from oms.orders.models import Channel
from oms.orders.status import ChannelKind

SEED = 20_260
DAYS = 30
ACTOR = system_actor("demo")
# Orders on a usual day, by how they are delivered. Each costs about a hundred statements in all.
SHIPPED, COLLECTED, TRADE = 2.2, 1.5, 1.3
SHOP_HOURS = (7, 23)
NOON = 12
# Where a count finds less than was promised.
SHORT_STORE = "FI-NOV"


class NotEmpty(Conflict):
    """There is a retailer in this database already."""

    code = "not_empty"
    title = _("The demo retailer is only loaded into an empty database")


def is_empty() -> bool:
    """Whether nothing was set up here yet."""
    return not Channel.objects.exists()


@transaction.atomic
def demo_load(*, scale: int = 1) -> dict[str, int]:
    """Make the demo retailer with `scale` times the usual orders; what was made, by name.

    One transaction: all of it or nothing. Raises NotEmpty.
    """
    if not is_empty():
        raise NotEmpty
    rng = Random(SEED)  # noqa: S311 - a play, not a secret
    present = now()
    begin = present - timedelta(days=DAYS + 1)
    partitions_ensure(since=begin)
    with Travel() as travel:
        travel.to(begin)
        world = _world(travel, present, rng)
        _business(world, scale)
        world.timeline.run()
        availability_rules_make(world.locations, poor_records=SHORT_STORE, actor=ACTOR)
    _messages_sent()
    return _made(world)


def _world(travel: Travel, present: datetime, rng: Random) -> World:
    """The retailer before its first order."""
    channels = _channels()
    locations: Mapping[str, Location] = locations_make()
    taxes_make()
    articles = articles_make(actor=ACTOR)
    companies = companies_make(rng=rng, actor=ACTOR)
    PriceLists(articles, moment=present, rng=rng, actor=ACTOR).make()
    rules_make(moment=present, actor=ACTOR)
    second_hand_make(articles, locations, actor=ACTOR)
    return World(
        rng=rng,
        timeline=Timeline(travel, present=present, rng=rng),
        staff=people_make(locations, companies, channels, actor=ACTOR),
        locations=locations,
        channels=channels,
        companies=companies,
        articles=articles,
        shelves=stock_make(articles, locations, rng=rng, actor=ACTOR),
        customers=customers_invent(160, rng),
    )


def _channels() -> dict[str, Channel]:
    given = (
        ("eshop", "E-shop", ChannelKind.ESHOP),
        ("till", "Store tills", ChannelKind.TILL),
        ("phone", "Customer service", ChannelKind.PHONE),
        ("b2b", "B2B portal", ChannelKind.B2B),
    )
    return {
        code: Channel.objects.create(code=code, name=name, kind=kind) for code, name, kind in given
    }


def _business(world: World, scale: int) -> None:
    """Put thirty days of orders, deliveries and counts on the timeline."""
    parcels = Parcels(world)
    pickups = Pickups(world)
    trade = Trade(world, parcels)
    stores = [place.code for place in STORES]
    # The demo's own stores are busier, so that their pages have something to show.
    often = [*stores, HOME_STORE, HOME_STORE, OTHER_STORE]
    buyers = [firm.code for firm in FIRMS if firm.code != CLOSED]
    often_buying = [*buyers, BUYER_OF, BUYER_OF, DEDICATED]
    for day in range(DAYS, -1, -1):
        for _number in range(_that_day(world, SHIPPED, day) * scale):
            _to_ship(world, parcels, day)
        for _number in range(_that_day(world, COLLECTED, day) * scale):
            pickups.order(
                _moment(world, day),
                world.rng.choice(often),
                world.rng.choice(("collect", "reserve")),
                channel=world.rng.choice(("eshop", "eshop", "eshop", "phone")),
            )
        for _number in range(_that_day(world, TRADE, day) * scale):
            trade.order(_moment(world, day), world.rng.choice(often_buying))
    _waiting(world, parcels, pickups)
    for number, code in enumerate(buyers):
        trade.pays(_moment(world, 3 + number % 10), code, actor=world.staff.office)
    returns = Returns(world)
    for day in range(DAYS - 8, 0, -3):
        returns.someone(_moment(world, day))
    _goods_in(world)
    purchasing = Purchasing(world)
    purchasing.make()
    purchasing.play()
    DropShips(world, purchasing).play()
    Transfers(world).play()
    feeds_send(world)
    pickups.sweeps(world.timeline.moment)


def _that_day(world: World, usual: float, days_ago: int) -> int:
    """Some days are better than others, and business grows.

    Those that wait whatever chance says are of the last hours: today has enough of them, and in
    the morning yesterday has too. Later it gets half of its own.
    """
    if days_ago == 0:
        return 0
    growing = 0.3 + 3.1 * (1 - days_ago / DAYS) ** 2
    if days_ago == 1:
        local = world.timeline.present.astimezone(retailer_zone())
        growing *= 0.5 if local.hour >= NOON else 0
    return round(usual * growing * world.rng.uniform(0.6, 1.4))


def _to_ship(world: World, parcels: Parcels, day: int) -> None:
    """An order to be shipped: from the e-shop, from the phone, now and then from a till."""
    kind, moment = world.rng.random(), _moment(world, day)
    if kind < 0.76:
        parcels.eshop(moment)
    elif kind < 0.90:
        parcels.phone(moment)
    else:
        parcels.till(moment, world.rng.choice(STORES).code)


def _waiting(world: World, parcels: Parcels, pickups: Pickups) -> None:
    """What is there at this moment whatever chance says."""
    present = world.timeline.present
    for ago in (40, 60 * 20, 60 * 26):
        parcels.split(present - timedelta(minutes=ago))
    for ago, steps in (
        (70, (begun,)),
        (85, (picked,)),
        (110, (picked, packed)),
        (60 * 25, (picked, packed, sent)),
        (60 * 26, (picked, sent)),
    ):
        parcels.waits(present - timedelta(minutes=ago), *steps)
    for code in (HOME_STORE, OTHER_STORE):
        Scenes(world, pickups, code).play()
    Scenes(world, pickups, SHORT_STORE).fall_short()
    Lacking(world).play()
    Awaited(world).play()
    Replaced(world).play()
    Missed(world).play()


def _goods_in(world: World) -> None:
    """A delivery every third day, and a cycle count of one store after the other."""
    sold = [a for a in world.articles if a.is_sold and not a.row.components]
    for number, day in enumerate(range(DAYS, 0, -3)):
        receive = partial(
            delivery, 4700 + number, sold, world.warehouse, rng=world.rng, actor=world.staff.picker
        )
        world.timeline.at(_moment(world, day), receive)
    for number, place in enumerate(STORES):
        count = partial(
            cycle_count,
            world.shelves.at(place.code, sold, least=8),
            world.locations[place.code],
            rng=world.rng,
            actor=world.staff.stores[place.code],
            approver=world.staff.office,
        )
        world.timeline.at(_moment(world, 2 + 2 * number), count)
    counts_now(world)
    dispositions_make(world)


def _moment(world: World, days_ago: int) -> datetime:
    """Some moment of that day at which people are awake; of today: one that is over."""
    zone = retailer_zone()
    present = world.timeline.present
    day = (present.astimezone(zone) - timedelta(days=days_ago)).date()
    start = datetime.combine(day, time(SHOP_HOURS[0]), zone)
    end = datetime.combine(day, time(SHOP_HOURS[1]), zone)
    if days_ago == 0:
        start, end = min(start, present - timedelta(hours=5)), min(end, present)
    return start + (end - start) * world.rng.random()


def _messages_sent() -> None:
    """Mark every message as sent when it was written: nobody out there may get the demo's mail."""
    Message.objects.filter(status=Message.Status.PENDING).update(
        status=Message.Status.SENT, attempts=1, sent_at=F("created_at")
    )


def _made(world: World) -> dict[str, int]:
    return dict(sorted(world.timeline.done.items()))
