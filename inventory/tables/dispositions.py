"""The table of what is set aside."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Disposition
from inventory.status import DispositionOutcome
from inventory.tables.figures import movements_url
from oms.core.tables import CodeColumn, QuantityColumn, StatusColumn, Table, WhenColumn
from oms.core.templatetags.ui import badge, icon

# The form on the list's page that the buttons of its rows send.
END_FORM = "disposition-end"


class DispositionTable(Table):
    """`may`: outcome → the locations (ids) at which the reader may end dispositions so."""

    name = tables.Column(
        accessor="sku__full_name",
        order_by="sku__name",
        verbose_name=gettext_lazy("Item"),
        attrs={"td": {"class": "item"}},
    )
    # On the page it is below the name; an export has it in a column of its own.
    sku = CodeColumn(accessor="sku__code", verbose_name=gettext_lazy("SKU"), visible=False)
    location = tables.Column(accessor="location__name", verbose_name=gettext_lazy("Location"))
    reason = StatusColumn()
    units = QuantityColumn()
    note = tables.Column(orderable=False, attrs={"td": {"class": "wrap"}})
    created_at = WhenColumn(verbose_name=gettext_lazy("Since"), order_by=("pk",))
    created_by = tables.Column(verbose_name=gettext_lazy("Set aside by"))
    expires_at = WhenColumn(verbose_name=gettext_lazy("Back on sale"))
    outcome = tables.Column(verbose_name=gettext_lazy("How it ended"))
    ended_at = WhenColumn()
    ended_by = tables.Column()
    end = tables.Column(
        empty_values=(),
        orderable=False,
        exclude_from_export=True,
        verbose_name="",
        attrs={"td": {"class": "row-actions"}},
    )

    empty_icon = "package"
    empty_title = gettext_lazy("Nothing is set aside")
    empty_help = gettext_lazy(
        "Units that are damaged, missing or on display stay on hand and are not for sale. Set them"
        " aside from the page of a shelf, or at the counter."
    )

    class Meta(Table.Meta):
        order_by = "-created_at"
        row_attrs: ClassVar = {"data-href": movements_url("unavailable")}

    def __init__(
        self,
        *args: Any,
        may: Mapping[DispositionOutcome, Collection[int]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.may = may or {}
        super().__init__(*args, **kwargs)

    def render_name(self, value: str, record: Disposition) -> SafeString:
        return format_html(
            '<a class="row-link" href="{}">{}</a><span class="item-code code">{}</span>',
            movements_url("unavailable")(record),
            value,
            record.sku.code,
        )

    def value_name(self, value: str) -> str:
        return value

    def render_outcome(self, record: Disposition) -> SafeString:
        return badge(record.outcome, record.get_outcome_display())

    def value_outcome(self, record: Disposition) -> str:
        return record.get_outcome_display()

    def render_end(self, record: Disposition) -> SafeString:
        words = {
            DispositionOutcome.PUT_BACK: ("arrow-back-up", _("Put back"), ""),
            DispositionOutcome.WRITTEN_OFF: (
                "trash",
                _("Write off"),
                _("The units leave the stock record. This cannot be undone."),
            ),
        }
        some = SafeString("")
        if record.units > 1 and any(record.location_id in here for here in self.may.values()):
            word = _("Some of them…")
            some = format_html(
                '<a class="btn-icon" href="{}" title="{}" aria-label="{}">{}</a>',
                reverse("disposition-part", args=[record.uid]),
                word,
                word,
                icon("arrows-split-2"),
            )
        ways = format_html_join(
            "",
            '<button class="btn-icon" form="{}" formaction="{}" title="{}" aria-label="{}"{}>{}'
            "</button>",
            (
                (
                    END_FORM,
                    end_url(record, outcome),
                    word,
                    word,
                    _asks(question, word),
                    icon(icon_name),
                )
                for outcome, (icon_name, word, question) in words.items()
                if record.location_id in self.may.get(outcome, ())
            ),
        )
        return format_html("{}{}", some, ways)


def end_url(disposition: Disposition, outcome: DispositionOutcome) -> str:
    """Where ending it so is posted."""
    name = {
        DispositionOutcome.PUT_BACK: "disposition-put-back",
        DispositionOutcome.WRITTEN_OFF: "disposition-write-off",
    }[outcome]
    return reverse(name, args=[disposition.uid])


def _asks(question: str, word: str) -> SafeString | str:
    if not question:
        return ""
    return format_html(
        ' data-confirm="{}" data-confirm-button="{}" data-confirm-tone="red"', question, word
    )
