"""What the order views share: the channel a key speaks for, `?expand=`, what a body asks for."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from oms.core.actors import Actor
from oms.core.errors import InvalidInput, Issue
from oms.core.permissions import Permission, grants_for
from oms.core.sql import array, fetch_models
from oms.orders.models import Channel
from oms.orders.requests import Address, Contact, OrderLineRequest, OrderRequest, PaymentRequest

# `Channel.objects.visible_to`, prepared: the first thing every order asks for.
CHANNEL_OF = """
    WHERE is_active AND (%(everything)s::boolean OR id = ANY(%(granted)s::bigint[]))
        AND %(code)s::text IN ('', code)
    ORDER BY id LIMIT 1
"""
LINE_PARTS = frozenset({"lines.price_trace"})


def channel_of(actor: Actor, code: str | None, permission: Permission) -> Channel:
    """The channel an actor acts in: its key's own, or the named one for keys bound to none.

    A channel that is not the actor's does not exist for it. Raises InvalidInput.
    """
    bound = actor.key is not None and actor.key.scope_kind == "channel"
    if not code and not bound:
        raise InvalidInput(
            [Issue("channel", _("Say which channel: this key is not bound to one"), "required")]
        )
    grants = grants_for(actor, permission)
    channels = fetch_models(
        Channel,
        CHANNEL_OF,
        {
            "everything": grants.everything,
            "granted": array(grants.scopes.get("channel", ())),
            "code": code or "",
        },
    )
    if not channels:
        raise InvalidInput([Issue("channel", _("There is no such channel"), "unknown_channel")])
    return channels[0]


def expand_of(request: Request, allowed: Collection[str]) -> frozenset[str]:
    """The names in `?expand=`. Raises InvalidInput for one that is not `allowed`."""
    text = request.query_params.get("expand", "")
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    unknown = sorted(names.difference(allowed))
    if unknown:
        message = _("Choose from: %(names)s") % {"names": ", ".join(sorted(allowed))}
        raise InvalidInput([Issue("expand", message, "unknown_expand")])
    return names


def line_requests(lines: Iterable[dict[str, Any]]) -> tuple[OrderLineRequest, ...]:
    return tuple(OrderLineRequest(line["sku"], line["quantity"]) for line in lines)


def address_of(data: dict[str, Any] | None) -> Address | None:
    return Address(**data) if data else None


def order_request(data: dict[str, Any], channel: Channel) -> OrderRequest:
    """The request a validated body asks for."""
    customer = data["customer"]
    payment = data.get("payment")
    return OrderRequest(
        channel=channel,
        lines=line_requests(data["lines"]),
        contact=Contact(
            name=customer["name"],
            email=customer.get("email", ""),
            phone=customer.get("phone", ""),
            language=customer.get("language", ""),
        ),
        method=data["method"],
        address=address_of(data.get("ship_to")),
        location=data.get("location", ""),
        external_id=data.get("external_id"),
        payment=PaymentRequest(**payment) if payment else None,
        coupon=data.get("coupon", ""),
        purchase_order=data.get("purchase_order", ""),
        customer_reference=customer.get("reference", ""),
        deputy=data.get("deputy", ""),
        accepts_substitutes=data["accepts_substitutes"],
        note=data.get("note", ""),
        hold=data.get("hold"),
    )
