"""What proposals are made by, and which become orders."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from inventory.reorder import Policy
from inventory.selectors.reorder import MAX_DAYS
from inventory.status import LocationKind

SERVICE = (("90", "90 %"), ("95", "95 %"), ("97.5", "97.5 %"), ("99", "99 %"))


class ReorderForm(forms.Form):
    """For which location, from how much history, with what certainty. Lives in the URL."""

    location = forms.ModelChoiceField(
        label=_("For"), queryset=Location.objects.none(), to_field_name="code"
    )
    service = forms.ChoiceField(
        label=_("Service level"),
        choices=SERVICE,
        help_text=_("How often nothing may be missing until the goods come."),
    )
    days = forms.IntegerField(label=_("Days of history"), min_value=7, max_value=MAX_DAYS)
    review = forms.IntegerField(label=_("Days an order covers"), min_value=1, max_value=180)

    def __init__(self, data: Any, *, locations: Any) -> None:
        places = locations.filter(is_active=True).exclude(kind=LocationKind.SUPPLIER)
        first = places.filter(kind=LocationKind.WAREHOUSE).order_by("-priority", "name").first()
        first = first or places.first()
        given = {name: data.get(name) for name in ("location", "service", "days", "review")}
        usual = {
            "location": first.code if first else "",
            "service": "95",
            "days": "90",
            "review": "14",
        }
        super().__init__({name: given[name] or usual[name] for name in usual})
        self.fields["location"].queryset = places  # type: ignore[attr-defined]

    def policy(self) -> Policy:
        service = float(Decimal(self.cleaned_data["service"]) / 100)
        return Policy(service=service, review_days=self.cleaned_data["review"])
