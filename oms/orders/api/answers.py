"""The shapes of answers, for the OpenAPI document only; `representation` builds them."""

from typing import Any

from rest_framework import serializers

from oms.orders.serializers import METHOD_HELP
from oms.orders.status import (
    CancelReason,
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
    TenderStatus,
)

AMOUNT_HELP = "Amount as text, in `currency`."


class Answer(serializers.Serializer[Any]):
    """Base: answers are only described."""


def money_text(help_text: str = AMOUNT_HELP) -> serializers.CharField:
    return serializers.CharField(help_text=help_text)


class OrderLineAnswer(Answer):
    position = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    substitutes = serializers.IntegerField(
        allow_null=True,
        help_text="Position of the line whose cancelled units it stands in for; null: was ordered.",
    )
    quantity = serializers.IntegerField(help_text="Ordered: open + fulfilled + cancelled.")
    open = serializers.IntegerField()
    back_ordered = serializers.IntegerField(help_text="Of the open ones: they wait for goods.")
    expected_on = serializers.DateField(
        allow_null=True, help_text="Of the back-ordered ones: the day goods are expected, if known."
    )
    fulfilled = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="Of the fulfilled ones.")
    list_price = money_text("Of one unit, before discounts.")
    unit_price = money_text("Of one unit.")
    tax_included = serializers.BooleanField(help_text="Whether the unit prices include tax.")
    tax_percent = serializers.CharField()
    net = money_text()
    tax = money_text()
    gross = money_text()
    price_trace = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="How the price came about; with `expand=lines.price_trace`.",
    )


class CustomerAnswer(Answer):
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.CharField()
    reference = serializers.CharField(allow_null=True)


class AddressAnswer(Answer):
    street = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class ShipmentAnswer(Answer):
    uid = serializers.UUIDField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = serializers.DateTimeField()


class FulfilmentLineAnswer(Answer):
    position = serializers.IntegerField(help_text="The order line's position.")
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    picked = serializers.IntegerField()


class FulfilmentOrderAnswer(Answer):
    """The work one location does for one order."""

    uid = serializers.UUIDField()
    order_number = serializers.IntegerField(
        required=False, help_text="Only where the order is not around it."
    )
    location = serializers.CharField()
    method = serializers.CharField()
    status = serializers.ChoiceField(choices=FulfilmentStatus.choices)
    promised_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    lines = FulfilmentLineAnswer(many=True)
    shipment = ShipmentAnswer(allow_null=True)


class ClaimAnswer(Answer):
    """A claim on a short shelf: an order's, or another one (a transfer's, a quote's)."""

    order_number = serializers.IntegerField(
        allow_null=True, help_text="Null: no order, or one this key may not see."
    )
    fulfilment_order = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField(allow_null=True, help_text="The order line's.")
    promised_at = serializers.DateTimeField(allow_null=True)
    cause = serializers.CharField(help_text="Where it is no order: what claims the units.")
    units = serializers.IntegerField()
    lacking = serializers.IntegerField(help_text="Of the units: these do not lie here.")
    movable = serializers.IntegerField(
        help_text="Of the lacking: may come from elsewhere or be back-ordered."
    )
    replaceable = serializers.IntegerField(
        help_text="Of the lacking: something may stand in for them, if the catalogue names it."
    )


class ListedShortageAnswer(Answer):
    uid = serializers.UUIDField()
    sku = serializers.CharField()
    name = serializers.CharField()
    location = serializers.CharField()
    units = serializers.IntegerField(help_text="Allocated or set aside, and not there.")
    cause = serializers.CharField(help_text="Of the movement that opened it.")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ShortageAnswer(ListedShortageAnswer):
    claims = ClaimAnswer(many=True, help_text="First promise first; none once it is solved.")


class TenderAnswer(Answer):
    uid = serializers.UUIDField()
    provider = serializers.CharField()
    means = serializers.CharField()
    status = serializers.ChoiceField(choices=TenderStatus.choices)
    currency = serializers.CharField()
    amount = money_text()
    captured = money_text()
    refunded = money_text()


class EntryAnswer(Answer):
    at = serializers.DateTimeField()
    title = serializers.CharField()
    text = serializers.CharField()
    who = serializers.CharField()


class DecisionAnswer(Answer):
    """Why from there: every candidate, and the one reason each lost."""

    decided_at = serializers.DateTimeField()
    rules = serializers.ListField(child=serializers.CharField())
    demand = serializers.ListField(child=serializers.DictField())
    plan = serializers.ListField(child=serializers.DictField())
    candidates = serializers.ListField(child=serializers.DictField())


