"""Forms of the catalogue's pages. They parse; services decide."""

from catalog.forms.basket import BasketForm
from catalog.forms.products import CategoryForm, ImportForm, PriceImportForm
from catalog.forms.publications import DiscountRuleForm, PriceListForm

__all__ = [
    "BasketForm",
    "CategoryForm",
    "DiscountRuleForm",
    "ImportForm",
    "PriceImportForm",
    "PriceListForm",
]
