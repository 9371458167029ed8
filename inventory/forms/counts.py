"""Forms of counts: what to count, and a sheet's results typed in."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.models import Category
from catalog.selectors import category_choices, skus_by_code
from inventory.models import CountLine, Location
from inventory.services.count_lines import MAX_UNITS
from inventory.services.count_planning import CLASSES, MOST_LINES, CountPlan
from inventory.status import CountBasis

SHOWN_CODES = 10


class CountPlanForm(forms.Form):
    """Where, what, and how to count."""

    location = forms.ModelChoiceField(
        label=_("Location"),
        queryset=Location.objects.none(),
        to_field_name="code",
        empty_label=_("Choose where"),
    )
    basis = forms.ChoiceField(
        label=_("What to count"),
        choices=CountBasis.choices,
        initial=CountBasis.ABC.value,
        widget=forms.RadioSelect,
    )
    classes = forms.MultipleChoiceField(
        label=_("Classes"),
        choices=[(name, name) for name in CLASSES],
        initial=["A"],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A: the SKUs that make 80 % of what moves out, by value. B: the next 15 %. C: the rest."
        ),
    )
    due_only = forms.BooleanField(
        label=_("Only what is due"),
        initial=True,
        required=False,
        help_text=_("Not counted for so long as its class may wait."),
    )
    category = forms.TypedChoiceField(
        label=_("Category"), choices=(), required=False, coerce=int, empty_value=None
    )
    skus = forms.CharField(
        label=_("SKUs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "code"}),
        help_text=_("SKU codes or GTINs, one to a line or with commas between them."),
    )
    most = forms.IntegerField(
        label=_("At most"),
        min_value=1,
        max_value=MOST_LINES,
        initial=50,
        required=False,
        help_text=_("Shortages and write-offs come first, then what is worth most."),
    )
    is_blind = forms.BooleanField(
        label=_("Blind"),
        initial=True,
        required=False,
        help_text=_("Whoever counts does not see how many should be there."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("For whoever counts: which shelves, what to look out for."),
    )

    def __init__(self, *args: Any, locations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["location"]
        field.queryset = locations
        category: Any = self.fields["category"]
        category.choices = [("", _("Choose a category")), *category_choices()]
        if len(locations) == 1:
            field.initial = locations[0].code

    def clean_skus(self) -> tuple[int, ...]:
        codes = self.cleaned_data["skus"].replace(",", " ").replace(";", " ").split()
        if not codes:
            return ()
        found = skus_by_code(codes)
        unknown = [code for code in dict.fromkeys(codes) if code.upper() not in found]
        if unknown:
            raise ValidationError(_unknown(unknown))
        kits = [sku.code for sku in found.values() if sku.is_kit]
        if kits:
            raise ValidationError(
                _("Sets have no shelf of their own, count their parts: %(codes)s"),
                params={"codes": ", ".join(sorted(set(kits))[:SHOWN_CODES])},
            )
        return tuple({sku.pk for sku in found.values()})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        basis = data.get("basis")
        missing = {
            CountBasis.ABC: ("classes", _("Choose at least one class")),
            CountBasis.CATEGORY: ("category", _("Choose the category to count")),
            CountBasis.LISTED: ("skus", _("Name at least one SKU")),
        }
        if basis in missing:
            name, words = missing[CountBasis(basis)]
            if name not in self.errors and not data.get(name):
                self.add_error(name, words)
        return data

    def plan(self) -> CountPlan:
        """What the valid form asks for."""
        data = self.cleaned_data
        category = data["category"]
        return CountPlan(
            location=data["location"],
            basis=CountBasis(data["basis"]),
            classes=tuple(data["classes"]),
            due_only=data["due_only"],
            category=Category.objects.filter(pk=category).first() if category else None,
            sku_ids=data["skus"],
            most=data["most"] or MOST_LINES,
            is_blind=data["is_blind"],
            note=data["note"],
        )


def _unknown(codes: Sequence[str]) -> str:
    words = ngettext(
        "No SKU has this code: %(codes)s", "No SKUs have these codes: %(codes)s", len(codes)
    )
    return words % {"codes": ", ".join(code[:60] for code in codes[:SHOWN_CODES])}


class CountEntryForm(forms.Form):
    """What was written on a sheet: a number per line, and when the shelves were counted."""

    counted_at = forms.DateTimeField(
        label=_("Counted at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("If the sheet was filled in earlier: when. Sales since then are reckoned in."),
    )

    def __init__(self, *args: Any, lines: Iterable[CountLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[_name(line)] = forms.IntegerField(
                label=line.sku.full_name, min_value=0, max_value=MAX_UNITS, required=False
            )

    @property
    def rows(self) -> Iterator[tuple[CountLine, BoundField]]:
        """Each line with its field."""
        return ((line, self[_name(line)]) for line in self.lines)

    def found(self) -> dict[int, int]:
        """SKU id → units of the lines that were filled in."""
        filled = {line.sku_id: self.cleaned_data.get(_name(line)) for line in self.lines}
        return {sku_id: units for sku_id, units in filled.items() if units is not None}

    def at(self, planned: datetime) -> datetime | None:
        """When it was counted; the field knows minutes only, and so may lie before `planned`."""
        given: datetime | None = self.cleaned_data["counted_at"]
        if given is not None and given == planned.replace(second=0, microsecond=0):
            return planned
        return given


def _name(line: CountLine) -> str:
    return f"line_{line.pk}"
