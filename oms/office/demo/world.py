"""What the stories of the demo share: places, people, goods, the timeline; and placing an order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from django.db import transaction

from b2b.models import Company
from catalog.errors import NoPrice
from inventory.errors import InsufficientStock
from inventory.models import Location, Stock
from inventory.services.adjustment import StockChange, adjust
from inventory.status import AdjustmentReason, MovementKind
from oms.core.actors import Actor
from oms.office.demo.articles import Article
from oms.office.demo.customers import Person
from oms.office.demo.people import Staff
from oms.office.demo.places import WAREHOUSE
from oms.office.demo.stocking import Shelves
from oms.office.demo.timeline import Timeline
from oms.orders.models import Channel
from oms.orders.requests import OrderLineRequest, OrderRequest, PaymentRequest
from oms.orders.services.placement import PlacedOrder, order_place_whole

# A customer who finds something sold out takes something else, and gives up in the end.
TRIES = 4
MEANS = ("card", "card", "card", "paypal", "bank transfer")

Lines = tuple[OrderLineRequest, ...]


@dataclass(slots=True)
class World:
    rng: Random
    timeline: Timeline
    staff: Staff
    locations: Mapping[str, Location]
    channels: Mapping[str, Channel]
    companies: Mapping[str, Company]
    articles: Sequence[Article]
    shelves: Shelves
    customers: Sequence[Person]
    numbers: "count[int]" = field(default_factory=lambda: count(500_101))

    @property
    def warehouse(self) -> Location:
        return self.locations[WAREHOUSE.code]

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def payment(self, provider: str = "external", means: str = "") -> PaymentRequest:
        """A payment with a provider's reference of its own."""
        prefix = "pay" if provider == "external" else "receipt"
        return PaymentRequest(
            provider=provider,
            means=means or self.rng.choice(MEANS),
            token=f"{prefix}_{next(self.numbers)}",
        )

    def basket(self, goods: Sequence[Article], most: int) -> Lines:
        """One to `most` different articles, dear ones singly."""
        chosen = self.rng.sample(list(goods), min(self.rng.randint(1, most), len(goods)))
        return tuple(
            OrderLineRequest(article.code, 1 if article.price > 25 else self.rng.randint(1, 3))
            for article in chosen
        )

    def place(
        self, request: Callable[[], OrderRequest | None], *, actor: Actor
    ) -> PlacedOrder | None:
        """Place what `request` gives, asking it again when something is sold out."""
        for _attempt in range(TRIES):
            wanted = request()
            if wanted is None:
                break
            try:
                with transaction.atomic():
                    placed = order_place_whole(wanted, actor=actor)
            except (InsufficientStock, NoPrice):
                self.timeline.note("sold out")
                continue
            self.timeline.note(f"{wanted.channel.code} {wanted.method}")
            return placed
        return None

    def sell(
        self,
        article: Article,
        units: int,
        person: Person,
        *,
        home: Person | None = None,
        accepts_substitutes: bool = False,
    ) -> PlacedOrder | None:
        """The e-shop sells so many of one article, to be shipped to `home`'s address."""
        number, payment = next(self.numbers), self.payment(means="card")
        request = OrderRequest(
            channel=self.channels["eshop"],
            lines=(OrderLineRequest(article.code, units),),
            contact=person.contact,
            method="ship",
            address=(home or person).address,
            external_id=f"CV-{number}",
            payment=payment,
            customer_reference=person.reference,
            accepts_substitutes=accepts_substitutes,
        )
        return self.place(lambda: request, actor=self.staff.shop)

    def count_short(self, article: Article, place: Location, units: int, *, cause: str) -> None:
        """A count finds `units` fewer than were promised, or none at all."""
        stock = Stock.objects.get(sku=article.sku_id, location=place)
        change = StockChange(
            article.sku_id,
            place.pk,
            max(stock.allocated - units, 0) - stock.on_hand,
            reason=AdjustmentReason.MISSING,
            kind=MovementKind.COUNTED,
        )
        adjust([change], cause=cause, actor=self.staff.of(place))
