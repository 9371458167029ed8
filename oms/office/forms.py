"""Forms of the office's own pages."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from oms.core.clock import now, retailer_zone
from oms.core.permissions import API_SCOPES

SCOPE_LABELS = {
    "catalog:read": _("Read the catalogue"),
    "catalog:write": _("Change the catalogue"),
    "prices:read": _("Read prices"),
    "prices:write": _("Change prices"),
    "stock:read": _("Read stock and availability"),
    "stock:write": _("Change stock"),
    "orders:read": _("Read orders"),
    "orders:write": _("Place, change and cancel orders"),
    "fulfilment:write": _("Pick, ship and hand over"),
}
BOUND_LABELS = {"channel": _("Channels"), "location": _("Locations"), "company": _("Companies")}
MOST_OBJECTS = 500


class ApiKeyForm(forms.Form):
    """A new key: its name, what it may do, and for whom it works."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Who uses it: “E-shop”, “Warehouse system”")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(scope, SCOPE_LABELS.get(scope, scope)) for scope in API_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    bound_to = forms.ChoiceField(
        label=_("Works for"),
        required=False,
        help_text=_("A key of one channel, location or company sees nothing of the others"),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until it is revoked"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = [("", _("The whole retailer"))]
        for kind, path in settings.SCOPE_MODELS.items():
            rows = apps.get_model(path)._default_manager.all()[:MOST_OBJECTS]
            group = [(f"{kind}:{row.pk}", str(row)) for row in rows]
            if group:
                choices.append((BOUND_LABELS.get(kind, kind), group))
        bound = self.fields["bound_to"]
        assert isinstance(bound, forms.ChoiceField)  # noqa: S101 - for the type checker
        bound.choices = choices

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localtime(now(), retailer_zone()).date():
            raise forms.ValidationError(_("Choose today or a later day"), "past")
        return day

    def scope_object(self) -> tuple[str, models.Model] | None:
        """What `api_key_create` takes as `bound_to`."""
        kind, _colon, pk = self.cleaned_data["bound_to"].partition(":")
        if not kind:
            return None
        model = apps.get_model(settings.SCOPE_MODELS[kind])
        return kind, model._default_manager.get(pk=pk)

    def expires_at(self) -> datetime | None:
        """The end of the last day, in the retailer's zone."""
        day = self.cleaned_data["expires_on"]
        return datetime.combine(day, time.max, tzinfo=retailer_zone()) if day else None
