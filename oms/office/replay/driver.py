"""Driving invoices through the public services, one idempotent transaction each.

An invoice's outcome is stored with its effect under the idempotency key "replay <invoice>": a
replay that was killed starts again, finds what is done, and goes on.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from inventory.errors import InsufficientStock, Shortage
from inventory.models import Location
from inventory.services.adjustment import StockChange, adjust
from oms.core.actors import Actor, system_actor
from oms.core.dberrors import as_domain_error
from oms.core.errors import Busy
from oms.core.idempotency import Answer, idempotent
from oms.office.replay.reader import Invoice, Row
from oms.office.replay.setup import CHANNEL, CURRENCY_COUNTRY, WAREHOUSES
from oms.orders.models import Channel, FulfilmentOrder, OrderLine
from oms.orders.requests import (
    Address,
    Contact,
    OrderLineRequest,
    OrderRequest,
    PaymentRequest,
)
from oms.orders.services.changes import order_cancel
from oms.orders.services.fulfilment import fulfilment_decline, fulfilment_pick_all, fulfilment_ship
from oms.orders.services.placement import order_place
from oms.orders.status import FULFILMENT_OPEN, CancelReason
from oms.returns.models import ReturnReason
from oms.returns.services import ReturnedUnits, return_receive

# An order whose goods ran out is asked for again without them, as a wholesaler's clerk would.
TRIES = 4
BUSY_TRIES = 10


@dataclass(slots=True)
class Tally:
    """What became of the lines, and what the orders cost."""

    lines: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    placed_lines: int = 0
    seconds: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.lines += other.lines
        self.orders += other.orders
        self.placed_lines += other.placed_lines
        self.seconds += other.seconds
        self.statements += other.statements
        self.problems += other.problems


class Driver:
    """One worker's view: its channel, its locations by code, its tally."""

    def __init__(self, sku_ids: dict[str, int]) -> None:
        self.actor: Actor = system_actor("replay")
        self.channel = Channel.objects.get(code=CHANNEL)
        self.locations = {one.code: one for one in Location.objects.filter(code__in=WAREHOUSES)}
        self.sku_ids = sku_ids
        self.tally = Tally()
        self.statements = 0

    def count(self, execute: Callable[..., Any], *args: Any) -> Any:
        """A database wrapper that counts statements."""
        self.statements += 1
        return execute(*args)

    def run(self, invoice: Invoice) -> None:
        """Drive one invoice; its lines' outcomes are tallied, also when it was done before."""

        def perform() -> Answer:
            outcomes = self._credit(invoice) if invoice.is_credit else self._sale(invoice)
            return Answer(status=200, body=json.dumps(outcomes).encode(), headers={})

        for attempt in range(1, BUSY_TRIES + 1):
            try:
                answer = idempotent(
                    principal="replay", key=invoice.number, fingerprint="", perform=perform
                )
                break
            except OperationalError as error:
                # A neighbour's long invoice holds the stock: ask again, as a client told "busy".
                if attempt == BUSY_TRIES or not isinstance(as_domain_error(error), Busy):
                    raise
                self.tally.orders["busy"] += 1
        outcomes: dict[str, int] = json.loads(answer.body)
        self.tally.lines.update(outcomes)
        self.tally.orders["placed"] += 1 if outcomes.get("placed") else 0

    def _sale(self, invoice: Invoice) -> dict[str, int]:
        outcomes: Counter[str] = Counter()
        wanted: list[Row] = []
        for row in invoice.rows:
            problem = self._problem(invoice, row)
            if problem == "written_off":
                outcomes[self._write_off(row)] += 1
            elif problem:
                outcomes[problem] += 1
            else:
                wanted.append(row)
        placed = self._place(invoice, wanted) if wanted else 0
        outcomes["placed"] += placed
        outcomes["refused: insufficient stock"] += len(wanted) - placed
        return {name: units for name, units in outcomes.items() if units}

    def _problem(self, invoice: Invoice, row: Row) -> str:
        if not invoice.is_sale:
            return "refused: bad debt adjustment"
        if not row.is_goods:
            return "refused: not goods"
        if row.quantity < 0 and row.price == 0:
            return "written_off"
        if row.price <= 0:
            return "refused: no price"
        return "" if row.quantity > 0 else "refused: negative quantity"

    def _write_off(self, row: Row) -> str:
        """Goods the file takes off the books: adjusted, from where enough of them lie."""
        sku_id = self.sku_ids.get(row.sku)
        if sku_id is None:
            return "refused: unknown SKU"
        for location in self.locations.values():
            change = StockChange(sku_id, location.pk, row.quantity, reason="missing")
            try:
                adjust([change], cause=f"write-off line {row.number}", actor=self.actor)
            except Shortage:
                continue
            return "written off"
        return "refused: write-off exceeds stock"

    def _place(self, invoice: Invoice, rows: Sequence[Row]) -> int:
        """Place what is there of `rows`; the number of lines placed."""
        rows = list(rows)
        for _attempt in range(TRIES):
            if not rows:
                return 0
            start, before = time.perf_counter(), self.statements
            try:
                order_place(self._request(invoice, rows), actor=self.actor)
            except InsufficientStock as error:
                self.tally.orders["short"] += 1
                gone = {item["sku"] for item in error.data["items"]}
                rows = [row for row in rows if row.sku not in gone]
                continue
            self.tally.seconds.append(time.perf_counter() - start)
            self.tally.statements.append(self.statements - before)
            self.tally.placed_lines += len(rows)
            return len(rows)
        return 0

    def _request(self, invoice: Invoice, rows: Sequence[Row]) -> OrderRequest:
        return OrderRequest(
            channel=self.channel,
            lines=tuple(OrderLineRequest(row.sku, row.quantity) for row in rows),
            contact=Contact(name=f"Customer {invoice.customer or 'guest'}", language="en"),
            method="ship",
            address=Address(street="1 High Street", city=invoice.country, country=CURRENCY_COUNTRY),
            external_id=invoice.number,
            payment=PaymentRequest("on_account", "on account", token=f"invoice {invoice.number}"),
            customer_reference=f"uci-{invoice.customer}" if invoice.customer else "",
            placed_at=invoice.at,
        )

    def _credit(self, invoice: Invoice) -> dict[str, int]:
        outcomes: Counter[str] = Counter()
        for row in invoice.rows:
            if not row.is_goods:
                outcomes["refused: not goods"] += 1
            elif not invoice.customer:
                outcomes["refused: no customer"] += 1
            else:
                outcomes[self._take_back(invoice, row)] += 1
        return dict(outcomes)

    def _take_back(self, invoice: Invoice, row: Row) -> str:
        """Cancel or return the units against the customer's earlier orders, newest first."""
        left, cancelled, returned = -row.quantity, 0, 0
        lines = OrderLine.objects.filter(
            order__customer__reference=f"uci-{invoice.customer}",
            order__placed_at__lte=invoice.at,
            sku__code=row.sku,
        ).order_by("-order__placed_at", "-order_id", "position")
        for line in lines:
            if left and (units := min(left, line.open)):
                order_cancel(
                    line.order_id,
                    reason=CancelReason.CUSTOMER,
                    lines={line.pk: units},
                    actor=self.actor,
                )
                left, cancelled = left - units, cancelled + units
            if left and (units := min(left, line.fulfilled - line.returned)):
                self._return(line, units)
                left, returned = left - units, returned + units
        if left and not cancelled and not returned:
            return "refused: no earlier order"
        verb = "returned" if returned else "cancelled"
        return f"partly {verb}" if left else verb

    def _return(self, line: OrderLine, units: int) -> None:
        return_receive(
            line.order_id,
            lines={line.pk: ReturnedUnits(quantity=units, sellable=True)},
            location=next(iter(self.locations.values())),
            reason=ReturnReason.UNWANTED,
            actor=self.actor,
        )

    def ship_before(self, moment: datetime, *, share: int, of: int) -> None:
        """Pick and ship this worker's share of the orders placed before `moment`."""
        due = FulfilmentOrder.objects.filter(
            order__channel=self.channel,
            order__placed_at__lt=moment,
            status__in=FULFILMENT_OPEN,
        ).order_by("pk")
        for pk in due.values_list("pk", flat=True):
            if pk % of == share:
                self._ship(pk)

    def _ship(self, fulfilment_order_id: int) -> None:
        """Pick and ship; what was written off after it was sold is declined, as a picker would."""
        try:
            with transaction.atomic():
                fulfilment_pick_all(fulfilment_order_id, actor=self.actor)
                fulfilment_ship(fulfilment_order_id, carrier="own", actor=self.actor)
        except Shortage:
            fulfilment_decline(fulfilment_order_id, reason=CancelReason.NO_STOCK, actor=self.actor)
            self.tally.orders["declined"] += 1
        else:
            self.tally.orders["shipped"] += 1


def connection_counter(driver: Driver) -> Any:
    """Count this connection's statements into `driver` while the context lasts."""
    return connection.execute_wrapper(driver.count)
