"""Companies in the back office: list, one company, its people and its account."""

from typing import Any, ClassVar, cast

import django_filters
import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from b2b.filters import CompanyFilter
from b2b.forms import CompanyForm, PaymentForm, RoleForm
from b2b.models import Company
from b2b.selectors.credit import credit_of
from b2b.selectors.people import company_people
from b2b.selectors.reach import reaching
from b2b.selectors.story import company_story
from b2b.services.company import Payment, account_payment_record, company_save
from b2b.services.people import company_role_give, company_role_take
from b2b.tables import CompanyTable, OfficeOrderTable
from oms.core.errors import InvalidInput, NotFound
from oms.core.models import User
from oms.core.permissions import Permission
from oms.core.web import ListPage, PageRequest, page
from oms.orders.models import Order
from oms.orders.selectors import orders_visible

LATEST = 10


class CompanyList(ListPage):
    """Companies the actor may see."""

    title = gettext_lazy("Companies")
    table_class: ClassVar[type[tables.Table]] = CompanyTable
    filterset_class: ClassVar[type[django_filters.FilterSet] | None] = CompanyFilter
    template_name = "b2b/office/company_list.html"
    export_name = "companies"

    def rows(self) -> QuerySet[Any]:
        companies: QuerySet[Any] = Company.objects.visible_to(
            self.request.actor, Permission.COMPANIES_VIEW
        )
        orders = (
            Order.objects.filter(account_id=OuterRef("pk"))
            .order_by()
            .values("account_id")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return (
            companies.select_related("parent")
            .annotate(
                people=Count("companyuserobjectpermission__user", distinct=True),
                order_count=Coalesce(Subquery(orders), 0),
            )
            .order_by("name")
        )


company_list = page(Permission.OFFICE_VIEW)(CompanyList.as_view())


@page(Permission.OFFICE_VIEW)
def company_detail(request: HttpRequest, code: str) -> HttpResponseBase:
    """One company: who it is, its prices, people, orders and account."""
    company = _company(request, code, Permission.COMPANIES_VIEW)
    return _detail(request, company)


def _detail(
    request: HttpRequest, company: Company, *, status: int = 200, **forms_given: forms.Form
) -> HttpResponseBase:
    actor = cast(PageRequest, request).actor
    orders = orders_visible(actor).filter(account_id=company.pk).order_by("-id")
    context = {
        "company": company,
        "credit": credit_of(company),
        "people": company_people(company),
        "reaching": reaching(company),
        "subsidiaries": list(company.subsidiaries.order_by("name")),
        "payments": list(company.payments.all()[:LATEST]),
        "orders": OfficeOrderTable(orders[:LATEST]),
        "order_count": orders.count(),
        "audit": company_story(company, LATEST),
        "role_form": RoleForm(),
        "payment_form": PaymentForm(),
        **forms_given,
    }
    return render(request, "b2b/office/company.html", context, status=status)


@page(Permission.COMPANIES_MANAGE)
def company_create(request: HttpRequest) -> HttpResponseBase:
    """A new company."""
    return _edit(request, None)


@page(Permission.COMPANIES_MANAGE)
def company_edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Change a company."""
    return _edit(request, _company(request, code, Permission.COMPANIES_MANAGE))


def _edit(request: HttpRequest, company: Company | None) -> HttpResponseBase:
    form = CompanyForm(request.POST or None, instance=company)
    if request.method == "POST" and form.is_valid():
        try:
            saved = company_save(
                form.cleaned_data,
                actor=cast(PageRequest, request).actor,
                company_id=company.pk if company is not None else None,
            )
        except InvalidInput as error:
            add_issues(form, error)
        else:
            messages.success(request, _("%(name)s is saved") % {"name": saved.name})
            return redirect("company-detail", code=saved.code)
    return render(
        request,
        "b2b/office/company_edit.html",
        {"form": form, "company": company},
        status=422 if form.errors else 200,
    )


@require_POST
@page(Permission.COMPANIES_MANAGE)
def role_give(request: HttpRequest, code: str) -> HttpResponseBase:
    """Make somebody a buyer or agent of the company."""
    company = _company(request, code, Permission.COMPANIES_MANAGE)
    form = RoleForm(request.POST)
    if form.is_valid():
        person: User = form.cleaned_data["person"]
        try:
            company_role_give(
                company.pk,
                user=person,
                role=form.cleaned_data["role"],
                actor=cast(PageRequest, request).actor,
            )
        except InvalidInput as error:
            add_issues(form, error)
        else:
            messages.success(
                request,
                _("%(name)s may order for %(company)s")
                % {"name": person.display_name, "company": company.name},
            )
            return redirect("company-detail", code=code)
    return _detail(request, company, status=422, role_form=form)


@require_POST
@page(Permission.COMPANIES_MANAGE)
def role_take(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take somebody's role at the company."""
    company = _company(request, code, Permission.COMPANIES_MANAGE)
    person = User.objects.filter(pk=_number(request.POST.get("user", ""))).first()
    if person is None:
        raise NotFound
    company_role_take(company.pk, user=person, actor=cast(PageRequest, request).actor)
    messages.success(
        request,
        _("%(name)s may no longer order for %(company)s")
        % {"name": person.display_name, "company": company.name},
    )
    return redirect("company-detail", code=code)


@require_POST
@page(Permission.COMPANIES_MANAGE)
def payment_record(request: HttpRequest, code: str) -> HttpResponseBase:
    """Book money that came in on the company's account."""
    company = _company(request, code, Permission.COMPANIES_MANAGE)
    form = PaymentForm(request.POST)
    if form.is_valid():
        try:
            account_payment_record(
                company.pk,
                Payment(**form.cleaned_data),
                actor=cast(PageRequest, request).actor,
            )
        except InvalidInput as error:
            add_issues(form, error)
        else:
            messages.success(request, _("The payment is booked; the credit is free again"))
            return redirect("company-detail", code=code)
    return _detail(request, company, status=422, payment_form=form)


def add_issues(form: forms.BaseForm, error: InvalidInput) -> None:
    """A service's refusal as the form's own errors, each at its field."""
    for issue in error.issues:
        form.add_error(issue.field if issue.field in form.fields else None, str(issue.message))


def _company(request: HttpRequest, code: str, permission: Permission) -> Company:
    actor = cast(PageRequest, request).actor
    company: Company = Company.objects.get_visible(actor, permission, code=code)
    return company


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0
