"""Orders as the API shows them: built from records in memory, without a query of its own."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from oms.core.money import exponent
from oms.orders.models import Order, OrderLine, Shipment, Tender
from oms.orders.selectors.records import OrderRecord, Work
from oms.orders.tracking import tracking_url

Json = dict[str, Any]


def amount_text(value: Decimal, currency: str) -> str:
    """`value` with at least the currency's decimals, and no zeros after those: "12.30"."""
    places = exponent(currency)
    plain = value.normalize()
    own = -int(plain.as_tuple().exponent)
    return str(plain.quantize(Decimal(1).scaleb(-max(places, own))))


def order_data(record: OrderRecord, *, expand: Collection[str] = ()) -> Json:
    """A whole order. Parts the record does not hold are left out."""
    order = record.order
    data: Json = {
        "number": order.number,
        "uid": order.uid,
        "external_id": order.external_id,
        "channel": order.channel.code,
        "method": order.method,
        "status": order.status,
        "payment_status": order.payment_status,
        "cancel_reason": order.cancel_reason,
        **_totals(order),
        "promised_at": _promised_at(record.work),
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "customer": {
            "name": order.name,
            "email": order.email,
            "phone": order.phone,
            "language": order.language,
            "reference": order.customer.reference if order.customer else None,
        },
        "ship_to": _address(order),
        "company": order.account_name,
        "purchase_order": order.purchase_order,
        "coupon": order.coupon,
        "note": order.note,
        "accepts_substitutes": order.accepts_substitutes,
        "tracking_url": tracking_url(order.pk),
    }
    if record.lines is not None:
        trace = "lines.price_trace" in expand
        data["lines"] = [
            line_data(line, order.currency, record.positions, trace=trace) for line in record.lines
        ]
    if record.work is not None:
        data["fulfilment_orders"] = [work_data(one, record.positions) for one in record.work]
    if record.tenders is not None:
        data["tenders"] = [tender_data(one) for one in record.tenders]
    return data


def _totals(order: Order) -> Json:
    currency = order.currency
    return {
        "currency": currency,
        "net": amount_text(order.net, currency),
        "tax": amount_text(order.tax, currency),
        "gross": amount_text(order.gross, currency),
        "current_total": amount_text(order.current_total, currency),
    }


def _promised_at(work: Sequence[Work] | None) -> Any:
    """When the last of the order's goods are promised; None when nobody looked, or none are."""
    return max((one.fulfilment_order.promised_at for one in work or ()), default=None)


def _address(order: Order) -> Json | None:
    if not (order.street or order.city or order.country):
        return None
    return {
        "street": order.street,
        "postcode": order.postcode,
        "city": order.city,
        "country": order.country,
        "latitude": _degrees(order.latitude),
        "longitude": _degrees(order.longitude),
    }


def _degrees(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def line_data(
    line: OrderLine, currency: str, positions: Mapping[int, OrderLine], *, trace: bool = False
) -> Json:
    """An order line with its quantities and amounts. `positions`: the order's lines by id."""
    replaced = None if line.substitutes_id is None else positions[line.substitutes_id]
    data: Json = {
        "position": line.position,
        "sku": line.sku.code,
        "name": line.name,
        "substitutes": replaced and replaced.position,
        "quantity": line.quantity,
        "open": line.open,
        "back_ordered": line.back_ordered,
        "expected_on": line.expected_on,
        "fulfilled": line.fulfilled,
        "cancelled": line.cancelled,
        "returned": line.returned,
        "list_price": amount_text(line.list_price, currency),
        "unit_price": amount_text(line.unit_price, currency),
        "tax_included": line.tax_included,
        "tax_percent": str(line.tax_percent.normalize().quantize(Decimal("0.01"))),
        "net": amount_text(line.net, currency),
        "tax": amount_text(line.tax, currency),
        "gross": amount_text(line.gross, currency),
    }
    if trace:
        data["price_trace"] = line.price_trace
    return data


def work_data(work: Work, positions: Mapping[int, OrderLine]) -> Json:
    """A fulfilment order. `positions` maps order line ids to the order's lines."""
    one = work.fulfilment_order
    return {
        "uid": one.uid,
        "location": one.location.code,
        "method": one.method,
        "status": one.status,
        "promised_at": one.promised_at,
        "finished_at": one.finished_at,
        "lines": [
            {
                "position": positions[line.order_line_id].position,
                "sku": positions[line.order_line_id].sku.code,
                "name": positions[line.order_line_id].name,
                "quantity": line.quantity,
                "picked": line.picked,
            }
            for line in work.lines
        ],
        "shipment": shipment_data(work.shipment),
    }


def shipment_data(shipment: Shipment | None) -> Json | None:
    """The parcel that left, if it did."""
    if shipment is None:
        return None
    return {
        "uid": shipment.uid,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "shipped_at": shipment.shipped_at,
    }


def tender_data(tender: Tender) -> Json:
    """A means of payment; never the provider's token."""
    return {
        "uid": tender.uid,
        "provider": tender.provider,
        "means": tender.means,
        "status": tender.status,
        "currency": tender.currency,
        "amount": amount_text(tender.amount, tender.currency),
        "captured": amount_text(Decimal(tender.captured), tender.currency),
        "refunded": amount_text(Decimal(tender.refunded), tender.currency),
    }
