"""The audit: who did what, when; to search and to export."""

import json
from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from oms.core.actors import ActorKind
from oms.core.audit_words import audit_details, audit_lines, subject_word
from oms.core.formats import NOTHING
from oms.core.models import AuditEntry
from oms.core.permissions import Permission
from oms.core.tables import LinkColumn, Table, WhenColumn, linked
from oms.core.web import ListPage, PageRequest, page
from oms.office.audit_subjects import Named, subjects_called, subjects_named
from oms.office.audit_vocabulary import VOCABULARY, action_words, actions_called

KINDS = (
    (ActorKind.USER, gettext_lazy("People")),
    (ActorKind.API_KEY, gettext_lazy("API keys")),
    (ActorKind.CUSTOMER, gettext_lazy("Customers")),
    (ActorKind.SYSTEM, gettext_lazy("The system")),
)

SHOWN = 3


def entry_url(record: AuditEntry) -> str:
    # The parameter's name is django-tables2's: it fills row attributes by name.
    return reverse("audit-detail", args=[record.pk])


class AuditFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search", label=gettext_lazy("Who, action, number or code")
    )
    actor_kind = django_filters.ChoiceFilter(
        choices=[(kind.value, label) for kind, label in KINDS], label=gettext_lazy("Done by")
    )
    action = django_filters.CharFilter(
        lookup_expr="istartswith", label=gettext_lazy("Code of the action")
    )
    object_type = django_filters.CharFilter(
        lookup_expr="iexact", label=gettext_lazy("Kind of object")
    )
    object_id = django_filters.CharFilter(label=gettext_lazy("Object number"))
    since = django_filters.DateFilter(
        field_name="at", lookup_expr="date__gte", label=gettext_lazy("From")
    )
    until = django_filters.DateFilter(
        field_name="at", lookup_expr="date__lte", label=gettext_lazy("To")
    )

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = []

    def search(self, rows: QuerySet[AuditEntry], _name: str, value: str) -> QuerySet[AuditEntry]:
        found = Q(actor_label__icontains=value) | Q(action__icontains=value)
        found |= subjects_called(value)
        for called in actions_called(value):
            found |= Q(action__endswith=called) if called.startswith(".") else Q(action=called)
        return rows.filter(found)


class AuditTable(Table):
    empty_icon = "history"
    empty_title = gettext_lazy("Nothing recorded")
    empty_help = gettext_lazy("Every change anybody makes is kept here for good.")

    action = LinkColumn(url=entry_url, orderable=False)
    actor_label = tables.Column(orderable=False)
    object_type = tables.Column(gettext_lazy("Object"), orderable=False)
    object_id = tables.Column(gettext_lazy("Name"), orderable=False)
    data = tables.Column(gettext_lazy("Details"), orderable=False)
    # The primary key is the order in time: the one sort that an index answers.
    at = WhenColumn(order_by="id")

    class Meta(Table.Meta):
        model = AuditEntry
        fields = ("action", "actor_label", "object_type", "object_id", "data", "at")
        order_by = "-at"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": entry_url, "data-panel": entry_url}

    def render_action(self, value: str, column: LinkColumn, record: AuditEntry) -> SafeString:
        return column.render(action_words(value), record)

    def value_action(self, value: str) -> str:
        return value

    def render_data(self, record: AuditEntry) -> SafeString | str:
        return self._lines[record.pk] or NOTHING

    def render_object_type(self, value: str) -> str:
        return subject_word(value)

    def value_object_type(self, value: str) -> str:
        return value

    def render_object_id(self, record: AuditEntry) -> SafeString | str:
        named = self._named.get((record.object_type, record.object_id))
        return linked(named.name, named.url, "quiet-link") if named else record.object_id

    def value_object_id(self, value: str) -> str:
        return value

    @cached_property
    def _shown(self) -> list[AuditEntry]:
        return [row.record for row in self.paginated_rows]

    @cached_property
    def _lines(self) -> dict[int, SafeString]:
        return audit_lines(self._shown, most=SHOWN, vocabulary=VOCABULARY)

    @cached_property
    def _named(self) -> dict[tuple[str, str], Named]:
        return subjects_named(self._shown, self.request.actor)

    def value_data(self, value: dict[str, Any]) -> str:
        return json.dumps(value, ensure_ascii=False)


class AuditList(ListPage):
    title = gettext_lazy("Audit")
    table_class = AuditTable
    filterset_class = AuditFilter
    export_name = "audit"

    def rows(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.all()


audit_list = page(Permission.AUDIT_VIEW)(AuditList.as_view())


@page(Permission.AUDIT_VIEW)
@require_GET
def audit_detail(request: PageRequest, pk: int) -> HttpResponse:
    """One entry, with what else happened to the same object."""
    entry = get_object_or_404(AuditEntry, pk=pk)
    same = AuditEntry.objects.filter(
        object_type=entry.object_type, object_id=entry.object_id
    ).order_by("-id")[:20]
    timeline = [
        {
            "at": one.at,
            "title": action_words(one.action),
            "who": one.actor_label,
            "url": entry_url(one),
        }
        for one in same
    ]
    context = {
        "entry": entry,
        "action": action_words(entry.action),
        "subject": subject_word(entry.object_type),
        "named": subjects_named([entry], request.actor).get((entry.object_type, entry.object_id)),
        "timeline": timeline,
        "details": audit_details(entry, VOCABULARY),
    }
    return render(request, "office/audit_detail.html", context)
