"""The mailbox: every message, as its reader sees it."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib import messages
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from oms.core.permissions import Permission, require
from oms.core.tables import LinkColumn, StatusColumn, Table, WhenColumn
from oms.core.web import ListPage, PageRequest, page
from oms.notifications.models import Message
from oms.notifications.services import message_resend

# What a mail may do in the page: be seen. No script, no form, no request to anywhere.
BODY_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "form-action": [NONE],
    "base-uri": [SELF],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def message_url(record: Message) -> str:
    # The parameter's name is django-tables2's: it fills row attributes by name.
    return reverse("message-detail", args=[record.uid])


class MessageFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search", label=gettext_lazy("Recipient, order or subject")
    )
    status = django_filters.ChoiceFilter(choices=Message.Status.choices)
    language = django_filters.AllValuesFilter()
    recipient = django_filters.CharFilter(lookup_expr="iexact")
    subject_id = django_filters.CharFilter(label=gettext_lazy("Concerns"))
    since = django_filters.DateFilter(
        field_name="created_at", lookup_expr="date__gte", label=gettext_lazy("Written from")
    )

    class Meta:
        model = Message
        fields: ClassVar[list[str]] = []

    def search(self, rows: QuerySet[Message], _name: str, value: str) -> QuerySet[Message]:
        return rows.filter(
            Q(recipient__icontains=value) | Q(subject__icontains=value) | Q(subject_id=value)
        )


class MessageTable(Table):
    empty_icon = "mail"
    empty_title = gettext_lazy("No messages")
    empty_help = gettext_lazy(
        "What customers are told about their orders appears here as soon as it is written."
    )

    subject = LinkColumn(url=message_url, orderable=False)
    recipient = tables.Column()
    language = tables.Column()
    status = StatusColumn()
    created_at = WhenColumn()
    sent_at = WhenColumn()

    class Meta(Table.Meta):
        model = Message
        fields = ("subject", "recipient", "language", "status", "created_at", "sent_at")
        order_by = "-created_at"
        row_attrs: ClassVar[dict[str, Any]] = {"data-href": message_url, "data-panel": message_url}

    def render_language(self, value: str) -> str:
        return value.upper()


class Mailbox(ListPage):
    title = gettext_lazy("Messages")
    table_class = MessageTable
    filterset_class = MessageFilter
    template_name = "notifications/mailbox.html"
    export_name = "messages"

    def rows(self) -> QuerySet[Message]:
        return Message.objects.defer("text", "html")

    def extra_context(self) -> Mapping[str, Any]:
        return {"state": self._state()}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        # The page asks every few seconds, and nothing moves unless there is news.
        if request.headers.get("X-Seen") == self._state():
            return HttpResponse(status=204)
        return super().get(request, **kwargs)

    def _state(self) -> str:
        facts = Message.objects.aggregate(newest=Max("id"), sent=Max("sent_at"))
        trouble = Message.objects.exclude(status=Message.Status.SENT).count()
        return hashlib.md5(f"{facts} {trouble}".encode(), usedforsecurity=False).hexdigest()


mailbox = csp_update({"frame-src": [SELF]})(page(Permission.OFFICE_VIEW)(Mailbox.as_view()))


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
@page(Permission.OFFICE_VIEW)
@require_GET
def message_detail(request: PageRequest, uid: UUID) -> HttpResponse:
    """One message, beside the list or on its own page."""
    message = get_object_or_404(Message, uid=uid)
    same = Message.objects.filter(recipient=message.recipient).exclude(pk=message.pk)
    context = {"message": message, "others": same.only("uid", "subject", "created_at")[:5]}
    return render(request, "notifications/message.html", context)


@csp(BODY_POLICY)  # type: ignore[arg-type]
@xframe_options_sameorigin
@page(Permission.OFFICE_VIEW)
@require_GET
def message_body(_request: PageRequest, uid: UUID) -> HttpResponse:
    """The HTML part alone, for the frame: written by templates, treated as a stranger's."""
    message = get_object_or_404(Message.objects.only("html"), uid=uid)
    return HttpResponse(message.html)


@page(Permission.OFFICE_VIEW)
@require_POST
def resend(request: PageRequest, uid: UUID) -> HttpResponse:
    """Send a message again."""
    require(request.actor, Permission.ORDERS_MANAGE)
    message = message_resend(uid, actor=request.actor)
    messages.success(
        request, _("On its way again to %(recipient)s") % {"recipient": message.recipient}
    )
    return redirect("message-detail", uid=uid)
