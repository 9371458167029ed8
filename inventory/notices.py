"""Events of purchase orders as messages to the supplier."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from oms.core.export import safe_cell
from oms.core.models import Event
from oms.core.money import round_money
from oms.notifications.services import Attachment, message_attach, message_queue

COLUMNS = ("position", "sku", "supplier_code", "gtin", "name", "quantity", "cost")


def purchase_ordered(event: Event) -> None:
    """The order: to read, and as a table for the supplier's own system."""
    _queue("purchase_ordered", event, with_table=True)


def purchase_cancelled(event: Event) -> None:
    """What was ordered is not wanted any more."""
    _queue("purchase_cancelled", event, with_table=False)


def purchase_csv(order: dict[str, Any]) -> str:
    """The lines of a purchase order's payload as CSV, safe to open in a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow((*COLUMNS, "currency"))
    for row in purchase_rows(order):
        writer.writerow([safe_cell(cell) for cell in row])
    return file.getvalue()


def purchase_rows(order: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The lines of a purchase order's payload, by `COLUMNS` and the currency."""
    for line in order["lines"]:
        yield (*(line[name] for name in COLUMNS), order["currency"])


def _queue(name: str, event: Event, *, with_table: bool) -> None:
    order = event.payload["purchase_order"]
    expected = order["expected_on"]
    lines = [
        line
        | {
            "value": round_money(Decimal(line["cost"]) * line["quantity"], order["currency"]),
        }
        for line in order["lines"]
    ]
    message = message_queue(
        kind=f"inventory/{name}",
        source=f"event:{event.uid}",
        recipient=order["supplier"]["email"],
        language=order["supplier"]["language"],
        context={
            "order": order,
            "lines": lines,
            "expected_on": date.fromisoformat(expected) if expected else None,
            "total": sum((line["value"] for line in lines), Decimal(0)),
        },
        subject_type="purchase_order",
        subject_id=str(order["number"]),
    )
    if message is not None and with_table:
        name = f"purchase-order-{order['number']}.csv"
        message_attach(message, [Attachment(name, "text/csv", purchase_csv(order))])
