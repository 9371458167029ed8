"""The catalogue, one SKU's page, and putting goods in the basket from anywhere."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from b2b.portal import PortalRequest, basket_of, portal, portal_context, portal_render
from b2b.prices import PriceSheet
from b2b.selectors.catalogue import (
    catalogue_page,
    catalogue_rows,
    catalogue_skus,
    category_chain,
    category_tree,
)
from b2b.services.basket import basket_add
from b2b.why import why_steps
from catalog.models import Category, Sku
from catalog.pasting import read_quantity
from catalog.selectors import skus_by_code
from catalog.status import SkuStatus
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.formats import format_quantity
from oms.core.web import htmx, next_url

VIEW = "b2b_catalogue_view"


@vary_on_headers("HX-Request")
@portal
def catalogue(request: PortalRequest) -> HttpResponseBase:
    """Search, category tree, table or grid, and a quantity field at every SKU."""
    chosen = None
    if code := request.GET.get("category", ""):
        chosen = Category.objects.filter(code=code).first()
        if chosen is None:
            raise NotFound
    text, order = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    basket = basket_of(request)
    page = catalogue_page(
        catalogue_skus(text=text, category=chosen, order=order), request.GET.get("page", "1")
    )
    context: dict[str, Any] = {
        "basket": basket,
        "page": page,
        "rows": catalogue_rows(basket.buying, list(page.object_list), basket.in_basket),
        "chosen": chosen,
        "q": text,
        "sort": order,
        "view": _view_of(request),
    }
    if not htmx(request):
        context["tree"] = category_tree(chosen)
    return portal_render(request, "b2b/catalogue.html", context)


def _view_of(request: PortalRequest) -> str:
    """Table or grid; the choice lasts for the session."""
    wanted = request.GET.get("view", "")
    if wanted in ("table", "grid") and request.session.get(VIEW, "table") != wanted:
        request.session[VIEW] = wanted
    return str(request.session.get(VIEW, "table"))


@portal
def sku(request: PortalRequest, code: str) -> HttpResponseBase:
    """One SKU: prices, breaks, stock, and how its price came about."""
    found = _sku(code)
    basket = basket_of(request)
    (row,) = catalogue_rows(basket.buying, [found], basket.in_basket)
    siblings = catalogue_rows(
        basket.buying,
        list(
            Sku.objects.filter(product_id=found.product_id, status=SkuStatus.ACTIVE)
            .exclude(pk=found.pk)
            .select_related("product")[:24]
        ),
        basket.in_basket,
    )
    return portal_render(
        request,
        "b2b/sku.html",
        {
            "basket": basket,
            "row": row,
            "sku": found,
            "chain": category_chain(found.product.category),
            "siblings": siblings,
            "steps": why_steps(row.price.trace, basket.currency) if row.price else [],
        },
    )


@portal
def why(request: PortalRequest, code: str) -> HttpResponseBase:
    """How the price of `quantity` units comes about, for the popover beside it."""
    found = _sku(code)
    quantity, _remark = read_quantity(request.GET.get("quantity", ""))
    basket = basket_of(request)
    line = PriceSheet(basket.buying, [found.pk]).line(found.pk, quantity or found.pack_size)
    if line is None:
        raise NotFound
    steps = why_steps(line.trace, basket.currency)
    return render(request, "ui/why_steps.html", {"steps": steps})


def _sku(code: str) -> Sku:
    found = (
        Sku.objects.filter(code=code.upper(), status=SkuStatus.ACTIVE)
        .select_related("product__category", "product__brand")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@require_POST
@portal
def basket_put(request: PortalRequest) -> HttpResponseBase:
    """Add one SKU's quantity; the answer to htmx is the bar, else the page one came from."""
    code = request.POST.get("sku", "")
    found = skus_by_code([code]).get(code.strip().upper())
    if found is None or found.status != SkuStatus.ACTIVE:
        raise NotFound
    quantity, _remark = read_quantity(request.POST.get("quantity", ""))
    if not quantity:
        raise InvalidInput([Issue("quantity", _("Give a quantity of whole units"), "bad_quantity")])
    basket_add(request.company, {found.pk: quantity}, actor=request.actor)
    text = _added(quantity, found)
    if not htmx(request):
        messages.success(request, text)
        return redirect(next_url(request, reverse("b2b-catalog")))
    basket = basket_of(request)
    context = portal_context(
        request,
        {"basket": basket, "oob": True, "sku": found, "units": basket.in_basket[found.pk]},
    )
    response: HttpResponse = render(request, "b2b/parts/put.html", context)
    return trigger_client_event(response, "toast", {"tone": "green", "text": text})


def _added(quantity: int, found: Sku) -> str:
    return _("%(n)s × %(sku)s added") % {"n": format_quantity(quantity), "sku": found.code}
