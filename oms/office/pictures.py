"""Drawn pictures of SKUs: flat shapes by what the goods are, in the SKU's own colour.

For retailers without photographs, and for the demo. A picture depends on the SKU's names and
options alone, so it may be kept for long; it needs no sign-in, because mails and the tracking page
show it too, and it tells nothing but a colour and a kind of thing.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.models import Sku
from oms.office.drawings import drawing

KEPT_SECONDS = 7 * 24 * 3600


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
def sku_picture(request: HttpRequest, code: str) -> HttpResponse:
    """The picture of the SKU `code`; a plain box for one that is not known."""
    sku = Sku.objects.select_related("product__category").filter(code=code.upper()).first()
    words = [sku.product.name, sku.product.category.name] if sku else []
    colour = str(sku.options.get("colour", "")) if sku else ""
    return HttpResponse(drawing(words, colour=colour), content_type="image/svg+xml")
