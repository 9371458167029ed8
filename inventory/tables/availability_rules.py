"""The table of availability rules."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import AvailabilityRule
from inventory.rule_words import STEPS, RuleNames, rule_sentence, step_of
from oms.core.tables import Table, WhenColumn
from oms.core.templatetags.ui import badge


class AvailabilityRuleTable(Table):
    sentence = tables.Column(
        verbose_name=gettext_lazy("Rule"),
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "rule-cell"}},
    )
    step = tables.Column(
        verbose_name=gettext_lazy("When it is asked"),
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "no-wrap"}},
    )
    is_active = tables.Column(verbose_name=gettext_lazy("Status"))
    updated_at = WhenColumn(verbose_name=gettext_lazy("Changed"))

    empty_icon = "filter"
    empty_title = gettext_lazy("No availability rules")
    empty_help = gettext_lazy(
        "Without rules every channel may sell what is available. A rule keeps goods, or some units "
        "of them, from a channel or at a location."
    )

    class Meta(Table.Meta):
        order_by = ("-is_active", "-updated_at")

    def __init__(self, *args: Any, names: RuleNames, may_change: bool, **kwargs: Any) -> None:
        self.names, self.may_change = names, may_change
        if may_change:
            kwargs["row_attrs"] = {"data-href": rule_url}
        super().__init__(*args, **kwargs)

    empty_action: ClassVar[tuple[str, Any] | None] = None

    def render_sentence(self, record: AvailabilityRule) -> SafeString:
        sentence = rule_sentence(record, self.names)
        if not self.may_change:
            return format_html('<span class="rule-line">{}</span>', sentence)
        return format_html(
            '<a class="rule-line quiet-link" href="{}">{}</a>', rule_url(record), sentence
        )

    def value_sentence(self, record: AvailabilityRule) -> str:
        return strip_tags(rule_sentence(record, self.names))

    def render_step(self, record: AvailabilityRule) -> str:
        return str(STEPS[step_of(record)])

    def render_is_active(self, value: bool) -> SafeString:
        return badge("active" if value else "inactive")

    def value_is_active(self, value: bool) -> str:
        return str(_("Active") if value else _("Inactive"))


def rule_url(record: AvailabilityRule) -> str:
    return reverse("availability-rule-edit", args=[record.uid])
