"""Who Casa Verde buys from, and a month of purchase orders in every state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from random import Random
from uuid import UUID

from catalog.models import Sku
from catalog.services.costs import sku_costs_set
from inventory.models import PurchaseOrder, Supplier
from inventory.services.deliveries import Delivery, ReceivedLine, purchase_receive
from inventory.services.invoices import (
    InvoiceLine,
    InvoiceRequest,
    invoice_accept,
    invoice_record,
)
from inventory.services.purchasing import (
    Confirmation,
    PurchaseRequest,
    WantedLine,
    purchase_cancel,
    purchase_close,
    purchase_confirm,
    purchase_create,
    purchase_send,
)
from inventory.services.suppliers import ItemValues, supplier_items_set, supplier_save
from oms.core.actors import Actor
from oms.office.demo.articles import Article
from oms.office.demo.people import HOME_STORE
from oms.office.demo.world import World

# What a unit costs, of its retail price with tax.
COST_SHARE = (0.32, 0.46)
SEED = 1_007
STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Firm:
    """A supplier, and which part of the assortment it makes: article i where i % 3 == `part`."""

    code: str
    name: str
    email: str
    language: str
    lead_time: int
    spread: int
    minimum: int | None
    part: int


FIRMS = (
    Firm("ARNO", "Manifatture Arno", "ordini@manifatture-arno.example", "it", 6, 1, 250, 0),
    Firm("TATRA", "Tatra Dom sp. z o.o.", "zamowienia@tatradom.example", "pl", 12, 3, 600, 1),
    Firm("NORDHAUS", "Nordhaus Handels GmbH", "", "en", 9, 2, None, 2),
)


class Purchasing:
    """Suppliers with what they sell, and the orders the buyer placed."""

    def __init__(self, world: World) -> None:
        self.world = world
        # Chance of its own: what is bought changes nothing about who buys from us.
        self.rng = Random(SEED)  # noqa: S311 - a play, not a secret
        self.actor: Actor = world.staff.office
        goods = [a for a in world.articles if a.is_sold and not a.row.components]
        self.skus = Sku.objects.in_bulk([article.sku_id for article in goods])
        self.costs = {article.sku_id: self._cost(article) for article in goods}
        self.goods: Mapping[str, Sequence[Article]] = {
            firm.code: [a for i, a in enumerate(goods) if i % len(FIRMS) == firm.part]
            for firm in FIRMS
        }
        self.suppliers: dict[str, Supplier] = {}
        self.orders: dict[str, PurchaseOrder] = {}

    def _cost(self, article: Article) -> Decimal:
        share = Decimal(str(round(self.rng.uniform(*COST_SHARE), 4)))
        return (article.price * share).quantize(STEP, ROUND_HALF_UP)

    def make(self) -> None:
        """The suppliers; every SKU gets its cost."""
        for firm in FIRMS:
            values = {
                "code": firm.code,
                "name": firm.name,
                "email": firm.email,
                "language": firm.language,
                "lead_time_days": firm.lead_time,
                "lead_time_spread": firm.spread,
                "minimum_order_value": firm.minimum,
            }
            supplier = supplier_save(Supplier(), values=values, actor=self.actor)
            self.suppliers[firm.code] = supplier
            items = [
                ItemValues(
                    article.sku_id,
                    self.costs[article.sku_id],
                    supplier_code=f"{firm.code[:2]}-{1000 + article.sku_id}",
                    pack_multiple=article.pack,
                    preferred=True,
                )
                for article in self.goods[firm.code]
            ]
            supplier_items_set(supplier, items, actor=self.actor)
        sku_costs_set(self.costs, cause="opening stock", actor=self.actor)

    def play(self) -> None:
        """Orders of the last weeks, each as far as it would be by now."""
        confirm, differ, receive, part = self._confirm, self._differ, self._all, self._part
        dearer, broken, match, end = self._dearer, self._damaged, self._match, self._end
        self._order("ARNO", 24, 9, after=((1, confirm), (6, receive), (9, match)))
        self._order("TATRA", 21, 8, after=((1, differ), (12, part), (14, dearer)))
        self._order("NORDHAUS", 19, 6, after=((1, confirm), (9, broken), (12, end)))
        self._order("ARNO", 8, 7, after=((1, confirm), (6, part)))
        self._order("TATRA", 6, 10, after=((1, differ),))
        self._order("NORDHAUS", 5, 4, after=((1, self._cancel),))
        self._order("NORDHAUS", 2, 6, after=())
        self._order("ARNO", 4, 5, after=((1, confirm),), to_store=True)
        self.world.timeline.at(self._days_ago(0.05), partial(self._draft, "ARNO", 5, "draft"))

    def _order(
        self,
        code: str,
        days_ago: float,
        lines: int,
        *,
        after: Sequence[tuple[int, Callable[[str], None]]],
        to_store: bool = False,
    ) -> None:
        """One order of so many SKUs, ordered then, and what followed after so many days."""
        name = f"{code} {days_ago}"
        begin = self._days_ago(days_ago)
        self.world.timeline.at(begin, partial(self._draft, code, lines, name, to_store=to_store))
        self.world.timeline.at(begin + timedelta(minutes=20), partial(self._send, name))
        for days, action in after:
            self.world.timeline.at(begin + timedelta(days=days), partial(action, name))

    def _days_ago(self, days: float) -> datetime:
        return self.world.timeline.present - timedelta(days=days)

    def _draft(self, code: str, lines: int, name: str, *, to_store: bool = False) -> None:
        chosen = self.rng.sample(list(self.goods[code]), lines)
        place = self.world.locations[HOME_STORE] if to_store else self.world.warehouse
        packs = (1, 2) if to_store else (3, 8)
        wanted = [
            WantedLine(self.skus[a.sku_id], a.pack * self.rng.randint(*packs)) for a in chosen
        ]
        request = PurchaseRequest(self.suppliers[code], place, wanted)
        self.orders[name] = purchase_create(request, actor=self.actor)
        self.world.timeline.note("purchase orders")

    def _send(self, name: str) -> None:
        purchase_send(self.orders[name].number, actor=self.actor)

    def _confirm(self, name: str) -> None:
        purchase_confirm(self.orders[name].number, [], actor=self.actor)

    def _differ(self, name: str) -> None:
        """Fewer of one thing, a later day for another, a third dearer."""
        order = self.orders[name]
        first, second, third, *_rest = order.lines.order_by("position")
        later = self.world.timeline.moment.date() + timedelta(days=18)
        said = [
            Confirmation(first.position, quantity=first.ordered - first.ordered // 3),
            Confirmation(second.position, due_on=later),
            Confirmation(third.position, cost=(third.cost * Decimal("1.04")).quantize(STEP)),
        ]
        purchase_confirm(order.number, said, actor=self.actor)

    def _receive(self, name: str, *, share: float = 1.0, damaged: int = 0) -> None:
        order = self.orders[name]
        lines = list(order.lines.order_by("position"))
        came = lines[: max(1, round(len(lines) * share))]
        delivery = Delivery(
            uid=UUID(int=self.rng.getrandbits(128), version=4),
            lines=[
                ReceivedLine(
                    line.position,
                    line.open - (damaged if line is came[0] else 0),
                    damaged if line is came[0] else 0,
                )
                for line in came
            ],
            delivery_note=f"DDT {next(self.world.numbers)}",
        )
        purchase_receive(order.number, delivery, actor=self.world.staff.picker)

    def _all(self, name: str) -> None:
        self._receive(name)

    def _part(self, name: str) -> None:
        self._receive(name, share=0.6)

    def _damaged(self, name: str) -> None:
        self._receive(name, damaged=2)

    def _invoice(self, name: str, *, factor: str = "1") -> None:
        order = self.orders[name]
        dearer = Decimal(factor)
        lines = [
            InvoiceLine(
                line.position,
                line.received,
                (line.price * (dearer if i == 0 else 1)).quantize(STEP),
            )
            for i, line in enumerate(order.lines.order_by("position"))
        ]
        request = InvoiceRequest(
            f"FT-{next(self.world.numbers)}", lines, self.world.timeline.moment.date()
        )
        invoice_record(order.number, request, actor=self.actor)

    def _match(self, name: str) -> None:
        self._invoice(name)
        purchase_close(self.orders[name].number, reason="", actor=self.actor)

    def _dearer(self, name: str) -> None:
        self._invoice(name, factor="1.08")

    def _end(self, name: str) -> None:
        """Two broken units are not worth waiting for; the dearer invoice was announced."""
        order = self.orders[name]
        self._invoice(name, factor="1.05")
        invoice = order.invoices.get()
        invoice_accept(invoice.uid, reason="Announced by phone", actor=self.actor)
        purchase_close(order.number, reason="Not worth a second delivery", actor=self.actor)

    def _cancel(self, name: str) -> None:
        purchase_cancel(self.orders[name].number, reason="Ordered twice", actor=self.actor)
