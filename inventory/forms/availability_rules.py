"""The form of an availability rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Sku
from catalog.selectors import category_choices, skus_by_code
from inventory.models import AvailabilityRule, Location
from inventory.models.rules import MAX_UNITS
from inventory.rule_words import channel_names
from inventory.services.rules import RuleData
from oms.core.errors import InvalidInput

Effect = AvailabilityRule.Effect


class AvailabilityRuleForm(forms.Form):
    """The parts of a rule; saved only as it was previewed."""

    effect = forms.ChoiceField(
        label=_("What it does"),
        choices=Effect.choices,
        widget=forms.RadioSelect,
        initial=Effect.BUFFER,
    )
    units = forms.IntegerField(
        label=_("Units kept back"),
        required=False,
        min_value=0,
        max_value=MAX_UNITS,
        help_text=_("Of each SKU at each location. 0 frees a SKU from its category's buffer."),
    )
    percent = forms.IntegerField(
        label=_("Share relied on"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=_("For records known to be poor: of what is recorded so much is offered."),
    )
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category"),
        required=False,
        help_text=_("With everything below it."),
    )
    sku = forms.CharField(
        label=_("SKU or GTIN"),
        required=False,
        max_length=60,
        help_text=_("Instead of a category."),
    )
    location = forms.ModelChoiceField(
        Location.objects.none(),
        label=_("Location"),
        required=False,
        to_field_name="code",
        empty_label=_("Every location"),
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # What the page showed the consequences of.
    previewed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category, location, channel = (
            self.fields[name] for name in ("category", "location", "channel")
        )
        assert isinstance(category, forms.ModelChoiceField)  # noqa: S101 - for the types
        assert isinstance(location, forms.ModelChoiceField)  # noqa: S101 - for the types
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101 - for the types
        category.queryset = Category.objects.all()
        category.choices = [("", _("None")), *category_choices()]
        location.queryset = Location.objects.order_by("name")
        known = channel_names()
        used = self.initial.get("channel")
        if used:
            known.setdefault(used, used)
        channel.choices = [("", _("Every channel")), *known.items()]

    def clean_sku(self) -> Sku | None:
        code = self.cleaned_data["sku"].strip()
        sku = skus_by_code([code]).get(code.upper()) if code else None
        if code and sku is None:
            raise forms.ValidationError(_("There is no SKU %(codes)s") % {"codes": code})
        return sku

    def entered(self) -> RuleData:
        """What was entered, for the service."""
        cleaned = self.cleaned_data
        return RuleData(
            effect=cleaned["effect"],
            channel=cleaned["channel"],
            category_id=cleaned["category"].pk if cleaned["category"] else None,
            sku_id=cleaned["sku"].pk if cleaned["sku"] else None,
            location_id=cleaned["location"].pk if cleaned["location"] else None,
            units=cleaned["units"] if cleaned["effect"] == Effect.BUFFER else None,
            percent=cleaned["percent"] if cleaned["effect"] == Effect.SHARE else None,
        )

    def refuse(self, error: InvalidInput) -> None:
        """Put what the service refused at the fields it names."""
        for issue in error.issues:
            self.add_error(issue.field if issue.field in self.fields else None, str(issue.message))

    @staticmethod
    def initial_of(rule: AvailabilityRule) -> dict[str, Any]:
        return {
            "effect": rule.effect,
            "units": rule.units,
            "percent": rule.percent,
            "category": rule.category_id,
            "sku": rule.sku.code if rule.sku else "",
            "location": rule.location.code if rule.location else "",
            "channel": rule.channel,
            "version": rule.version,
        }
