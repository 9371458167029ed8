"""The tags and filters of every template (a builtin: no `{% load %}` needed)."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from oms.core import formats
from oms.core.clock import now
from oms.core.forms import control as render_control
from oms.core.forms import error_links as form_error_links
from oms.core.forms import formset_error_links, layout_of, name_no_choice
from oms.core.links import link
from oms.core.looks import label_of, look_of
from oms.core.money import format_money
from oms.core.permissions import Permission, grants_for

log = structlog.get_logger(__name__)
register = template.Library()

SVG_BODY = re.compile(r"<svg[^>]*>(?P<body>.*)</svg>", re.DOTALL)
SVG_FRAME = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


# --- icons and badges -------------------------------------------------------------------------
@cache
def _icon_body(name: str) -> str | None:
    path = Path(settings.ICONS_DIR) / "outline" / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        return None
    found = SVG_BODY.search(path.read_text(encoding="utf-8"))
    return SVG_FRAME.sub("", found["body"]).strip() if found else None


@register.simple_tag
def icon(name: str, **options: str) -> SafeString:
    """An outline icon, inlined: `{% icon "truck" class="icon-lg" %}`. Says nothing to a reader."""
    body = _icon_body(name)
    if body is None:
        # A typing error must stop a test, and may not take a page down.
        if settings.DEVELOPMENT and Path(settings.ICONS_DIR).is_dir():
            raise template.TemplateSyntaxError(f"There is no icon named {name!r}")
        log.warning("icon.unknown", icon=name)
        body = ""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        "{}</svg>",
        f"icon {options.get('class', '')}".strip(),
        mark_safe(body),  # noqa: S308 - a file of the icon package
    )


@register.simple_tag
def badge(status: object, label: object = None) -> SafeString:
    """A status: its tone, its icon and its word (`label`, or the usual one)."""
    look = look_of(status)
    return format_html(
        '<span class="pill tone-{}">{}<span>{}</span></span>',
        look.tone,
        icon(look.icon),
        label or label_of(status),
    )


@register.filter
def tone(status: object) -> str:
    """The tone of a status, for `class="tone-{{ order.status|tone }}"`."""
    return look_of(status).tone


@register.filter
def status_icon(status: object) -> str:
    return look_of(status).icon


# --- figures, codes and moments ---------------------------------------------------------------
@register.filter
def money(amount: Any, currency: str = "") -> str:
    """`{{ line.total|money:order.currency }}`; a dash for no amount."""
    if amount is None or amount == "" or not currency:
        return formats.NOTHING if amount in (None, "") else formats.format_quantity(amount)
    return format_money(Decimal(str(amount)), currency).replace("-", formats.MINUS)


register.filter("quantity", formats.format_quantity)
register.filter("percent", formats.format_percent)
register.filter("grouped", formats.group_code)
register.filter("when", formats.time_element)


@register.filter
def due(value: Any) -> SafeString:
    """A promised moment in words ("in 25 min", "40 min late"), kept fresh by the page."""
    return formats.time_element(value, formats.format_due(value))


@register.filter
def attribute(value: Any, name: str) -> Any:
    """`{{ row|attribute:key }}`: an attribute or item whose name is itself a variable."""
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)


@register.filter
def item(values: Any, index: int) -> Any:
    """`{{ row.values|item:3 }}`: the element at a place that is itself a variable."""
    try:
        return values[index]
    except (IndexError, KeyError, TypeError):
        return None


# --- links ------------------------------------------------------------------------------------
def _query(request: HttpRequest | None, changes: Mapping[str, Any]) -> str:
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    # Anything but turning the page starts again at the first one.
    if not any(name.endswith("page") for name in changes):
        params.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        elif isinstance(value, list | tuple):
            params.setlist(name, [str(item) for item in value])
        else:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """This page's query string with some parameters changed; None takes one away."""
    return _query(context.get("request"), changes)


@register.simple_tag(takes_context=True)
def query_without(context: Context, name: str, value: str | None = None) -> str:
    """The query string without a parameter, or without one of its values."""
    request: HttpRequest | None = context.get("request")
    kept = request.GET.getlist(name) if request is not None and value is not None else []
    return _query(request, {name: [item for item in kept if item != str(value)] or None})


@register.simple_tag(takes_context=True)
def can(context: Context, perm: str) -> bool:
    """Whether the actor holds a permission anywhere: `{% can "manage_orders" as may_change %}`."""
    actor = context.get("actor")
    return actor is not None and grants_for(actor, Permission(perm)).any


@register.simple_tag(takes_context=True)
def open_url(context: Context, url_name: str, *args: Any) -> str:
    """A page's address; nothing if it is not for the reader. `{% open_url 'search' as url %}`."""
    return link(context.get("actor"), url_name, *args)


def _is_current(request: HttpRequest | None, url_name: str, url: str, *, exact: bool) -> bool:
    if request is None:
        return False
    if request.path == url:
        return True
    return not exact and not url_name.endswith("home") and request.path.startswith(url)


