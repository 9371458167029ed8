"""What clerks type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.services.dispositions import MAX_UNITS
from inventory.status import AdjustmentReason, DispositionReason
from stores.models import Pickup
from stores.status import DeclineReason


class PlaceForm(forms.Form):
    """Where the bag stands."""

    place = forms.CharField(
        label=_("Place of the bag"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, pickup: Pickup) -> "PlaceForm":
        return cls(initial={"place": pickup.place})


class DeclineForm(forms.Form):
    """How many units of a line cannot be had, and why."""

    units = forms.IntegerField(label=_("Units"), min_value=1)
    reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"] = forms.IntegerField(
            label=_("Units"), min_value=1, max_value=most, initial=most
        )


class ShelfForm(forms.Form):
    """Units of an item that were found, are missing or damaged."""

    nonce = forms.UUIDField()
    reason = forms.ChoiceField(
        choices=[
            (reason.value, reason.label)
            for reason in (
                AdjustmentReason.FOUND,
                AdjustmentReason.MISSING,
                AdjustmentReason.DAMAGED,
            )
        ]
    )
    accept_shortage = forms.BooleanField(required=False)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"] = forms.IntegerField(
            label=_("Units"), min_value=1, max_value=most, initial=1
        )


class SetAsideForm(forms.Form):
    """Units of an item that are not for sale for a while."""

    nonce = forms.UUIDField()
    reason = forms.ChoiceField(choices=DispositionReason.choices)
    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=MAX_UNITS, initial=1)
    accept_shortage = forms.BooleanField(required=False)


class HandOverForm(forms.Form):
    """One tap on "Hand over"."""

    nonce = forms.UUIDField()
    collected_by = forms.CharField(
        label=_("Collected by somebody else"), max_length=120, required=False
    )
    # The person named with the order came.
    by_deputy = forms.BooleanField(required=False)
    id_checked = forms.BooleanField(label=_("I have seen an identity card"), required=False)
    partly = forms.BooleanField(required=False)


class PayForm(forms.Form):
    nonce = forms.UUIDField()
    means = forms.ChoiceField(choices=[("cash", _("cash")), ("card", _("card"))])
