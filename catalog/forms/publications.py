"""Price lists and discount rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.audiences import Audience
from catalog.forms.fields import (
    AudiencesForm,
    CodesField,
    CurrencyField,
    MomentField,
    plain_number,
)
from catalog.models import Category, DiscountRule, PriceList, Product, Sku
from catalog.selectors import category_choices, skus_by_code
from catalog.services.discount_rules import DiscountRuleData
from catalog.services.price_lists import PriceListData
from oms.core.money import ZERO
from oms.core.validators import CURRENCIES


class PriceListForm(AudiencesForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Short and lasting: imports and the API use it."),
        validators=[RegexValidator(r"^[A-Za-z0-9_.-]+$")],
    )
    currency = CurrencyField()
    tax_included = forms.TypedChoiceField(
        label=_("Prices"),
        coerce=lambda value: value == "yes",
        choices=(("yes", _("include tax")), ("no", _("do not include tax"))),
    )
    parent = forms.ModelChoiceField(
        PriceList.objects.all(),
        label=_("Derived from"),
        required=False,
        empty_label=_("No other list"),
        help_text=_("SKUs without a price of their own take that list's, changed by a percentage."),
    )
    adjustment_percent = forms.DecimalField(
        label=_("Change to the parent's prices"),
        min_value=-99,
        max_value=1000,
        decimal_places=2,
        required=False,
        help_text=_("−10 makes them ten per cent cheaper."),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        required=False,
        min_value=-1000,
        max_value=1000,
        help_text=_("Decides between lists for the same audience; the higher wins."),
    )
    valid_from = MomentField(label=_("Valid from"))
    valid_to = MomentField(label=_("Valid until"))

    def entered(self) -> PriceListData:
        """What was entered, for the service."""
        cleaned = self.cleaned_data
        return PriceListData(
            code=cleaned["code"],
            name=cleaned["name"],
            currency=cleaned["currency"],
            tax_included=cleaned["tax_included"],
            parent_id=cleaned["parent"].pk if cleaned["parent"] else None,
            adjustment_percent=cleaned["adjustment_percent"] or ZERO,
            priority=cleaned["priority"] or 0,
            valid_from=cleaned["valid_from"],
            valid_to=cleaned["valid_to"],
            audiences=self.all_audiences(),
        )

    @staticmethod
    def initial_of(price_list: PriceList, audiences: Iterable[Audience]) -> dict[str, Any]:
        return {
            "name": price_list.name,
            "code": price_list.code,
            "currency": price_list.currency,
            "tax_included": "yes" if price_list.tax_included else "no",
            "parent": price_list.parent_id,
            "adjustment_percent": plain_number(price_list.adjustment_percent),
            "priority": price_list.priority,
            "valid_from": price_list.valid_from,
            "valid_to": price_list.valid_to,
            "audiences": [str(audience) for audience in audiences],
            "version": price_list.version,
        }


class DiscountRuleForm(AudiencesForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    effect = forms.ChoiceField(label=_("Effect"), choices=DiscountRule.Effect.choices)
    value = forms.DecimalField(
        label=_("Value"),
        min_value=0,
        max_digits=14,
        decimal_places=4,
        help_text=_("Per cent, or an amount for each unit."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        choices=[("", _("Any")), *((c, c) for c in CURRENCIES)],
        help_text=_("Needed as soon as the rule names an amount."),
    )
    target = forms.ChoiceField(
        label=pgettext_lazy("discount target", "On"), choices=DiscountRule.Target.choices
    )
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), required=False)
    product = forms.CharField(label=_("Product code"), required=False, max_length=60)
    sku = forms.CharField(label=_("SKU or GTIN"), required=False, max_length=60)
    excluded_categories = forms.ModelMultipleChoiceField(
        Category.objects.none(), label=_("Except these categories"), required=False
    )
    excluded_skus = CodesField(
        label=_("Except these SKUs"),
        required=False,
        help_text=_("Codes or GTINs, separated by blanks or lines."),
    )
    min_quantity = forms.IntegerField(
        label=_("From quantity"), min_value=1, max_value=1_000_000, required=False
    )
    min_line_value = forms.DecimalField(
        label=_("From line value"), min_value=0, max_digits=14, decimal_places=4, required=False
    )
    min_basket_value = forms.DecimalField(
        label=_("From basket value"), min_value=0, max_digits=14, decimal_places=4, required=False
    )
    coupon = forms.CharField(label=_("Coupon"), max_length=40, required=False)
    stacking = forms.ChoiceField(
        label=_("Together with other rules"),
        choices=DiscountRule.Stacking.choices,
        widget=forms.RadioSelect,
        initial=DiscountRule.Stacking.BEST,
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        required=False,
        min_value=-1000,
        max_value=1000,
        help_text=_("Decides between rules on equally specific goods; the higher wins."),
    )
    valid_from = MomentField(label=_("Valid from"))
    valid_to = MomentField(label=_("Valid until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(category_choices())
        for name in ("category", "excluded_categories"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the types
            field.queryset = Category.objects.all()
            field.choices = [*([("", "")] if name == "category" else []), *labels.items()]

    def clean_product(self) -> Product | None:
        code = self.cleaned_data["product"].strip()
        product = Product.objects.filter(code=code).first() if code else None
        if code and product is None:
            raise forms.ValidationError(_("There is no product %(code)s") % {"code": code})
        return product

    def clean_sku(self) -> Sku | None:
        code = self.cleaned_data["sku"].strip()
        sku = skus_by_code([code]).get(code.upper()) if code else None
        if code and sku is None:
            raise forms.ValidationError(_("There is no SKU %(codes)s") % {"codes": code})
        return sku

    def entered(self) -> DiscountRuleData:
        """What was entered, for the service."""
        cleaned = self.cleaned_data
        return DiscountRuleData(
            name=cleaned["name"],
            target=cleaned["target"],
            effect=cleaned["effect"],
            value=cleaned["value"],
            category_id=cleaned["category"].pk if cleaned["category"] else None,
            product_id=cleaned["product"].pk if cleaned["product"] else None,
            sku_id=cleaned["sku"].pk if cleaned["sku"] else None,
            excluded_category_ids=tuple(row.pk for row in cleaned["excluded_categories"]),
            excluded_sku_ids=tuple(row.pk for row in cleaned["excluded_skus"]),
            currency=cleaned["currency"],
            stacking=cleaned["stacking"],
            min_quantity=cleaned["min_quantity"] or 1,
            min_line_value=cleaned["min_line_value"] or ZERO,
            min_basket_value=cleaned["min_basket_value"] or ZERO,
            coupon=cleaned["coupon"],
            priority=cleaned["priority"] or 0,
            valid_from=cleaned["valid_from"],
            valid_to=cleaned["valid_to"],
            audiences=self.all_audiences(),
        )

    @staticmethod
    def initial_of(rule: DiscountRule, audiences: Iterable[Audience]) -> dict[str, Any]:
        plain = (
            "name",
            "effect",
            "value",
            "currency",
            "target",
            "stacking",
            "coupon",
            "priority",
            "valid_from",
            "valid_to",
            "min_quantity",
            "version",
        )
        return {name: getattr(rule, name) for name in plain} | {
            "value": plain_number(rule.value),
            "category": rule.category_id,
            "product": rule.product.code if rule.product else "",
            "sku": rule.sku.code if rule.sku else "",
            "excluded_categories": [row.pk for row in rule.excluded_categories.all()],
            "excluded_skus": "\n".join(sku.code for sku in rule.excluded_skus.all()),
            "min_line_value": plain_number(rule.min_line_value),
            "min_basket_value": plain_number(rule.min_basket_value),
            "audiences": [str(audience) for audience in audiences],
        }
