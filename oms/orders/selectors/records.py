"""Whole orders as plain records: an order with all that belongs to it, in a constant number of
queries, whether it is one order or a page of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models

from oms.orders.models import (
    FulfilmentLine,
    FulfilmentOrder,
    Order,
    OrderLine,
    Shipment,
    Tender,
)

PARTS = frozenset({"lines", "fulfilment_orders", "tenders"})
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Work:
    """One location's work for an order, with its lines (by order line id) and its parcel."""

    fulfilment_order: FulfilmentOrder
    lines: Sequence[FulfilmentLine]
    shipment: Shipment | None = None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order and what belongs to it; None for a part that was not asked for."""

    order: Order
    lines: Sequence[OrderLine] | None = None
    work: Sequence[Work] | None = None
    tenders: Sequence[Tender] | None = None
    positions: Mapping[int, OrderLine] = field(default_factory=dict)


def orders_load(orders: Iterable[Order], parts: Collection[str] = PARTS) -> list[OrderRecord]:
    """The records of `orders`, in their order: at most four queries.

    `parts` is a subset of `PARTS`. Lines come with their SKU and the line they stand in for, work
    with its location.
    """
    orders = list(orders)
    ids = [order.pk for order in orders]
    needs_lines = "lines" in parts or "fulfilment_orders" in parts
    lines = _by(
        "order_id",
        OrderLine.objects.filter(order_id__in=ids).select_related("sku").order_by("position")
        if needs_lines and ids
        else (),
    )
    for mine in lines.values():
        by_id = {line.pk: line for line in mine}
        for line in mine:
            if line.substitutes_id is not None:
                line.substitutes = by_id[line.substitutes_id]
    work = works_load(ids) if "fulfilment_orders" in parts and ids else {}
    tenders = _by(
        "order_id",
        Tender.objects.filter(order_id__in=ids).order_by("pk")
        if "tenders" in parts and ids
        else (),
    )
    return [
        OrderRecord(
            order=order,
            lines=lines.get(order.pk, []) if "lines" in parts else None,
            work=work.get(order.pk, []) if "fulfilment_orders" in parts else None,
            tenders=tenders.get(order.pk, []) if "tenders" in parts else None,
            positions={line.pk: line for line in lines.get(order.pk, [])},
        )
        for order in orders
    ]


def works_load(order_ids: Sequence[int]) -> dict[int, list[Work]]:
    """Order id → its work, oldest first: two queries."""
    rows = list(
        FulfilmentOrder.objects.filter(order_id__in=order_ids)
        .select_related("location", "shipment")
        .order_by("pk")
    )
    lines = _by(
        "fulfilment_order_id",
        FulfilmentLine.objects.filter(fulfilment_order__in=rows).order_by("order_line__position")
        if rows
        else (),
    )
    works: dict[int, list[Work]] = {}
    for row in rows:
        works.setdefault(row.order_id, []).append(
            Work(row, lines.get(row.pk, []), getattr(row, "shipment", None))
        )
    return works


def work_load(fulfilment_order: FulfilmentOrder) -> tuple[Work, dict[int, OrderLine]]:
    """One fulfilment order's work, and its order's lines by id: three queries."""
    lines = fulfilment_order.lines.order_by("order_line__position")
    shipment = Shipment.objects.filter(fulfilment_order=fulfilment_order).first()
    positions = {
        line.pk: line
        for line in OrderLine.objects.filter(order_id=fulfilment_order.order_id).select_related(
            "sku"
        )
    }
    return Work(fulfilment_order, list(lines), shipment), positions


def _by(attribute: str, rows: Iterable[M]) -> dict[Any, list[M]]:
    grouped: dict[Any, list[M]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, attribute), []).append(row)
    return grouped
