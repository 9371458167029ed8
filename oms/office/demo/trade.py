"""Companies that order on account, by themselves or through their agent, and pay later."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from b2b.errors import CreditExceeded
from b2b.models import Company
from b2b.selectors.credit import credit_of
from b2b.services.company import Payment, account_payment_record
from b2b.services.ordering import company_order_place
from b2b.wishes import Wishes
from catalog.errors import NoPrice
from inventory.errors import InsufficientStock
from oms.core.actors import Actor
from oms.office.demo.articles import Article
from oms.office.demo.parcels import Parcels
from oms.office.demo.world import TRIES, Lines, World
from oms.orders.models import FulfilmentOrder
from oms.orders.requests import OrderLineRequest

# What each kind of company buys, by macro-category; nothing said: everything.
WANTS = {
    "contractor": ("DIY and tools",),
    "hospitality": ("Home and living", "Kitchen and table"),
}
# Whoever builds has to go on building.
EASY_GOING = ("contractor",)


class Trade:
    """The orders of companies; their parcels go the way of all parcels."""

    def __init__(self, world: World, parcels: Parcels) -> None:
        self.world = world
        self.parcels = parcels
        self.rng = world.rng

    def order(self, moment: datetime, code: str) -> None:
        """The company `code` orders at `moment`."""
        self.world.timeline.at(moment, lambda: self._order(self.world.companies[code]))

    def _order(self, company: Company) -> None:
        world = self.world
        actor = world.staff.companies.get(company.code, world.staff.office)
        number = next(world.numbers)
        for _attempt in range(TRIES):
            try:
                order = company_order_place(
                    company,
                    self._lines(company),
                    wishes=Wishes(
                        purchase_order=f"PO {number % 10_000:04d}/{world.timeline.moment:%y}"
                        if company.requires_po_number or world.chance(0.4)
                        else "",
                        accepts_substitutes=company.group in EASY_GOING,
                    ),
                    key=f"demo-{number}",
                    actor=actor,
                )
            except (InsufficientStock, NoPrice):
                world.timeline.note("sold out")
                continue
            except CreditExceeded:
                world.timeline.note("over the credit limit")
                return
            world.timeline.note("b2b ship")
            work = FulfilmentOrder.objects.filter(order=order).select_related("location")
            self.parcels.work(list(work))
            return

    def _lines(self, company: Company) -> Lines:
        """Whole packs of a dozen or so articles."""
        macros = WANTS.get(company.group)
        goods: Sequence[Article] = [
            article
            for article in self.parcels.in_warehouse
            if macros is None or article.macro in macros
        ]
        chosen = self.rng.sample(list(goods), self.rng.randint(3, 14))
        return tuple(
            OrderLineRequest(article.code, article.pack * self.rng.choice((1, 1, 2, 3)))
            for article in chosen
        )

    def pays(self, moment: datetime, code: str, *, actor: Actor) -> None:
        """A transfer of part of what the company owes arrives at `moment`."""

        def book() -> None:
            company = self.world.companies[code]
            owed = credit_of(company).open
            if owed > 0:
                account_payment_record(
                    company.pk,
                    Payment(
                        amount=round(owed * self.rng.choice((1, 1, 2)) / 3, 2),
                        reference=f"TRN {next(self.world.numbers)}",
                        received_on=(moment - timedelta(hours=8)).date(),
                    ),
                    actor=actor,
                )

        self.world.timeline.at(moment, book)
