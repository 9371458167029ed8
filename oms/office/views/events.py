"""The outbox: facts on their way to whoever acts on them, and those that were given up."""

import json
from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.forms import CheckboxInput
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from oms.core.events import events_retry
from oms.core.models import Event
from oms.core.permissions import Permission
from oms.core.tables import (
    CodeColumn,
    LinkColumn,
    QuantityColumn,
    SelectColumn,
    StatusColumn,
    Table,
    WhenColumn,
)
from oms.core.web import ListPage, PageRequest, page
from oms.office.selectors.figures import event_is_late

MOST_RETRIED = 1000


def event_url(record: Event) -> str:
    # The parameter's name is django-tables2's: it fills row attributes by name.
    return reverse("event-detail", args=[record.position])


class EventFilter(django_filters.FilterSet):
    q = django_filters.UUIDFilter(
        field_name="aggregate_id", label=gettext_lazy("UUID of the order")
    )
    state = django_filters.ChoiceFilter(choices=Event.State.choices)
    type = django_filters.CharFilter(lookup_expr="istartswith", label=gettext_lazy("Type"))
    late = django_filters.BooleanFilter(
        method="keep_late", label=gettext_lazy("Late"), widget=CheckboxInput
    )

    class Meta:
        model = Event
        fields: ClassVar[list[str]] = []

    def keep_late(self, rows: QuerySet[Event], _name: str, value: bool) -> QuerySet[Event]:
        return rows.filter(event_is_late()) if value else rows


class EventTable(Table):
    empty_icon = "broadcast"
    empty_title = gettext_lazy("No events")
    empty_help = gettext_lazy("Every fact that sets something off passes through here.")

    select = SelectColumn()
    type = LinkColumn(verbose_name=gettext_lazy("Type"), url=event_url, code=True, orderable=False)
    state = StatusColumn(verbose_name=gettext_lazy("Status"), orderable=False)
    aggregate_id = CodeColumn(verbose_name=gettext_lazy("About"), orderable=False)
    attempts = QuantityColumn(orderable=False)
    occurred_at = WhenColumn(verbose_name=gettext_lazy("Happened"), order_by="position")
    delivered_at = WhenColumn(verbose_name=gettext_lazy("Delivered"), orderable=False)

    class Meta(Table.Meta):
        model = Event
        fields = ("select", "type", "state", "aggregate_id", "attempts", "occurred_at")
        sequence = (*fields, "delivered_at")
        order_by = "-occurred_at"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": event_url, "data-panel": event_url}


class EventList(ListPage):
    title = gettext_lazy("Events")
    table_class = EventTable
    filterset_class = EventFilter
    template_name = "office/event_list.html"
    export_name = "events"

    def rows(self) -> QuerySet[Event]:
        return Event.objects.defer("payload")


event_list = page(Permission.SETTINGS_MANAGE)(EventList.as_view())


@page(Permission.SETTINGS_MANAGE)
@require_GET
def event_detail(request: PageRequest, position: int) -> HttpResponse:
    """One event: what it says, how often it was tried, and why it failed."""
    event = get_object_or_404(Event, position=position)
    payload = json.dumps(event.payload, indent=2, ensure_ascii=False)
    return render(request, "office/event_detail.html", {"event": event, "payload": payload})


@page(Permission.SETTINGS_MANAGE)
@require_POST
def event_retry(request: PageRequest) -> HttpResponse:
    """Try the chosen dead events again; the others are left alone."""
    chosen = request.POST.getlist("selected")[:MOST_RETRIED]
    positions = [int(one) for one in chosen if one.isdecimal() and len(one) < 19]
    count = events_retry(positions, actor=request.actor)
    if count:
        words = ngettext("%(n)d event is tried again", "%(n)d events are tried again", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, gettext_lazy("Only events that were given up can be tried again"))
    return redirect(reverse("event-list", query={"state": Event.State.DEAD}))
