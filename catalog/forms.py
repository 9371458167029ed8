"""Forms of the catalogue's pages. They parse; services decide."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience
from catalog.directory import audience_of, audience_options
from catalog.models import Category, DiscountRule, PriceList, Product, Sku
from catalog.selectors import category_choices, skus_by_code
from catalog.services.discount_rules import DiscountRuleData
from catalog.services.price_lists import PriceListData
from oms.core.errors import InvalidInput
from oms.core.money import ZERO

CURRENCIES = ("EUR", "GBP", "PLN", "CHF", "CZK", "DKK", "HUF", "NOK", "RON", "SEK", "USD", "JPY")
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


class AudiencesForm(forms.Form):
    """Who a list or rule is for: known audiences by tick, others typed."""

    audiences = AudiencesField(label=_("For"), required=False)
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
        audiences = []
        for line in self.cleaned_data["others"].splitlines():
            if not line.strip():
                continue
            audience = audience_of(line)
            if audience is None:
                raise forms.ValidationError(
                    _("%(line)s is not one: write it as company:acme") % {"line": line.strip()[:60]}
                )
            audiences.append(audience)
        return tuple(audiences)

    def all_audiences(self) -> tuple[Audience, ...]:
        """Ticked and typed ones, each once."""
        both = (*self.cleaned_data["audiences"], *self.cleaned_data["others"])
        return tuple(dict.fromkeys(both))

    def refuse(self, error: InvalidInput) -> None:
        """Put what the service refused at the fields it names."""
        for issue in error.issues:
            self.add_error(issue.field if issue.field in self.fields else None, str(issue.message))


class PriceListForm(AudiencesForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Short and lasting: imports and the API use it."),
        validators=[RegexValidator(r"^[A-Za-z0-9_.-]+$")],
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])
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
    target = forms.ChoiceField(label=_("On"), choices=DiscountRule.Target.choices)
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


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(label=_("Code"), max_length=60)
    parent = forms.TypedChoiceField(
        label=_("Below"), required=False, coerce=int, empty_value=None, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the types
        field.choices = [("", _("Nothing: a macro-category")), *category_choices()]


class ImportForm(forms.Form):
    """An upload: the first run is always dry."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 10 MB and 20,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    errors_mode = forms.ChoiceField(
        label=_("If some rows have errors"),
        choices=(
            ("all", _("Apply nothing until every row is good")),
            ("good", _("Apply the good rows, leave out the bad ones")),
        ),
        widget=forms.RadioSelect,
        initial="all",
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)d MB")
                % {"limit": settings.IMPORT_MAX_BYTES // 1024 // 1024}
            )
        return upload


class PriceImportForm(ImportForm):
    replace = forms.BooleanField(
        label=_("Replace the whole list"),
        required=False,
        help_text=_("Prices the file does not name are taken away."),
    )


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
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])
    country = forms.CharField(label=_("Country of supply"), max_length=2, min_length=2)
    coupon = forms.CharField(label=_("Coupon"), required=False, max_length=40)
    at = MomentField(label=_("At"), help_text=_("Empty: now."))

    def clean_audiences(self) -> tuple[Audience, ...]:
        audiences = []
        for line in self.cleaned_data["audiences"].splitlines():
            if not line.strip():
                continue
            audience = audience_of(line)
            if audience is None:
                raise forms.ValidationError(
                    _("%(line)s is not one: write it as company:acme") % {"line": line.strip()[:60]}
                )
            audiences.append(audience)
        return tuple(audiences)

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

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()
