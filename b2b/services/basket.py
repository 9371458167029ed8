"""A person's basket for a company: lines in and out, and the answers of the checkout."""

from collections.abc import Mapping
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from b2b.checking import MAX_LINES, MAX_QUANTITY
from b2b.locks import basket_for_update
from b2b.models import Basket, BasketLine, Company
from b2b.wishes import Wishes
from oms.core.actors import Actor
from oms.core.errors import InvalidInput, Issue, PermissionRefused
from oms.orders.requests import Address


@transaction.atomic
def basket_add(company: Company, quantities: Mapping[int, int], *, actor: Actor) -> Basket:
    """Add units (SKU id → units) to what the basket holds already.

    Raises InvalidInput when a quantity is not 1 to a million or the basket would be too long.
    """
    basket = _locked(company, actor)
    held = dict(BasketLine.objects.filter(basket=basket).values_list("sku_id", "quantity"))
    return _write(
        basket, {sku: held.get(sku, 0) + units for sku, units in quantities.items()}, held
    )


@transaction.atomic
def basket_set(company: Company, quantities: Mapping[int, int], *, actor: Actor) -> Basket:
    """Set lines (SKU id → units); 0 takes a line out. Raises InvalidInput as `basket_add`."""
    basket = _locked(company, actor)
    held = dict(BasketLine.objects.filter(basket=basket).values_list("sku_id", "quantity"))
    gone = [sku for sku, units in quantities.items() if units == 0]
    if gone:
        BasketLine.objects.filter(basket=basket, sku_id__in=gone).delete()
    kept = {sku: units for sku, units in quantities.items() if units != 0}
    return _write(basket, kept, {sku: units for sku, units in held.items() if sku not in gone})


@transaction.atomic
def basket_clear(company: Company, *, actor: Actor) -> Basket:
    """Take everything out."""
    basket = _locked(company, actor)
    BasketLine.objects.filter(basket=basket).delete()
    return basket


@transaction.atomic
def basket_answer(
    company: Company,
    *,
    wishes: Wishes,
    address: Address | None,
    actor: Actor,
) -> Basket:
    """Keep the checkout's answers; `address` None: the company's own."""
    basket = _locked(company, actor)
    place = address or Address()
    basket.purchase_order = wishes.purchase_order.strip()
    basket.note = wishes.note.strip()
    basket.accepts_substitutes = wishes.accepts_substitutes
    basket.street, basket.postcode = place.street, place.postcode
    basket.city, basket.country = place.city, place.country
    basket.latitude, basket.longitude = place.latitude, place.longitude
    basket.save()
    return basket


def basket_ordered(basket: Basket, quantities: Mapping[int, int]) -> None:
    """Take out what was just ordered and give the basket a new submit key; it is locked.

    Where goods go and whether substitutes are welcome stays as it was answered.
    """
    lines = BasketLine.objects.filter(basket=basket)
    ordered = [line.pk for line in lines if quantities.get(line.sku_id) == line.quantity]
    BasketLine.objects.filter(pk__in=ordered).delete()
    basket.uid = uuid4()
    basket.purchase_order = basket.note = ""
    basket.save()


def _locked(company: Company, actor: Actor) -> Basket:
    if actor.user is None:
        raise PermissionRefused
    return basket_for_update(actor.user.pk, company.pk)


def _write(basket: Basket, quantities: Mapping[int, int], held: Mapping[int, int]) -> Basket:
    if any(not 1 <= units <= MAX_QUANTITY for units in quantities.values()):
        raise InvalidInput(
            [Issue("quantity", _("Order 1 to %(most)s") % {"most": MAX_QUANTITY}, "bad_quantity")]
        )
    if len(held.keys() | quantities.keys()) > MAX_LINES:
        raise InvalidInput(
            [Issue("lines", _("An order has %(n)s lines at most") % {"n": MAX_LINES}, "too_long")]
        )
    BasketLine.objects.bulk_create(
        [
            BasketLine(basket=basket, sku_id=sku, quantity=units)
            for sku, units in quantities.items()
        ],
        update_conflicts=True,
        unique_fields=["basket", "sku"],
        update_fields=["quantity"],
    )
    return basket
