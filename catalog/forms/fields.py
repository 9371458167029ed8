"""What several forms are made of."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.audiences import Audience
from catalog.directory import audience_of, audience_options
from catalog.models import Sku
from catalog.selectors import skus_by_code
from oms.core.errors import InvalidInput
from oms.core.validators import CURRENCIES

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"


def plain_number(amount: Decimal) -> Decimal | None:
    """A stored amount without the zeros the column pads it with; none for zero."""
    return Decimal(format(amount.normalize(), "f")) if amount else None


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of day and time, in the retailer's zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format=LOCAL_MOMENT)


class MomentField(forms.DateTimeField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        formats = [LOCAL_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
        super().__init__(widget=MomentInput(), input_formats=formats, **options)


class CurrencyField(forms.ChoiceField):
    """A currency to choose; the retailer's to begin with."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Currency"),
            choices=[(code, code) for code in CURRENCIES],
            initial=settings.RETAILER_CURRENCY,
            **options,
        )


class AudiencesField(forms.MultipleChoiceField):
    """Ticks for the known audiences; cleaned to `Audience` values."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> tuple[Audience, ...]:
        chosen = super().clean(value)
        return tuple(filter(None, (audience_of(text) for text in chosen)))


class CodesField(forms.CharField):
    """SKU codes or GTINs, separated by blanks, commas or new lines; cleaned to SKUs."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[Sku]:
        text = super().clean(value) or ""
        codes = [code.upper() for code in re.split(r"[\s,;]+", text) if code]
        found = skus_by_code(codes)
        missing = [code for code in codes if code not in found]
        if missing:
            raise forms.ValidationError(
                _("There is no SKU %(codes)s") % {"codes": ", ".join(missing[:10])}
            )
        return list({found[code].pk: found[code] for code in codes}.values())


def typed_audiences(text: str) -> tuple[Audience, ...]:
    """Audiences written one per line. Raises ValidationError naming the line that is none."""
    audiences = []
    for line in filter(None, map(str.strip, text.splitlines())):
        audience = audience_of(line)
        if audience is None:
            raise forms.ValidationError(
                _("%(line)s is not one: write it as company:acme") % {"line": line[:60]}
            )
        audiences.append(audience)
    return tuple(audiences)


class AudiencesForm(forms.Form):
    """Who a list or rule is for: known audiences by tick, others typed."""

    audiences = AudiencesField(label=pgettext_lazy("audience", "For"), required=False)
    others = forms.CharField(
        label=_("Others"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line, e.g. company:acme, group:gold, person:…"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["audiences"]
        assert isinstance(field, AudiencesField)  # noqa: S101 - for the types
        field.choices = audience_options()

    def clean_others(self) -> tuple[Audience, ...]:
        return typed_audiences(self.cleaned_data["others"])

    def all_audiences(self) -> tuple[Audience, ...]:
        """Ticked and typed ones, each once."""
        both = (*self.cleaned_data["audiences"], *self.cleaned_data["others"])
        return tuple(dict.fromkeys(both))

    def refuse(self, error: InvalidInput) -> None:
        """Put what the service refused at the fields it names."""
        for issue in error.issues:
            self.add_error(issue.field if issue.field in self.fields else None, str(issue.message))
