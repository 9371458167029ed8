"""One box for everything: orders, SKUs, companies. Each kind is one indexed query, and only of
what the person may see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from b2b.models import Company
from catalog.gtin import is_gtin_shaped, shortest
from catalog.models import Sku
from catalog.selectors import skus_search
from inventory.models import Location
from inventory.selectors.purchasing import purchases_visible
from inventory.selectors.transfers import transfer_number, transfers_visible
from oms.core.actors import Actor
from oms.core.links import link
from oms.core.permissions import Permission, grants_for
from oms.orders.models import Order
from oms.orders.selectors import orders_search, orders_visible

MAX_TYPED = 100
# Fewer letters would match half the catalogue; a number may be short.
MIN_TYPED = 2
MIN_NAME = 3
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `exact`: its code, number or address is what was typed."""

    icon: str
    title: str
    detail: str
    url: str
    status: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more_url` is the list page with the same words."""

    label: str | Promise
    hits: list[Hit]
    more_url: str = ""


Finder = Callable[[Actor, str, int], Group]


def search_everything(actor: Actor, typed: str, *, limit: int) -> list[Group]:
    """What `typed` names, at most `limit` hits of a kind, kinds without a hit left out."""
    text = " ".join(typed.replace("\0", "").split())[:MAX_TYPED]
    if len(text) < MIN_TYPED:
        return []
    groups = [find(actor, text, limit) for find in FINDERS]
    return [group for group in groups if group.hits]


def only_exact(groups: list[Group]) -> Hit | None:
    """The hit to go straight to: the only exact one, whatever else resembles it."""
    exact = [hit for group in groups for hit in group.hits if hit.exact and hit.url]
    return exact[0] if len(exact) == 1 else None


def _orders(actor: Actor, text: str, limit: int) -> Group:
    label, more = _("Orders"), _list_url(actor, "order-list", text)
    if not grants_for(actor, Permission.ORDERS_VIEW).any:
        return Group(label, [])
    found = orders_search(orders_visible(actor), text).order_by("-placed_at", "-id")[:limit]
    return Group(label, [_order_hit(actor, order, text) for order in found], more)


def _order_hit(actor: Actor, order: Order, text: str) -> Hit:
    detail = " · ".join(filter(None, (order.account_name or order.name, order.external_id or "")))
    return Hit(
        icon="shopping-cart",
        title=str(order.number),
        detail=detail,
        url=link(actor, "order-detail", order.number),
        status=order.status,
        exact=text.lstrip("#") == str(order.number) or text == order.external_id,
    )


def _skus(actor: Actor, text: str, limit: int) -> Group:
    label, more = _("SKUs"), _list_url(actor, "catalog-list", text)
    if not grants_for(actor, Permission.CATALOG_VIEW).any:
        return Group(label, [])
    code, gtin = text.upper(), shortest(text) if is_gtin_shaped(text) else ""
    exact = Q(code=code) | (Q(gtin=gtin) if gtin else Q(pk__in=[]))
    rows = list(Sku.objects.filter(exact))
    if len(text) >= MIN_NAME and not gtin:
        others = Sku.objects.exclude(pk__in=[row.pk for row in rows])
        rows += skus_search(others, text)[:limit]
    hits = [
        Hit(
            icon="tag",
            title=sku.code,
            detail=sku.full_name,
            url=link(actor, "sku-detail", sku.code),
            status=sku.status if sku.status != "active" else "",
            exact=sku.code == code or (bool(gtin) and sku.gtin == gtin),
        )
        for sku in rows[:limit]
    ]
    return Group(label, hits, more)


def _companies(actor: Actor, text: str, limit: int) -> Group:
    label, more = _("Companies"), _list_url(actor, "company-list", text)
    if len(text) < MIN_NAME or not grants_for(actor, Permission.COMPANIES_VIEW).any:
        return Group(label, [])
    found = Company.objects.visible_to(actor, Permission.COMPANIES_VIEW).filter(
        Q(name__icontains=text) | Q(code__iexact=text) | Q(vat_id=text) | Q(email__iexact=text)
    )
    hits = [
        Hit(
            icon="building",
            title=company.name,
            detail=company.code,
            url=link(actor, "company-detail", company.code),
            exact=text.lower() in (company.code, company.vat_id.lower(), company.name.lower()),
        )
        for company in found.order_by("name")[:limit]
    ]
    return Group(label, hits, more)


def _locations(actor: Actor, text: str, limit: int) -> Group:
    label = _("Locations")
    if len(text) < MIN_NAME or not grants_for(actor, Permission.STOCK_VIEW).any:
        return Group(label, [])
    found = Location.objects.visible_to(actor, Permission.STOCK_VIEW).filter(
        Q(name__icontains=text) | Q(code__iexact=text) | Q(city__iexact=text)
    )
    hits = [
        Hit(
            icon="building-store",
            title=location.name,
            detail=location.city,
            url=link(actor, "location-detail", location.code),
            exact=text.upper() == location.code.upper(),
        )
        for location in found.order_by("name")[:limit]
    ]
    return Group(label, hits, _list_url(actor, "location-list", text))


def _purchases(actor: Actor, text: str, limit: int) -> Group:
    label, number = _("Purchase orders"), text.lstrip("#")
    if not number.isdecimal() or len(number) > MAX_DIGITS:
        return Group(label, [])
    found = purchases_visible(actor).filter(number=int(number))[:limit]
    hits = [
        Hit(
            icon="truck-delivery",
            title=str(order.number),
            detail=order.supplier.name,
            url=link(actor, "purchase-order-detail", order.number),
            status=order.status,
            exact=True,
        )
        for order in found
    ]
    return Group(label, hits, _list_url(actor, "purchase-order-list", text))


def _transfers(actor: Actor, text: str, limit: int) -> Group:
    label, number = _("Transfers"), transfer_number(text)
    if number is None or not grants_for(actor, Permission.STOCK_VIEW).any:
        return Group(label, [])
    hits = [
        Hit(
            icon="transfer",
            title=str(one.number),
            detail=f"{one.source.name} → {one.destination.name}",
            url=link(actor, "transfer-detail", one.number),
            status=one.status,
            exact=True,
        )
        for one in transfers_visible(actor).filter(number=number)[:limit]
    ]
    return Group(label, hits)


FINDERS: tuple[Finder, ...] = (
    _orders,
    _purchases,
    _skus,
    _companies,
    _locations,
    _transfers,
)


def _list_url(actor: Actor, name: str, text: str) -> str:
    """The list page with the same words; empty if it is not for the actor."""
    url = link(actor, name)
    return f"{url}?{urlencode({'q': text})}" if url else ""
