"""Availability rules: how much of what is there may be offered; previewed before they are saved."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from inventory.filters.availability_rules import AvailabilityRuleFilter
from inventory.forms.availability_rules import AvailabilityRuleForm
from inventory.models import AvailabilityRule
from inventory.previews import rule_preview
from inventory.rule_words import rule_names, rule_sentence
from inventory.services.rules import (
    RuleData,
    availability_rule_save,
    availability_rule_switch,
    rule_fill,
)
from inventory.tables.availability_rules import AvailabilityRuleTable, rule_url
from oms.core.errors import DomainError, InvalidInput, NotFound, StaleVersion
from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, PageRequest, page

SWITCHES = {
    "activate": (True, gettext_lazy("The rule speaks again.")),
    "deactivate": (False, gettext_lazy("The rule says nothing any more.")),
}


class AvailabilityRuleList(ListPage):
    title = gettext_lazy("Availability rules")
    table_class = AvailabilityRuleTable
    filterset_class = AvailabilityRuleFilter
    template_name = "inventory/availability_rule_list.html"
    export_name = "availability-rules"

    @property
    def may_change(self) -> bool:
        return grants_for(self.request.actor, Permission.SETTINGS_MANAGE).any

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = AvailabilityRule.objects.visible_to(
            self.request.actor, Permission.STOCK_VIEW
        )
        return rows.select_related("category", "sku", "location")

    def table_options(self, rows: QuerySet[Any]) -> Mapping[str, Any]:
        return {"names": rule_names(), "may_change": self.may_change}

    def extra_context(self) -> Mapping[str, Any]:
        return {"may_change": self.may_change}


availability_rule_list = page(Permission.STOCK_VIEW)(AvailabilityRuleList.as_view())


@page(Permission.SETTINGS_MANAGE)
def availability_rule_edit(request: PageRequest, uid: UUID | None = None) -> HttpResponse:
    """A new or an existing rule: first what it would change, then, unchanged, saved."""
    saved = _rule(uid) if uid else None
    initial = AvailabilityRuleForm.initial_of(saved) if saved else None
    form = AvailabilityRuleForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"form": form, "rule": saved}
    if form.is_valid():
        data = form.entered()
        if form.cleaned_data["previewed"] == _mark(data) and _save(request, form, data, saved):
            return redirect("availability-rule-list")
        context |= _preview(form, data, saved)
    if saved:
        context["sentence"] = rule_sentence(saved, rule_names())
    status = 422 if form.errors else 200
    return render(request, "inventory/availability_rule_form.html", context, status=status)


def _save(
    request: PageRequest, form: AvailabilityRuleForm, data: RuleData, saved: AvailabilityRule | None
) -> bool:
    try:
        availability_rule_save(
            data,
            actor=request.actor,
            rule_id=saved.pk if saved else None,
            version=form.cleaned_data["version"],
        )
    except InvalidInput as error:
        form.refuse(error)
    except StaleVersion as error:
        form.add_error(None, str(error.detail))
    else:
        messages.success(request, _("The rule is saved and speaks from now on."))
        return True
    return False


def _preview(
    form: AvailabilityRuleForm, data: RuleData, saved: AvailabilityRule | None
) -> dict[str, Any]:
    if form.errors:
        return {}
    rule = _rule(saved.uid) if saved else AvailabilityRule()
    try:
        rule_fill(rule, data)
    except InvalidInput as error:
        form.refuse(error)
        return {}
    return {
        "preview": rule_preview(rule, saved),
        "proposed": rule_sentence(rule, rule_names()),
        "mark": _mark(data),
    }


def _mark(data: RuleData) -> str:
    """What was previewed, to be sent back with the order to save it."""
    return "|".join("" if value is None else str(value) for value in astuple(data))


@page(Permission.SETTINGS_MANAGE)
@require_POST
def availability_rule_move(request: PageRequest, uid: UUID, move: str) -> HttpResponse:
    """Switch a rule off, or on again."""
    rule = _rule(uid)
    if move not in SWITCHES:
        raise NotFound
    active, words = SWITCHES[move]
    version = request.POST.get("version", "")
    try:
        availability_rule_switch(
            rule.pk,
            active=active,
            actor=request.actor,
            version=int(version) if version.isdigit() else None,
        )
    except DomainError as error:
        messages.error(request, str(error.detail))
        return redirect(rule_url(rule))
    messages.success(request, str(words))
    return redirect("availability-rule-list")


def _rule(uid: UUID) -> AvailabilityRule:
    # Whoever changes settings changes them for the whole retailer.
    rules = AvailabilityRule.objects.select_related("category", "sku", "location")
    rule: AvailabilityRule | None = rules.filter(uid=uid).first()
    if rule is None:
        raise NotFound
    return rule
