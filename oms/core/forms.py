"""How forms render: our layout, our words, no HTML5 bubbles.

`{{ form }}` gives the error summary and every field; `{% field form.name unit="kg" %}` one field.
Widgets keep Django's own templates, so that the admin looks as it does anywhere else.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oms.core.validators import country_valid

GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
# More options than this are quicker to find in a list box than among check boxes.
MANY = 12
# What a select, and a yes/no select, send when nobody chose.
NO_CHOICE = ("", "unknown")
# Django's words for it.
DASHES = "---------"


class CountryField(forms.CharField):
    """A country by its two letters (ISO 3166), in capitals; the retailer's to begin with."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {
            "label": gettext_lazy("Country"),
            "max_length": 2,
            "initial": settings.RETAILER_COUNTRY,
            "help_text": gettext_lazy("Two letters, such as IT."),
        }
        super().__init__(**usual | options)
        self.validators.append(country_valid)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class FormRenderer(BaseRenderer):
    """Our form, formset and field templates from `templates/`, everything else from Django."""

    form_template_name = "ui/forms/form.html"
    formset_template_name = "ui/forms/formset.html"
    field_template_name = "ui/forms/field.html"

    @cached_property
    def built_in(self) -> DjangoTemplates:
        return DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        try:
            return get_template(template_name)
        except TemplateDoesNotExist:
            return self.built_in.get_template(template_name)


def widget_class(widget: forms.Widget) -> str:
    """The CSS class our skin gives to a kind of widget."""
    if isinstance(widget, GROUPS):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


def widget_of(bound: BoundField) -> forms.Widget:
    """The field's widget; a few choices of which several may hold become check boxes."""
    field, widget = bound.field, bound.field.widget
    if (
        type(widget) is forms.SelectMultiple
        and isinstance(field, forms.MultipleChoiceField)
        and not isinstance(field, forms.ModelMultipleChoiceField)
        and len(list(widget.choices)) <= MANY
    ):
        return forms.CheckboxSelectMultiple(attrs=widget.attrs, choices=widget.choices)
    return widget


def is_numeric(field: forms.Field) -> bool:
    return isinstance(field, forms.IntegerField)  # decimals and floats are subclasses of it


def control(bound: BoundField, extra_class: str = "") -> SafeString:
    """The widget of a bound field with the classes and input mode of our skin."""
    if _has_dashes(bound):
        name_no_choice(bound, _("Choose") if bound.field.required else _("None"))
    widget = widget_of(bound)
    classes = [str(widget.attrs.get("class", "")), widget_class(widget), extra_class]
    if bound.errors:
        classes.append("is-invalid")
    attrs: dict[str, Any] = {}
    if is_numeric(bound.field) and isinstance(widget, forms.NumberInput | forms.TextInput):
        classes.append("text-end")
        whole = not isinstance(bound.field, forms.DecimalField | forms.FloatField)
        attrs["inputmode"] = "numeric" if whole else "decimal"
    attrs["class"] = " ".join(filter(None, classes))
    return bound.as_widget(widget, attrs=attrs)


def _has_dashes(bound: BoundField) -> bool:
    field, widget = bound.field, bound.field.widget
    if isinstance(field, forms.ModelChoiceField):
        # Read before its rows are: asking the widget would fetch them.
        return field.empty_label == DASHES
    return isinstance(widget, forms.Select) and DASHES in dict(widget.choices).values()


def name_no_choice(bound: BoundField, label: str) -> None:
    """Replace the dashes (or "Unknown") that stand for no choice by a word."""
    field, widget = bound.field, bound.field.widget
    if isinstance(field, forms.ModelChoiceField):
        # Read when the choices are iterated, so nothing is fetched here.
        if field.empty_label:
            field.empty_label = label
    elif isinstance(widget, forms.Select) and not widget.allow_multiple_selected:
        widget.choices = [
            (value, label if value in NO_CHOICE else words) for value, words in widget.choices
        ]


def layout_of(bound: BoundField) -> str:
    """Which arrangement of label and control a field takes: stacked, toggle or group."""
    widget = widget_of(bound)
    if isinstance(widget, GROUPS):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "toggle"
    return "stacked"


def error_links(form: forms.BaseForm) -> Sequence[tuple[str, str, str]]:
    """Each error of a form as (id of the control, label, words), for the summary on top."""
    links: list[tuple[str, str, str]] = []
    for name, errors in form.errors.items():
        if name not in form.fields:
            links += [("", "", str(message)) for message in errors]
            continue
        bound = form[name]
        target = bound.id_for_label or bound.auto_id
        links += [(target, str(bound.label), str(message)) for message in errors]
    return links


def formset_error_links(formset: forms.BaseFormSet) -> Sequence[tuple[str, str, str]]:
    """The errors of a formset and of its forms, in the order they stand on the page."""
    links = [("", "", str(message)) for message in formset.non_form_errors()]
    for form in formset.forms:
        links += error_links(form)
    return links
