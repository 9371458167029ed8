"""Before an order, over REST: prices and promises. Asking claims nothing."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.errors import NoPrice, NoTaxRate
from oms.core.api.schema import READING, problems
from oms.core.api.views import ApiView
from oms.core.clock import now
from oms.core.errors import InvalidInput
from oms.core.permissions import Permission
from oms.orders import serializers
from oms.orders.api import answers, examples
from oms.orders.api.common import address_of, channel_of, line_requests
from oms.orders.api.representation import Json, amount_text
from oms.orders.requests import Address, Contact, OrderRequest
from oms.orders.selectors.offers import (
    Quote,
    ShipOption,
    StoreOption,
    basket_options,
    basket_quote,
)

TAGS = ["Availability and prices"]
PRICED_LINE = {
    key: examples.LINE[key]
    for key in (
        "sku",
        "quantity",
        "list_price",
        "unit_price",
        "tax_included",
        "tax_percent",
        "net",
        "tax",
        "gross",
    )
}
PRICED = {
    "currency": "EUR",
    "country": "IT",
    "net": "20.00",
    "tax": "4.40",
    "gross": "24.40",
    "lines": [
        PRICED_LINE
        | {
            "price_trace": [
                {"step": "price", "list": "RETAIL", "name": "Retail", "amount": "12.20"},
                {"step": "tax", "percent": "22.00", "net": "20.00", "tax": "4.40"},
            ]
        }
    ],
}


class PricesView(ApiView):
    """`/prices/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.PRICES_VIEW}
    serializer_class = answers.PricesAnswer

    @extend_schema(
        operation_id="prices_quote",
        summary="Price a basket",
        tags=TAGS,
        request=serializers.PricesInput,
        responses={200: answers.PricesAnswer}
        | problems(*READING, InvalidInput, NoPrice, NoTaxRate),
        examples=[
            examples.request_example("Two lines", {"lines": examples.LINES, "coupon": "SPRING"}),
            examples.answer_example("Priced", PRICED),
        ],
    )
    def post(self, request: Request) -> Response:
        """What an order of these lines would cost now, with how each price came about.

        The same engine prices the order. Nothing is written: no Idempotency-Key is needed.
        """
        data = serializers.PRICES.run_validation(request.data)
        channel = channel_of(self.actor, data.get("channel"), Permission.PRICES_VIEW)
        quote = basket_quote(
            OrderRequest(
                channel=channel,
                lines=line_requests(data["lines"]),
                contact=Contact(""),
                method=data["method"],
                address=Address(country=data.get("country") or channel.country),
                location=data.get("location", ""),
                coupon=data.get("coupon", ""),
            )
        )
        return Response(_quote_data(quote))


class PromiseView(ApiView):
    """`/promise/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"POST": Permission.STOCK_VIEW}
    serializer_class = answers.PromiseAnswer

    @extend_schema(
        operation_id="promise_read",
        summary="How a basket could reach the customer",
        tags=TAGS,
        request=serializers.PromiseInput,
        responses={200: answers.PromiseAnswer} | problems(*READING, InvalidInput),
        examples=[
            examples.request_example(
                "To Milan", {"lines": examples.LINES, "ship_to": examples.SHIPPED["ship_to"]}
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Shipped, or collected at each store: whether it is there and when it would be ready.

        Only an order's own `promised_at` is a promise that is kept and watched.
        """
        data = serializers.PROMISE.run_validation(request.data)
        channel = channel_of(self.actor, data.get("channel"), Permission.STOCK_VIEW)
        ship, stores = basket_options(
            OrderRequest(
                channel=channel,
                lines=line_requests(data["lines"]),
                contact=Contact(""),
                method="ship",
                address=address_of(data.get("ship_to")),
            )
        )
        return Response(
            {
                "as_of": now(),
                "ship": _ship_data(ship),
                "stores": [_store_data(one) for one in stores],
            }
        )


def _quote_data(quote: Quote) -> Json:
    prices = quote.prices
    currency = prices.currency
    return {
        "currency": currency,
        "country": quote.country,
        "net": amount_text(prices.net, currency),
        "tax": amount_text(prices.tax, currency),
        "gross": amount_text(prices.gross, currency),
        "lines": [
            {
                "sku": sku.code,
                "quantity": line.quantity,
                "list_price": amount_text(line.list_price, currency),
                "unit_price": amount_text(line.unit_price, currency),
                "tax_included": line.tax_included,
                "tax_percent": amount_text(line.tax_percent, "EUR"),
                "net": amount_text(line.net, currency),
                "tax": amount_text(line.tax, currency),
                "gross": amount_text(line.gross, currency),
                "price_trace": line.trace,
            }
            for sku, line in zip(quote.skus, prices.lines, strict=True)
        ],
    }


def _ship_data(option: ShipOption) -> Json:
    return {
        "method": "ship",
        "available": bool(option.locations),
        "promised_at": option.promised_at,
        "parcels": len(option.locations),
        "locations": [one.code for one in option.locations],
    }


def _store_data(option: StoreOption) -> Json:
    return {
        "location": option.location.code,
        "name": option.location.name,
        "city": option.location.city,
        "available": option.available,
        "promised_at": option.promised_at,
        "distance_km": option.distance_km,
        "methods": list(option.methods),
    }
