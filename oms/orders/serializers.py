"""What the order API takes: strict shapes. A wrong type is refused, never converted.

Serializers here are used through one shared instance each (`ORDER.run_validation(body)`): they
keep nothing of a request, and building one costs more than using it.
"""

import re
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from oms.core.api.strict import StrictSerializer
from oms.core.money import AMOUNT_PLACES
from oms.orders.services.baskets import MAX_QUANTITY
from oms.orders.services.placement import MAX_LINES
from oms.orders.status import CancelReason

AMOUNT = re.compile(r"\d{1,10}(\.\d{1,4})?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CARD = re.compile(r"\b[3-6](?:[ -]?\d){12,18}\b")
MAX_AVAILABILITY = 500
MAX_LOCATIONS = 1000


def is_card_number(text: str) -> bool:
    """Whether `text` holds what looks like a payment card's number (Luhn, 13 to 19 digits)."""
    for found in CARD.finditer(text):
        digits = [int(one) for one in reversed(found.group()) if one.isdigit()]
        doubled = [sum(divmod(2 * one, 10)) for one in digits[1::2]]
        if (sum(digits[0::2]) + sum(doubled)) % 10 == 0:
            return True
    return False


class StrictList(serializers.ListSerializer[Any]):
    """A list whose own faults are named at the list, not at a member it does not have."""

    max_length: int | None

    def __init__(self, child: serializers.Serializer[Any], most: int, **options: Any) -> None:
        super().__init__(child=child, allow_empty=False, **options)
        self.max_length = most

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            raise ValidationError([_("Send a list")], code="not_a_list")
        if not data:
            raise ValidationError([_("Send at least one")], code="empty")
        if self.max_length is not None and len(data) > self.max_length:
            message = _("Send at most %(most)s") % {"most": self.max_length}
            raise ValidationError([message], code="max_length")
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A string. One line unless `lines=True`; never a card number where `free=True`."""

    def __init__(self, *, lines: bool = False, free: bool = False, **options: Any) -> None:
        self.lines = lines
        self.free = free
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("Send a text"), code="wrong_type")
        if not self.lines and CONTROL.search(data.strip()):
            raise ValidationError(_("No line breaks or control characters"), code="bad_character")
        if self.free and is_card_number(data):
            raise ValidationError(_("Never send a card number"), code="card_number")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON integer: not 3.0, not "3", not true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise ValidationError(_("Send a whole number"), code="wrong_type")
        return data


class Flag(serializers.BooleanField):
    """A JSON true or false: not "yes", not 1."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            raise ValidationError(_("Send true or false"), code="wrong_type")
        return data


class Amount(serializers.DecimalField):
    """An amount of money as text ("12.30"), so that no reader makes a binary fraction of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=AMOUNT_PLACES, **options)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        # The framework takes blank text for null; here only null is.
        if isinstance(data, str):
            return False, data
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not AMOUNT.fullmatch(data):
            raise ValidationError(_('Send the amount as text, like "12.30"'), code="wrong_type")
        return Decimal(data)


class Degrees(serializers.FloatField):
    """Latitude or longitude, to five decimals (about a metre)."""

    def to_internal_value(self, data: Any) -> Decimal:  # type: ignore[override]
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise ValidationError(_("Send a number"), code="wrong_type")
        if not -360 <= data <= 360:
            raise ValidationError(_("Send degrees"), code="out_of_range")
        return Decimal(str(data)).quantize(Decimal("0.00001"))


class Pattern(Text):
    """A string of one shape."""

    def __init__(self, shape: str, say: Any, **options: Any) -> None:
        self.shape = re.compile(shape)
        self.say = say
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if value and not self.shape.fullmatch(value):
            raise ValidationError(self.say, code="wrong_shape")
        return value


class Email(serializers.EmailField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("Send a text"), code="wrong_type")
        return str(super().to_internal_value(data))


class Country(Pattern):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            "[A-Za-z]{2}", _("Two letters, like IT (ISO 3166)"), max_length=2, **options
        )

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


OPTIONAL: dict[str, Any] = {"required": False, "allow_blank": True}
METHOD_HELP = (
    "`ship`: sent to `ship_to`. `collect`: from the stock of the store `location`, paid online. "
    "`reserve`: kept at the store `location`, paid there at its prices."
)


class LineInput(StrictSerializer):
    sku = Text(max_length=60, help_text="SKU or GTIN.")
    quantity = Whole(min_value=1, max_value=MAX_QUANTITY)


class CustomerInput(StrictSerializer):
    name = Text(max_length=120, free=True)
    email = Email(max_length=254, **OPTIONAL)
    phone = Pattern(
        r"\+?[0-9 ()./-]{4,29}", _("Digits, like +39 02 123456"), max_length=30, **OPTIONAL
    )
    language = Pattern(
        "[a-z]{2}(-[A-Z]{2})?",
        _("A language code, like it"),
        max_length=5,
        help_text="Language of messages; the channel's if left out.",
        **OPTIONAL,
    )
    reference = Text(
        max_length=80,
        help_text="Your own id of the customer: orders with it belong together.",
        **OPTIONAL,
    )


class AddressInput(StrictSerializer):
    street = Text(max_length=120, **OPTIONAL)
    postcode = Text(max_length=12, **OPTIONAL)
    city = Text(max_length=80, **OPTIONAL)
    country = Country(required=False)
    latitude = Degrees(required=False, allow_null=True, min_value=-90, max_value=90)
    longitude = Degrees(required=False, allow_null=True, min_value=-180, max_value=180)


class PaymentInput(StrictSerializer):
    provider = serializers.ChoiceField(choices=list(settings.PAYMENT_PROVIDERS), default="external")
    means = Text(max_length=20, default="card", free=True)
    token = Text(
        max_length=120,
        free=True,
        help_text="The provider's reference of the authorisation; never a card number.",
        **OPTIONAL,
    )
    amount = Amount(
        required=False, allow_null=True, help_text="If given, it must equal the order's total."
    )


class OrderInput(StrictSerializer):
    """A new order."""

    external_id = Text(
        max_length=80,
        required=False,
        allow_null=True,
        help_text="Your own number of the order; once per channel.",
    )
    channel = Text(
        max_length=40, required=False, help_text="Only for keys that are not bound to a channel."
    )
    method = serializers.ChoiceField(
        choices=list(settings.FULFILMENT_METHODS), help_text=METHOD_HELP
    )
    location = Text(max_length=20, help_text="Code of the collecting store.", **OPTIONAL)
    lines = StrictList(LineInput(), MAX_LINES)
    customer = CustomerInput()
    ship_to = AddressInput(required=False, allow_null=True)
    payment = PaymentInput(required=False, allow_null=True)
    coupon = Text(max_length=40, **OPTIONAL)
    purchase_order = Text(max_length=60, **OPTIONAL)
    note = Text(max_length=2000, lines=True, free=True, **OPTIONAL)
    deputy = Text(max_length=120, help_text="Who else may collect.", **OPTIONAL)
    accepts_substitutes = Flag(
        default=False,
        help_text="What is missing may be replaced by a substitute of the catalogue, never dearer.",
    )
    hold = serializers.UUIDField(
        required=False, allow_null=True, help_text="The basket's hold: the order takes its place."
    )


class CancelLineInput(StrictSerializer):
    position = Whole(min_value=1, max_value=MAX_LINES, help_text="The line's position.")
    quantity = Whole(min_value=1, max_value=MAX_QUANTITY, help_text="Units to cancel.")


class CancelInput(StrictSerializer):
    reason = serializers.ChoiceField(choices=CancelReason.choices, default=CancelReason.CUSTOMER)
    lines = StrictList(
        CancelLineInput(),
        MAX_LINES,
        required=False,
        help_text="Units to cancel; left out: everything that has not left.",
    )


class PickLineInput(StrictSerializer):
    position = Whole(min_value=1, max_value=MAX_LINES, help_text="The order line's position.")
    picked = Whole(min_value=0, max_value=MAX_QUANTITY, help_text="Units picked so far, in all.")


class PickInput(StrictSerializer):
    lines = StrictList(
        PickLineInput(),
        MAX_LINES,
        required=False,
        help_text="Left out: every unit is picked.",
    )


class ReadyInput(StrictSerializer):
    """Nothing to say: send `{}`."""


class ShipInput(StrictSerializer):
    carrier = Text(max_length=40)
    tracking_number = Text(max_length=80, **OPTIONAL)


class ShortageMoveInput(StrictSerializer):
    fulfilment_order = serializers.UUIDField(help_text="Whose line lacks goods, by its `uid`.")
    position = Whole(min_value=1, max_value=MAX_LINES, help_text="The order line's position.")


class SubstituteInput(ShortageMoveInput):
    sku = Text(max_length=60, help_text="Code of the substitute.")


class AvailabilityInput(StrictSerializer):
    skus = serializers.ListField(
        child=Text(max_length=60), allow_empty=False, max_length=MAX_AVAILABILITY
    )
    locations = serializers.ListField(
        child=Text(max_length=20), required=False, max_length=MAX_LOCATIONS
    )
    channel = Text(
        max_length=40, required=False, help_text="Whose rules apply; left out: the key's own."
    )
    compact = Flag(default=False, help_text="Each location once, and per SKU the units by code.")
    expected = Flag(default=False, help_text="And what is on its way, by date.")
    quantity = Whole(
        min_value=1,
        max_value=MAX_QUANTITY,
        required=False,
        help_text="And the first date on which so many units can be had.",
    )


class OfferInput(StrictSerializer):
    """A basket to price or to promise."""

    channel = Text(max_length=40, required=False)
    lines = StrictList(LineInput(), MAX_LINES)


class PricesInput(OfferInput):
    method = serializers.ChoiceField(choices=list(settings.FULFILMENT_METHODS), default="ship")
    location = Text(max_length=20, **OPTIONAL)
    country = Country(
        required=False, help_text="Where it is shipped to; the channel's if left out."
    )
    coupon = Text(max_length=40, **OPTIONAL)


class PromiseInput(OfferInput):
    ship_to = AddressInput(required=False, allow_null=True)


class HoldInput(OfferInput):
    """A basket to keep for a while."""

    method = serializers.ChoiceField(choices=list(settings.FULFILMENT_METHODS), default="ship")
    location = Text(max_length=20, help_text="Code of the collecting store.", **OPTIONAL)
    ship_to = AddressInput(required=False, allow_null=True)


HOLD = HoldInput()
ORDER = OrderInput()
CANCEL = CancelInput()
PICK = PickInput()
READY = ReadyInput()
SHIP = ShipInput()
SHORTAGE_MOVE = ShortageMoveInput()
SUBSTITUTE = SubstituteInput()
AVAILABILITY = AvailabilityInput()
PRICES = PricesInput()
PROMISE = PromiseInput()
