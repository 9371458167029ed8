"""Where a SKU's picture is."""

from django.templatetags.static import static

from catalog.models import Sku


def picture_url(sku: Sku) -> str:
    """A static file's address, or what was given if it is an address already; empty for none."""
    if not sku.image or sku.image.startswith(("https://", "http://", "/", "data:")):
        return sku.image
    return str(static(sku.image))
