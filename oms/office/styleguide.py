"""The style guide: every component in every state, with made-up data."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from oms.core.clock import now
from oms.core.looks import STATUS_LOOK
from oms.core.models import User
from oms.core.tables import (
    LinkColumn,
    MoneyColumn,
    QuantityColumn,
    SelectColumn,
    StatusColumn,
    Table,
    WhenColumn,
)

CHANNELS = [("shop", _("E-shop")), ("till", _("Store till")), ("b2b", _("B2B"))]
LONG_NAME = (
    "Gartenbedarf und Landmaschinen Vertriebsgesellschaft Oberösterreich-Süd m.b.H. & Co. KG"
)


class SampleFilter(django_filters.FilterSet):
    """A filter set over nothing, to show search, chips and the popover."""

    q = django_filters.CharFilter(label=_("Order, customer or SKU"))
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=[("open", _("Open")), ("ready", _("Ready"))]
    )
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=CHANNELS)
    placed_after = django_filters.DateFilter(
        label=_("Placed after"), widget=forms.DateInput(attrs={"type": "date"})
    )
    late = django_filters.BooleanFilter(label=_("Late"))


class SampleTable(Table):
    select = SelectColumn()
    number = LinkColumn(verbose_name=_("Order"), url=lambda record: "#tables", code=True)
    customer = tables.Column(verbose_name=_("Customer"))
    status = StatusColumn(verbose_name=_("Status"))
    placed_at = WhenColumn(verbose_name=_("Placed"))
    channel = tables.Column(verbose_name=_("Channel"))
    lines = QuantityColumn(verbose_name=_("Lines"))
    total = MoneyColumn(verbose_name=_("Total"), currency="EUR")

    empty_icon = "shopping-cart"
    empty_title = _("No orders yet")
    empty_help = _("Orders from every channel appear here the moment they are placed.")
    empty_action = ("style-guide", _("Place an order"))

    class Meta(Table.Meta):
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": "#tables"}


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    discount = forms.DecimalField(
        label=_("Discount"), help_text=_("Taken off the list price of each line."), max_value=100
    )
    weight = forms.DecimalField(label=_("Weight"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS)
    start = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)
    audience = forms.ChoiceField(
        label=_("Who gets it"),
        widget=forms.RadioSelect,
        choices=[("all", _("Everyone")), ("some", _("Chosen companies"))],
    )
    stacks = forms.BooleanField(
        label=_("Stacks with other rules"),
        required=False,
        help_text=_("When it does not, the best single rule wins."),
    )


def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    return render(
        request,
        "office/styleguide.html",
        {
            "statuses": list(STATUS_LOOK),
            "table": sample_table(request),
            "empty_table": SampleTable([], request=request),
            "empty_first": True,
            "filter": SampleFilter(request.GET or None, queryset=User.objects.none()),
            "blank_form": SampleForm(initial={"channel": "shop"}),
            "wrong_form": SampleForm({"name": "", "discount": "120", "channel": "shop"}),
            "long_name": LONG_NAME,
            "moments": moments(),
            **_figures(),
            **_stories(),
        },
    )


def sample_table(request: HttpRequest) -> SampleTable:
    """Sixty orders in every status, two pages of them."""
    statuses = ["open", "processing", "ready", "short", "completed", "cancelled", "to_put_back"]
    people = ["Marta Kowalska", "Giovanni Battista Bianchi", LONG_NAME, "Jan Nowak", "Ada Verdi"]
    rows = [
        {
            "pk": index,
            "number": f"100{234 + index}",
            "customer": people[index % len(people)],
            "status": statuses[index % len(statuses)],
            "placed_at": now() - timedelta(hours=7 * index),
            "channel": str(CHANNELS[index % 3][1]),
            "lines": 1 + index * index % 37,
            "total": Decimal(1999 + index * 7317 % 250000) / 100,
        }
        for index in range(60)
    ]
    table = SampleTable(
        rows,
        request=request,
        caption=str(_("Orders")),
        totals={"lines": sum(row["lines"] for row in rows), "total": Decimal("61204.50")},
    )
    tables.RequestConfig(request, paginate={"per_page": 12}).configure(table)
    return table


def moments() -> Sequence[Mapping[str, str]]:
    """The three kinds of full-screen answers."""
    return [
        {"tone": "ok", "word": str(_("Handed over")), "text": str(_("3 items to Marta Kowalska"))},
        {
            "tone": "refused",
            "word": str(_("Wrong store")),
            "code": "ABCD2345",
            "text": str(_("This order waits at Torino Porta Nuova.")),
            "action_url": "#moments",
            "action_label": str(_("Call Torino")),
        },
        {
            "tone": "warn",
            "word": str(_("Check the ID")),
            "text": str(_("Collected by another person: Jan Nowak.")),
        },
    ]


def _figures() -> dict[str, Any]:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    return {
        "bars": {
            "kind": "stacked",
            "labels": days,
            "series": [
                {
                    "label": str(_("On time")),
                    "values": [41, 38, 52, 47, 66, 81, 12],
                    "tone": "green",
                },
                {"label": str(_("Late")), "values": [3, 5, 2, 9, 4, 11, 0], "tone": "red"},
            ],
        },
        "line": {
            "kind": "line",
            "labels": days,
            "series": [{"label": str(_("Orders")), "values": [44, 43, 54, 56, 70, 92, 12]}],
        },
        "flow": [
            {"label": _("ordered"), "quantity": 12},
            {"label": _("allocated"), "quantity": 12},
            {"label": _("picked"), "quantity": 9},
            {"label": _("ready"), "quantity": 6},
            {"label": _("collected"), "quantity": 4, "tone": "green"},
            {"label": _("returned"), "quantity": 1, "tone": "amber"},
        ],
        "steps": [
            {"label": _("Upload"), "state": "done", "url": "#steps"},
            {"label": _("Check the differences"), "state": "current"},
            {"label": _("Publish"), "state": "todo"},
        ],
        "facts": [
            (_("Customer"), "Marta Kowalska"),
            (_("Collects at"), "Milano Centro"),
            (_("Company"), LONG_NAME),
            (_("Purchase order"), None),
        ],
    }


def _stories() -> dict[str, Any]:
    moment = now()
    return {
        "moment": moment,
        "yesterday": moment - timedelta(days=1, hours=2),
        "last_year": moment - timedelta(days=400),
        "soon": moment + timedelta(minutes=25),
        "late": moment - timedelta(minutes=40),
        "timeline": _timeline(moment),
        "trace": [
            {"label": _("List price, Garden 2025"), "value": "€ 48.00", "outcome": "applied"},
            {
                # xgettext:no-python-format
                "label": _("Distributors: 12 % off Garden › Tools"),
                "text": _("From 10 pieces; the line has 12"),
                "value": "−€ 5.76",
                "outcome": "applied",
            },
            {
                # xgettext:no-python-format
                "label": _("Spring: 5 % off everything"),
                "text": _("Passed over: a more specific rule already applies"),
                "outcome": "passed",
            },
            {"label": _("Net price"), "value": "€ 42.24", "outcome": "result"},
        ],
        "jobs": [
            _job("running", 412, 1204),
            _job("done", 1204, 1204, errors=3),
            _job("failed", 0, 0, detail="The file has no column named SKU"),
        ],
        "work": _work(moment),
        "undo": {
            "text": _("Handed over 3 items"),
            "url": "#counter",
            "until": moment + timedelta(minutes=14),
        },
    }


def _timeline(moment: datetime) -> list[dict[str, Any]]:
    return [
        {
            "at": moment,
            "title": _("Ready for collection"),
            "text": _("The customer was told by e-mail"),
            "who": "Giulia Rossi",
            "tone": "green",
            "icon": "circle-check",
        },
        {
            "at": moment - timedelta(hours=3),
            "title": _("2 items picked, 1 short"),
            "who": "Giulia Rossi",
            "tone": "red",
            "icon": "basket-x",
        },
        {"at": moment - timedelta(days=1), "title": _("Order placed"), "who": _("E-shop")},
    ]


def _job(status: str, done: int, total: int, **options: Any) -> SimpleNamespace:
    return SimpleNamespace(
        uid=f"sample-{status}",
        title=str(_("Import of price list Garden 2025")),
        status=status,
        is_open=status in ("queued", "running"),
        done=done,
        total=total,
        percent=100 * done // total if total else 0,
        error_count=options.get("errors", 0),
        result={"detail": options.get("detail", "")},
        get_status_display=None,
    )


def _work(moment: datetime) -> list[dict[str, Any]]:
    items = [
        {"name": "Pruning shears, red handles", "quantity": 1},
        {"name": "Potting soil 40 L", "quantity": 3},
    ]
    late = moment - timedelta(minutes=40)
    return [
        {
            "status": "to_pick",
            "due": late,
            "late": True,
            "number": "ABCD2345",
            "customer": "Marta Kowalska",
            "items": items,
            "place": "B4",
            "note": _("Rings at the side door"),
        },
        {
            "status": "ready",
            "due": moment + timedelta(minutes=25),
            "number": "KLMN6789",
            "customer": LONG_NAME,
            "items": items[:1],
            "place": "A1",
        },
    ]
