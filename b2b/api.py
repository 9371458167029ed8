"""Companies over REST, for shops and ERPs that need to know who buys on which terms."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from b2b.filters import CompanyApiFilter
from b2b.models import Company
from b2b.selectors.credit import Credit, credit_of
from oms.core.api.pagination import PAGING, CursorPagination
from oms.core.api.schema import READING, problems
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, NotFound
from oms.core.permissions import Permission

EXAMPLE: dict[str, Any] = {
    "code": "ferramenta-rossi",
    "uid": "52a94df6-6d6d-4f6a-8c59-0f0c6d9b7a10",
    "name": "Ferramenta Rossi S.r.l.",
    "parent": None,
    "group": "distributors",
    "vat_id": "IT01234567890",
    "address": {
        "street": "Via Indipendenza 44",
        "postcode": "40121",
        "city": "Bologna",
        "country": "IT",
    },
    "currency": "EUR",
    "language": "it",
    "payment_days": 30,
    "credit_limit": "20000.00",
    "requires_po_number": False,
    "is_active": True,
}
CREDIT_EXAMPLE: dict[str, Any] = {"open": "1220.00", "limit": "20000.00", "left": "18780.00"}


class CompanyAddressAnswer(serializers.Serializer[Any]):
    street = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()


class CreditAnswer(serializers.Serializer[Any]):
    """What is open on account and what may still be ordered; null limit: none."""

    open = serializers.CharField()
    limit = serializers.CharField(allow_null=True)
    left = serializers.CharField(allow_null=True)


class CompanyAnswer(serializers.Serializer[Any]):
    """A company that buys. Its `code` is its audience in price lists and rules."""

    code = serializers.CharField()
    uid = serializers.UUIDField()
    name = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment]  # a Field has a parent too
        allow_null=True, help_text="Code of the company above it."
    )
    group = serializers.CharField()
    vat_id = serializers.CharField()
    address = CompanyAddressAnswer()
    currency = serializers.CharField()
    language = serializers.CharField()
    payment_days = serializers.IntegerField()
    credit_limit = serializers.CharField(allow_null=True)
    requires_po_number = serializers.BooleanField()
    is_active = serializers.BooleanField()


class CompanyWithCreditAnswer(CompanyAnswer):
    credit = CreditAnswer()


class CompanyPagination(CursorPagination):
    ordering = "code"


class CompanyListView(ApiView):
    """`/companies/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.COMPANIES_VIEW}
    queryset = Company.objects.none()
    filterset_class = CompanyApiFilter
    pagination_class = CompanyPagination
    serializer_class = CompanyAnswer

    def get_queryset(self) -> QuerySet[Company]:
        return companies_of(self)

    @extend_schema(
        operation_id="companies_list",
        summary="List companies",
        tags=["Companies"],
        responses={200: CompanyAnswer(many=True)} | problems(*READING, InvalidInput),
        examples=[OpenApiExample("A company", value=EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """Companies this key may see, by code."""
        query_known(request, (*CompanyApiFilter.base_filters, *PAGING))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([company_data(company) for company in page or []])


class CompanyView(ApiView):
    """`/companies/{code}/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.COMPANIES_VIEW}
    serializer_class = CompanyWithCreditAnswer

    @extend_schema(
        operation_id="companies_read",
        summary="Read a company",
        tags=["Companies"],
        responses={200: CompanyWithCreditAnswer} | problems(*READING, InvalidInput, NotFound),
        examples=[
            OpenApiExample(
                "With its credit", value=EXAMPLE | {"credit": CREDIT_EXAMPLE}, response_only=True
            )
        ],
    )
    def get(self, request: Request, code: str) -> Response:
        """One company, with what is open on its account."""
        query_known(request, ())
        company = companies_of(self).filter(code=code).first()
        if company is None:
            raise NotFound
        return Response(company_data(company) | {"credit": credit_data(credit_of(company))})


def companies_of(view: ApiView) -> QuerySet[Company]:
    """The companies the view's key may see."""
    visible: QuerySet[Company] = Company.objects.visible_to(view.actor, Permission.COMPANIES_VIEW)
    return visible.select_related("parent")


def company_data(company: Company) -> dict[str, Any]:
    """The representation of a company."""
    return {
        "code": company.code,
        "uid": str(company.uid),
        "name": company.name,
        "parent": company.parent.code if company.parent else None,
        "group": company.group,
        "vat_id": company.vat_id,
        "address": {
            "street": company.street,
            "postcode": company.postcode,
            "city": company.city,
            "country": company.country,
        },
        "currency": company.currency,
        "language": company.language,
        "payment_days": company.payment_days,
        "credit_limit": _amount(company.credit_limit),
        "requires_po_number": company.requires_po_number,
        "is_active": company.is_active,
    }


def credit_data(credit: Credit) -> dict[str, Any]:
    """The representation of a company's credit."""
    return {
        "open": _amount(credit.open),
        "limit": _amount(credit.limit),
        "left": _amount(credit.left),
    }


def _amount(amount: Any) -> str | None:
    return None if amount is None else f"{amount:.2f}"
