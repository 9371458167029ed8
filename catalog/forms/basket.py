"""Trying out a basket."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience
from catalog.forms.fields import CurrencyField, MomentField, typed_audiences
from catalog.models import Sku
from catalog.selectors import skus_by_code
from oms.core.forms import CountryField


class BasketForm(forms.Form):
    """Try out what a buyer would pay."""

    lines = forms.CharField(
        label=_("Lines"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A SKU or GTIN and a quantity on each line, as pasted from a spreadsheet."),
    )
    audiences = forms.CharField(
        label=_("Buyer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Most specific first, one per line: company:acme, group:gold, channel:b2b."),
    )
    currency = CurrencyField()
    country = CountryField(label=_("Country of supply"))
    coupon = forms.CharField(label=_("Coupon"), required=False, max_length=40)
    at = MomentField(label=_("At"), help_text=_("Empty: now."))

    def clean_audiences(self) -> tuple[Audience, ...]:
        return typed_audiences(self.cleaned_data["audiences"])

    def clean_lines(self) -> list[tuple[Sku, int]]:
        wanted: list[tuple[str, int]] = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            parts = [part for part in re.split(r"[\s,;]+", line.strip()) if part]
            if not parts:
                continue
            quantity = parts[1] if len(parts) > 1 else "1"
            if len(parts) > 2 or not quantity.isdigit() or not 0 < int(quantity) < 10**6:
                raise forms.ValidationError(
                    _("Line %(number)d: write a SKU and a quantity") % {"number": number}
                )
            wanted.append((parts[0].upper(), int(quantity)))
        if len(wanted) > 100:
            raise forms.ValidationError(_("At most 100 lines"))
        found = skus_by_code(code for code, _quantity in wanted)
        missing = [code for code, _quantity in wanted if code not in found]
        if missing:
            raise forms.ValidationError(
                _("There is no SKU %(codes)s") % {"codes": ", ".join(missing[:10])}
            )
        return [(found[code], quantity) for code, quantity in wanted]
