"""What may stand in for a SKU: here, because the catalogue knows neither stock nor channels."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.audiences import Audience, AudienceKind
from catalog.errors import NoPrice, NoTaxRate
from catalog.forms.substitutes import SubstitutesForm
from catalog.models import Sku, Substitute
from catalog.pricing import PriceContext, PricedLine, PriceRequest
from catalog.pricing.engine import price_basket_from
from catalog.pricing.loading import load_price_data
from catalog.selectors import skus_by_code
from catalog.services.substitutes import sku_substitutes_set
from inventory.selectors.availability import availability_by_sku
from oms.core.clock import now
from oms.core.errors import InvalidInput, NotFound
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page
from oms.orders.models import Channel


@dataclass(frozen=True, slots=True)
class StandIn:
    """A substitute as a channel sells it: the price of a unit, None if it has none, and the units
    available in all locations together.
    """

    sku: Sku
    price: PricedLine | None
    available: int


@page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def sku_substitutes(request: PageRequest, code: str) -> HttpResponse:
    """The codes, one below the other, and beside them the goods they stand for."""
    sku = next(iter(skus_by_code([code]).values()), None)
    if sku is None:
        raise NotFound
    channel = Channel.objects.filter(is_active=True).order_by("pk").first()
    stand_ins = _stand_ins(sku.pk, channel)
    lines = "\n".join(one.sku.code for one in stand_ins)
    form = SubstitutesForm(request.POST or None, initial={"substitutes": lines})
    if request.method == "POST" and form.is_valid():
        try:
            sku_substitutes_set(sku.pk, form.cleaned_data["substitutes"], actor=request.actor)
        except InvalidInput as error:
            for issue in error.issues:
                form.add_error(issue.field, str(issue.message))
        else:
            messages.success(request, _("%(name)s is saved") % {"name": sku.full_name})
            return redirect("sku-detail", sku.code)
    context = {
        "form": form,
        "sku": sku,
        "stand_ins": stand_ins,
        "channel": channel,
    }
    return render(
        request, "orders/sku_substitutes.html", context, status=422 if form.errors else 200
    )


def _stand_ins(sku_id: int, channel: Channel | None) -> list[StandIn]:
    """The best one first; three queries."""
    rows = Substitute.objects.filter(sku=sku_id).select_related("substitute").order_by("position")
    skus = [row.substitute for row in rows]
    prices, there = _prices(skus, channel), {}
    if channel is not None:
        there = availability_by_sku([sku.pk for sku in skus], channel=channel.code)
    return [
        StandIn(
            sku, prices.get(sku.pk), sum(max(here, 0) for here in there.get(sku.pk, {}).values())
        )
        for sku in skus
    ]


def _prices(skus: Sequence[Sku], channel: Channel | None) -> dict[int, PricedLine]:
    """SKU id → what one costs in the channel, where it has a price there; one query."""
    if channel is None:
        return {}
    audiences = (Audience(AudienceKind.CHANNEL, channel.code),)
    context = PriceContext(audiences, channel.currency, channel.country, now())
    data = load_price_data(context, [sku.pk for sku in skus])
    found = {}
    for sku in skus:
        try:
            (line,) = price_basket_from(data, context, [PriceRequest(sku.pk, 1)]).lines
        except (NoPrice, NoTaxRate):
            continue
        found[sku.pk] = line
    return found
