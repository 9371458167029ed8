"""The signed link by which a customer follows an order without an account."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from oms.core.errors import NotFound

SALT = "oms.orders.tracking"


def tracking_token(order_id: int) -> str:
    """A signed token of the order, always the same one; it does not expire."""
    return signing.Signer(salt=SALT).sign_object(order_id)


def tracking_url(order_id: int) -> str:
    """The absolute address of the order's tracking page."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("track", args=[tracking_token(order_id)])


def order_id_of(token: str) -> int:
    """The order behind a token. Raises NotFound for a token we did not sign."""
    try:
        return int(signing.Signer(salt=SALT).unsign_object(token))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