@register.inclusion_tag("ui/nav_link.html", takes_context=True)
def nav_link(
    context: Context, url_name: str, icon_name: str, label: str, **options: Any
) -> dict[str, Any]:
    """One entry of a navigation; nothing when the page is not for the reader.

    Options: `exact` (current only on that very page), `count`.
    """
    url = link(context.get("actor"), url_name)
    if not url:
        return {"url": ""}
    current = _is_current(context.get("request"), url_name, url, exact=options.get("exact", False))
    return {
        "url": url,
        "icon": icon_name,
        "label": label,
        "current": current,
        "count": options.get("count"),
    }


# --- pages ------------------------------------------------------------------------------------
@register.filter
def layout(request: Any, base: str) -> str:
    """What a list page extends: `base`, or only the part htmx asked for."""
    htmx = getattr(request, "htmx", None)
    if not htmx or getattr(htmx, "boosted", False):
        return base
    return "ui/panel.html" if htmx.target == "side-panel" else "ui/partial.html"


@register.simple_tag
def page_title(title: object, count: Any = None) -> SafeString:
    """The page's heading, with how many things it lists."""
    if count is None or count == "":
        return format_html('<h1 class="page-title">{}</h1>', title)
    return format_html(
        '<h1 class="page-title">{} <span class="page-count">{}</span></h1>',
        title,
        formats.format_quantity(count),
    )


@register.simple_tag
def page_facts(page: Page) -> dict[str, Any]:
    """First and last row of a page and the total, None where nobody counted (LazyPaginator)."""
    first = (page.number - 1) * page.paginator.per_page + 1
    try:
        total: int | None = page.paginator.count
    except NotImplementedError:
        total = None
    rows = len(page.object_list)
    return {"first": first if rows else 0, "last": first + rows - 1 if rows else 0, "total": total}


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, title: object = "", **options: Any) -> str:
    """A bordered region: `{% card "Stock" icon="package" %}…{% endcard %}`.

    Options: `icon`, `id`, `class`, `flush` (no padding, for tables), `aside` (text at the right),
    `href` and `link` (a link at the right).
    """
    return render_to_string(
        "ui/card.html",
        {"title": title, "content": content, "css_class": options.get("class", ""), **options},
        request=context.get("request"),
    )


# --- forms ------------------------------------------------------------------------------------
@register.simple_tag
def field(bound: BoundField, **options: Any) -> str:
    """One field in our layout.

    Options: `unit` (at the field's end), `help`, `label`, `class`, `hide_label`, `optional=False`.
    """
    return render_to_string("ui/forms/field.html", {"field": bound, **options})


@register.filter
def control(bound: BoundField, css_class: str = "") -> SafeString:
    """The bare widget with our classes."""
    return render_control(bound, css_class)


register.filter("field_layout", layout_of)


@register.filter
def error_links(form: Any) -> Any:
    """The errors of a form or formset as (target id, label, message)."""
    if isinstance(form, forms.BaseFormSet):
        return formset_error_links(form)
    return form_error_links(form)


@register.simple_tag(takes_context=True)
def active_filters(context: Context, filterset: Any) -> list[dict[str, str]]:
    """The filters in force, each with its words and the address of the page without it."""
    request = context.get("request")
    form = filterset.form
    chips: list[dict[str, str]] = []
    if request is None or not form.is_bound or not form.is_valid():
        return chips
    for name, bound in ((name, form[name]) for name in form.fields):
        value = form.cleaned_data.get(name)
        if name == "q" or value in (None, "", []) or not request.GET.getlist(name):
            continue
        many = not isinstance(value, str | Mapping) and hasattr(value, "__iter__")
        for raw in request.GET.getlist(name) if many else [request.GET[name]]:
            chips.append(
                {
                    "label": str(bound.label),
                    "value": _filter_words(bound, raw, value),
                    "url": query_without(context, name, raw if many else None),
                }
            )
    return chips


@register.filter
def filter_fields(filterset: Any) -> list[BoundField]:
    """The fields of a filter set's popover; "no choice" reads "Any"."""
    fields = [bound for bound in filterset.form.visible_fields() if bound.name != "q"]
    for bound in fields:
        name_no_choice(bound, _("Any"))
    return fields


def _filter_words(bound: BoundField, raw: str, value: object) -> str:
    """What a filter says in its chip: as read, except what only a machine writes so."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return formats.short_day(value, timezone.localtime(now()).date())
    return _choice_label(bound, raw)


def _choice_label(bound: BoundField, raw: str) -> str:
    choices = getattr(bound.field, "choices", None) or ()
    for value, label in choices:
        if str(value) == raw:
            return str(label)
    return raw


@register.filter
def share(part: Any, whole: Any) -> str:
    """`part` of `whole` in per cent with a point, for SVG attributes; 0 when there is no whole."""
    if not whole or part is None:
        return "0"
    return str(
        round(min(Decimal(1), max(Decimal(0), Decimal(str(part)) / Decimal(str(whole)))) * 100, 2)
    )
