"""What a scanned code may be, and which of it is meant."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.selectors import skus_meant
from inventory.errors import AmbiguousBarcode, UnknownBarcode


def skus_scanned(code: str) -> Sequence[Sku]:
    """Every SKU the code may be: several where goods in several conditions carry one barcode.

    Raises UnknownBarcode.
    """
    skus = skus_meant([code]).get(code.strip().upper())
    if not skus:
        raise UnknownBarcode(_("No item has the barcode %(code)s.") % {"code": code.strip()[:40]})
    return skus


def sku_meant(skus: Sequence[Sku], *sets: Collection[int]) -> Sku:
    """The only one of `skus` in the first of `sets` (of SKU ids) that has any; or of them all.

    Raises AmbiguousBarcode.
    """
    for ids in sets:
        there = [sku for sku in skus if sku.pk in ids]
        if there:
            skus = there
            break
    if len(skus) > 1:
        raise AmbiguousBarcode(
            _("%(name)s has this barcode in several conditions.") % {"name": skus[0].name},
            skus=[{"sku": sku.code, "condition": sku.condition} for sku in skus],
        )
    return skus[0]
