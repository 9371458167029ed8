"""Forms of suppliers and what they sell."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.forms.fields import CurrencyField
from catalog.models import Sku
from catalog.selectors import kit_components, skus_by_code
from inventory.forms.imports import ImportForm
from inventory.models import Location, Supplier, SupplierItem
from inventory.services.suppliers import ItemValues
from inventory.status import LocationKind


class SupplierForm(forms.ModelForm):
    """A supplier, with how long it takes and what it wants at least."""

    class Meta:
        model = Supplier
        fields: ClassVar = [
            "code", "name", "email", "language", "currency", "lead_time_days", "lead_time_spread",
            "minimum_order_value", "location", "is_active",
        ]  # fmt: skip
        help_texts: ClassVar = {
            "code": _("Short and lasting: it stands in files and in addresses."),
            "email": _("Purchase orders go here. Without one they are printed."),
            "lead_time_days": _("From ordering to arrival."),
            "lead_time_spread": _(
                "By how much deliveries are usually late or early: the standard deviation. More of"
                " it means more safety stock."
            ),
            "location": _("If it ships to our customers: the location its stock feed writes to."),
            "is_active": _("An inactive supplier is not proposed and gets no new orders."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of its messages"),
            choices=settings.LANGUAGES,
            initial=settings.LANGUAGE_CODE,
        )
        self.fields["currency"] = CurrencyField()
        places = Location.objects.filter(kind=LocationKind.SUPPLIER)
        self.fields["location"].queryset = places  # type: ignore[attr-defined]


class SupplierItemForm(forms.ModelForm):
    """One SKU as a supplier sells it."""

    sku_code = forms.CharField(label=_("SKU or GTIN"), max_length=60)

    class Meta:
        model = SupplierItem
        fields: ClassVar = [
            "supplier_code", "cost", "pack_multiple", "minimum_quantity", "lead_time_days",
            "preferred",
        ]  # fmt: skip
        help_texts: ClassVar = {
            "pack_multiple": _("It is sold in multiples of this many units."),
            "lead_time_days": _("Empty: as long as everything else of this supplier."),
            "preferred": _("Proposals order it here. A SKU has one preferred supplier."),
        }

    field_order = ("sku_code",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["sku_code"].initial = self.instance.sku.code
            self.fields["sku_code"].disabled = True

    def clean_sku_code(self) -> Sku:
        code = str(self.cleaned_data["sku_code"]).upper()
        sku = skus_by_code([code]).get(code)
        if sku is None:
            raise ValidationError(_("There is no SKU “%(code)s”") % {"code": code})
        if kit_components([sku.pk]):
            raise ValidationError(_("A kit has no stock of its own: order its components"))
        return sku

    def clean_cost(self) -> Decimal:
        cost = Decimal(self.cleaned_data["cost"])
        if cost < 0:
            raise ValidationError(_("A cost is 0 or more"))
        return cost

    def _clean_at_least_one(self, name: str) -> int:
        units = int(self.cleaned_data[name])
        if units < 1:
            raise ValidationError(_("This is at least 1"))
        return units

    def clean_pack_multiple(self) -> int:
        return self._clean_at_least_one("pack_multiple")

    def clean_minimum_quantity(self) -> int:
        return self._clean_at_least_one("minimum_quantity")

    def values(self) -> ItemValues:
        """What was entered, for the service."""
        data = dict(self.cleaned_data)
        return ItemValues(data.pop("sku_code").pk, **data)


class SupplierImportForm(ImportForm):
    """A table of suppliers or of what they sell."""

    field_order = ("what",)
    file_help = _("CSV or XLSX; the template has the columns.")

    what = forms.ChoiceField(
        label=_("What the file holds"),
        choices=[("items", _("What suppliers sell")), ("suppliers", _("Suppliers"))],
        initial="items",
        widget=forms.RadioSelect,
    )
