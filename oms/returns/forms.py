"""The form of a return: units per line, where, why."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.selectors import other_conditions
from inventory.models import Location
from oms.orders.models import OrderLine
from oms.returns.models import ReturnReason
from oms.returns.services import ReturnedUnits


class ReturnForm(forms.Form):
    """`lines` are (order line, units with the customer); each gets a quantity and a tick."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=ReturnReason.choices, widget=forms.RadioSelect
    )
    location = forms.ModelChoiceField(label=_("Received at"), queryset=Location.objects.none())
    refund = forms.BooleanField(
        label=_("Refund what was paid for these units"), required=False, initial=True
    )

    def __init__(
        self,
        *args: Any,
        lines: Sequence[tuple[OrderLine, int]],
        locations: QuerySet[Location],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        location = self.fields["location"]
        assert isinstance(location, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        location.queryset = locations
        for line, most in lines:
            self.fields[f"units_{line.pk}"] = forms.IntegerField(
                label=line.name, min_value=0, max_value=most, required=False, initial=0
            )
            self.fields[f"sellable_{line.pk}"] = forms.BooleanField(
                label=_("sellable again"), required=False, initial=True
            )
        self.others = other_conditions(line.sku for line, _most in lines)
        for line, _most in lines:
            if self.others[line.sku_id]:
                self.fields[f"restock_{line.pk}"] = self._condition_field(line)

    def _condition_field(self, line: OrderLine) -> forms.Field:
        return forms.TypedChoiceField(
            label=_("Condition"),
            choices=[
                ("", line.sku.get_condition_display()),
                *((sku.pk, sku.get_condition_display()) for sku in self.others[line.sku_id]),
            ],
            coerce=int,
            empty_value=None,
            required=False,
        )

    @property
    def has_conditions(self) -> bool:
        """Whether there are goods that may come back in another condition."""
        return any(self.others.values())

    @property
    def rows(self) -> list[tuple[OrderLine, int, Any, Any, Any]]:
        """Line, units that can come back, its quantity field, its tick, its condition or None."""
        return [
            (
                line,
                most,
                self[f"units_{line.pk}"],
                self[f"sellable_{line.pk}"],
                self[f"restock_{line.pk}"] if self.others[line.sku_id] else None,
            )
            for line, most in self.lines
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.units:
            raise forms.ValidationError(_("Give at least one unit that came back"))
        return data

    @property
    def units(self) -> dict[int, ReturnedUnits]:
        """Order line id → units, of a valid form."""
        return {
            line.pk: ReturnedUnits(
                self.cleaned_data[f"units_{line.pk}"],
                self.cleaned_data[f"sellable_{line.pk}"],
                self.cleaned_data.get(f"restock_{line.pk}"),
            )
            for line, _most in self.lines
            if self.cleaned_data.get(f"units_{line.pk}")
        }
