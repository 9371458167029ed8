"""Discount rules: read as sentences, changed part by part, previewed before they are published."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from catalog.filters import DiscountRuleFilter
from catalog.forms import DiscountRuleForm
from catalog.history import history
from catalog.models import DiscountRule
from catalog.previews import rule_preview
from catalog.rule_words import audiences_of, names_for, rule_sentence
from catalog.selectors import life_of
from catalog.services import discount_rules as services
from catalog.services.discount_rules import discount_rule_save
from catalog.tables import DiscountRuleTable, rule_url
from catalog.views.price_lists import may_change, preview_context
from oms.core.errors import DomainError, InvalidInput, NotFound, StaleVersion
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, page

MOVES = {
    "publish": (services.discount_rule_publish, gettext_lazy("%(name)s is published")),
    "unpublish": (services.discount_rule_unpublish, gettext_lazy("%(name)s is a draft again")),
    "archive": (services.discount_rule_archive, gettext_lazy("%(name)s is archived")),
}


def rule_rows() -> QuerySet[DiscountRule]:
    """Rules with what their sentences need."""
    return DiscountRule.objects.select_related("category", "product", "sku").prefetch_related(
        "audiences", "excluded_categories", "excluded_skus"
    )


class RuleList(ListPage):
    title = gettext_lazy("Discount rules")
    table_class = DiscountRuleTable
    filterset_class = DiscountRuleFilter
    template_name = "catalog/rule_list.html"
    export_name = "discount-rules"

    def rows(self) -> QuerySet[Any]:
        return rule_rows().order_by("-priority", "name")

    def table_options(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {"names": names_for(rows.all())}

    def extra_context(self) -> dict[str, Any]:
        return {"may_change": may_change(self.request)}


discount_rule_list = page(Permission.PRICES_VIEW)(RuleList.as_view())


def get_rule(uid: UUID) -> DiscountRule:
    """The rule with a uid. Raises NotFound."""
    rule = rule_rows().filter(uid=uid).first()
    if rule is None:
        raise NotFound
    return rule


@page(Permission.PRICES_VIEW)
@require_GET
def discount_rule_detail(request: PageRequest, uid: UUID) -> HttpResponse:
    """One rule: what it says, what it changes, who changed it."""
    rule = get_rule(uid)
    changes = may_change(request)
    context = {
        "rule": rule,
        "life": life_of(rule),
        "sentence": rule_sentence(rule, linked=changes),
        "may_change": changes,
        "history": history(rule),
        **preview_context(rule_preview(rule)),
    }
    return render(request, "catalog/rule_detail.html", context)


@page(Permission.PRICES_MANAGE)
def discount_rule_edit(request: PageRequest, uid: UUID | None = None) -> HttpResponse:
    """The parts of a new or an existing rule."""
    rule = get_rule(uid) if uid else None
    initial = (
        DiscountRuleForm.initial_of(rule, audiences_of(rule))
        if rule
        else {"target": "everything", "effect": "percent", "stacking": "best"}
    )
    form = DiscountRuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = discount_rule_save(
                form.entered(),
                actor=request.actor,
                rule_id=rule.pk if rule else None,
                version=form.cleaned_data["version"],
            )
        except InvalidInput as error:
            form.refuse(error)
        except StaleVersion as error:
            form.add_error(None, str(error.detail))
        else:
            messages.success(request, _("%(name)s is saved") % {"name": saved.name})
            return redirect(rule_url(saved))
    context = {
        "form": form,
        "rule": rule,
        "life": life_of(rule) if rule else "",
        "sentence": rule_sentence(rule) if rule else "",
        "cancel_url": rule_url(rule) if rule else reverse("discount-rule-list"),
    }
    return render(request, "catalog/rule_form.html", context, status=422 if form.errors else 200)


@page(Permission.PRICES_MANAGE)
@require_POST
def discount_rule_move(request: PageRequest, uid: UUID, move: str) -> HttpResponse:
    """Publish a rule, take it back, or put it away."""
    rule = get_rule(uid)
    if move not in MOVES:
        raise NotFound
    service, words = MOVES[move]
    version = request.POST.get("version", "")
    try:
        service(rule.pk, actor=request.actor, version=int(version) if version.isdigit() else None)
    except DomainError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, words % {"name": rule.name})
    return redirect(rule_url(rule))
