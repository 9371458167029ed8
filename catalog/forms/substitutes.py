"""What may stand in for a SKU."""

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.services.substitutes import codes_of


class SubstitutesForm(forms.Form):
    substitutes = forms.CharField(
        label=_("SKUs, the best one first"),
        required=False,
        max_length=2000,
        help_text=_("One below the other. Empty: nothing stands in for it."),
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control code"}),
    )

    def clean_substitutes(self) -> tuple[str, ...]:
        return codes_of(self.cleaned_data["substitutes"])