class OrderHeadAnswer(Answer):
    """An order without its parts."""

    number = serializers.IntegerField()
    uid = serializers.UUIDField()
    external_id = serializers.CharField(allow_null=True)
    channel = serializers.CharField()
    method = serializers.CharField(help_text=METHOD_HELP)
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    cancel_reason = serializers.ChoiceField(choices=CancelReason.choices, allow_blank=True)
    currency = serializers.CharField()
    net = money_text()
    tax = money_text()
    gross = money_text("As placed, with tax; it never changes.")
    current_total = money_text("The gross of what is neither cancelled nor returned.")
    promised_at = serializers.DateTimeField(
        allow_null=True,
        help_text="What the customer was told: ready (pickups) or leaving (ship). "
        "Only with the fulfilment orders.",
    )
    placed_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    customer = CustomerAnswer()
    ship_to = AddressAnswer(allow_null=True)
    company = serializers.CharField()
    purchase_order = serializers.CharField()
    coupon = serializers.CharField()
    note = serializers.CharField()
    accepts_substitutes = serializers.BooleanField()
    tracking_url = serializers.CharField(help_text="The customer's own page of this order.")


class OrderAnswer(OrderHeadAnswer):
    """A whole order."""

    lines = OrderLineAnswer(many=True)
    fulfilment_orders = FulfilmentOrderAnswer(many=True)
    tenders = TenderAnswer(many=True)
    decision = DecisionAnswer(required=False, allow_null=True)
    timeline = EntryAnswer(many=True, required=False)


class ListedOrderAnswer(OrderHeadAnswer):
    """An order in a list; its parts only where `expand` names them."""

    lines = OrderLineAnswer(many=True, required=False)
    fulfilment_orders = FulfilmentOrderAnswer(many=True, required=False)
    tenders = TenderAnswer(many=True, required=False)


class StockHereAnswer(Answer):
    location = serializers.CharField()
    available = serializers.IntegerField()
    ships = serializers.BooleanField(help_text="Whether parcels leave from here.")
    collects = serializers.BooleanField(help_text="Whether customers collect here.")


class ExpectedAnswer(Answer):
    location = serializers.CharField()
    due_on = serializers.DateField(help_text="A day of the location's.")
    arriving = serializers.IntegerField(help_text="Units due that day; a kit's: of components.")
    available = serializers.IntegerField(help_text="That can be had there from that day on.")
    causes = serializers.ListField(child=serializers.CharField(), help_text="What brings them.")


class SkuAvailabilityAnswer(Answer):
    sku = serializers.CharField(help_text="As it was asked for.")
    available = serializers.IntegerField(help_text="Sum over the locations.")
    locations = StockHereAnswer(
        many=True, required=False, help_text="Those that keep it; not with `compact`."
    )
    at = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text="With `compact`: location code → units, of those that keep it.",
    )
    expected = ExpectedAnswer(many=True, required=False, help_text="With `expected`.")
    available_on = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="With `quantity`: the first date on which so many can be had; null: none known.",
    )


class PlaceAnswer(Answer):
    location = serializers.CharField()
    ships = serializers.BooleanField()
    collects = serializers.BooleanField()


class AvailabilityAnswer(Answer):
    as_of = serializers.DateTimeField()
    channel = serializers.CharField(
        allow_null=True, help_text="Whose rules were applied; null: those for every channel."
    )
    locations = PlaceAnswer(many=True, required=False, help_text="With `compact`: all asked about.")
    skus = SkuAvailabilityAnswer(many=True)
    unknown = serializers.ListField(
        child=serializers.CharField(), help_text="Codes nobody knows, or no longer sold."
    )


class ChangedSkuAnswer(Answer):
    sku = serializers.CharField()
    at = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Location code → units now, of the locations that may have changed.",
    )


class ChangesAnswer(Answer):
    as_of = serializers.DateTimeField()
    channel = serializers.CharField(allow_null=True)
    changes = ChangedSkuAnswer(many=True)
    cursor = serializers.CharField(help_text="Send it as `since` next time.")
    more = serializers.BooleanField(help_text="There is more already: go on at once.")


class PricedLineAnswer(Answer):
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    list_price = money_text()
    unit_price = money_text()
    tax_included = serializers.BooleanField()
    tax_percent = serializers.CharField()
    net = money_text()
    tax = money_text()
    gross = money_text()
    price_trace = serializers.ListField(child=serializers.DictField())


class PricesAnswer(Answer):
    currency = serializers.CharField()
    country = serializers.CharField(help_text="Place of supply: its tax applies.")
    net = money_text()
    tax = money_text()
    gross = money_text()
    lines = PricedLineAnswer(many=True)


class ShipOptionAnswer(Answer):
    method = serializers.CharField()
    available = serializers.BooleanField()
    promised_at = serializers.DateTimeField(
        allow_null=True, help_text="When the last parcel leaves."
    )
    parcels = serializers.IntegerField()
    locations = serializers.ListField(child=serializers.CharField())


class StoreOptionAnswer(Answer):
    location = serializers.CharField()
    name = serializers.CharField()
    city = serializers.CharField()
    available = serializers.BooleanField()
    promised_at = serializers.DateTimeField(allow_null=True, help_text="When it can be collected.")
    distance_km = serializers.FloatField(allow_null=True)
    methods = serializers.ListField(child=serializers.CharField())


class PromiseAnswer(Answer):
    as_of = serializers.DateTimeField()
    ship = ShipOptionAnswer()
    stores = StoreOptionAnswer(many=True, help_text="Nearest first where `ship_to` has a place.")
