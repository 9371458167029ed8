"""Reads of purchase orders."""

from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from inventory.models import PurchaseOrder, PurchaseOrderLine, Supplier
from inventory.status import PURCHASE_ARRIVING, PURCHASE_RECEIVABLE, InvoiceStatus
from oms.core.actors import Actor
from oms.core.clock import now, retailer_zone
from oms.core.permissions import Permission, ScopedQuerySet
from oms.core.qr import numbered_code, numbered_read

# On the QR of a printed purchase order.
QR_KIND = "P"
AMOUNT: Any = DecimalField(max_digits=18, decimal_places=4)
WANTED = Coalesce("confirmed", "ordered")
PRICE = Coalesce("confirmed_cost", "cost")


def purchases_visible(
    actor: Actor, permission: Permission = Permission.PURCHASING_VIEW
) -> ScopedQuerySet[PurchaseOrder]:
    """The purchase orders `actor` may reach with `permission`."""
    visible: ScopedQuerySet[PurchaseOrder] = PurchaseOrder.objects.visible_to(actor, permission)
    return visible.select_related("supplier", "location")


def purchase_code(order: PurchaseOrder) -> str:
    """What the QR of its paper holds."""
    return numbered_code(QR_KIND, order.number)


def purchase_number(text: str) -> int | None:
    """The number of a scanned or typed purchase order; None if it can be none."""
    digits = text.strip().lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return int(digits)
    return numbered_read(QR_KIND, text)


def purchases_late(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """Those of which something should have come, or been sent, before today."""
    lines = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk")).alias(
        day=Coalesce("due_on", OuterRef("expected_on"), output_field=DateField()),
        left=WANTED - F("received") - F("cancelled"),
    )
    today = now().astimezone(retailer_zone()).date()
    due = lines.filter(left__gt=0, day__lt=today)
    return rows.filter(Exists(due), status__in=PURCHASE_ARRIVING)


def with_sums(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """Adds `lines_count`, `units`, `units_received`, `units_open`, `value` and `differing`."""
    rows_of_it = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk")).order_by()
    lines = rows_of_it.values("purchase_order")

    def total(expression: Any, output: Any = None) -> Any:
        options = {"output_field": output} if output else {}
        return Coalesce(
            Subquery(lines.annotate(sum=Sum(expression, **options)).values("sum")),
            Value(0, output_field=output) if output else 0,
        )

    still_open = Greatest(WANTED - F("received") - F("cancelled"), 0)
    return rows.annotate(
        lines_count=Coalesce(Subquery(lines.annotate(count=Count("pk")).values("count")), Value(0)),
        units=total(WANTED),
        units_received=total(F("received")),
        units_open=Case(
            When(status__in=PURCHASE_ARRIVING, then=total(still_open)), default=Value(0)
        ),
        value=total(WANTED * PRICE, AMOUNT),
        differing=Count(
            "invoices", filter=Q(invoices__status=InvoiceStatus.DIFFERS), distinct=True
        ),
    )


def suppliers_with_sums() -> QuerySet[Supplier]:
    """Suppliers with `items_count` and `orders_open`."""
    return Supplier.objects.select_related("location").annotate(
        items_count=Count("items", distinct=True),
        orders_open=Count(
            "purchase_orders",
            filter=Q(purchase_orders__status__in=PURCHASE_RECEIVABLE),
            distinct=True,
        ),
    )
