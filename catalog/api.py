"""The catalogue and price lists over REST."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import serializers
from catalog.filters import ProductApiFilter, SkuApiFilter
from catalog.models import Category, Price, PriceList, Product, Sku, Substitute
from catalog.selectors import skus_by_code
from catalog.services.prices import PriceChange, price_set
from oms.core.actors import Actor
from oms.core.api.pagination import PAGING
from oms.core.api.schema import IDEMPOTENCY_KEY, READING, REPLAYED, WRITING, problems
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.errors import InvalidInput, Issue, NotFound, PermissionRefused, StaleVersion
from oms.core.permissions import Permission, grants_for

READ_CATALOG: dict[str, Permission] = {"GET": Permission.CATALOG_VIEW}


def require_whole(actor: Actor, permission: Permission) -> None:
    """Price lists hold what others pay: a key bound to one company or channel may not see them."""
    if not grants_for(actor, permission).everything:
        raise PermissionRefused(permission=permission.value)


class ProductListView(ApiView):
    """`/products/`."""

    permissions_required = READ_CATALOG
    queryset = Product.objects.select_related("category", "brand").prefetch_related("skus")
    filterset_class = ProductApiFilter
    serializer_class = serializers.ProductSerializer

    @extend_schema(
        operation_id="products_list",
        summary="List products",
        tags=["Catalogue"],
        responses={200: serializers.ProductSerializer(many=True)}
        | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """Products with the codes of their SKUs, newest first."""
        query_known(request, (*ProductApiFilter.base_filters, *PAGING))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ProductView(ApiView):
    """`/products/{code}/`."""

    permissions_required = READ_CATALOG
    queryset = ProductListView.queryset
    serializer_class = serializers.ProductSerializer

    @extend_schema(
        operation_id="products_read",
        summary="Read a product",
        tags=["Catalogue"],
        responses={200: serializers.ProductSerializer} | problems(*READING, InvalidInput, NotFound),
    )
    def get(self, request: Request, code: str) -> Response:
        """One product by its code."""
        query_known(request, ())
        product = self.get_queryset().filter(code=code).first()
        if product is None:
            raise NotFound
        return Response(self.get_serializer(product).data)


def sku_rows() -> QuerySet[Sku]:
    """SKUs with what their representation needs."""
    return Sku.objects.select_related("product__category", "tax_class").prefetch_related(
        "components__component",
        Prefetch("substitutes", Substitute.objects.select_related("substitute")),
    )


class SkuListView(ApiView):
    """`/skus/`."""

    permissions_required = READ_CATALOG
    queryset = sku_rows()
    filterset_class = SkuApiFilter
    serializer_class = serializers.SkuSerializer

    @extend_schema(
        operation_id="skus_list",
        summary="List SKUs",
        tags=["Catalogue"],
        responses={200: serializers.SkuSerializer(many=True)} | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """SKUs, newest first. Prices are at `/prices/`, stock at `/availability/`."""
        query_known(request, (*SkuApiFilter.base_filters, *PAGING))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class SkuView(ApiView):
    """`/skus/{code}/`."""

    permissions_required = READ_CATALOG
    queryset = sku_rows()
    serializer_class = serializers.SkuSerializer

    @extend_schema(
        operation_id="skus_read",
        summary="Read a SKU",
        tags=["Catalogue"],
        responses={200: serializers.SkuSerializer} | problems(*READING, InvalidInput, NotFound),
    )
    def get(self, request: Request, code: str) -> Response:
        """One SKU by its code (in any case) or by its GTIN.

        Goods in several conditions may carry one GTIN: it means the new ones, or else the only
        ones. `GET /skus/?gtin=` lists them all.
        """
        query_known(request, ())
        found = next(iter(skus_by_code([code]).values()), None)
        sku = self.get_queryset().filter(pk=found.pk).first() if found is not None else None
        if sku is None:
            raise NotFound
        return Response(self.get_serializer(sku).data)


class CategoryListView(ApiView):
    """`/categories/`."""

    permissions_required = READ_CATALOG
    queryset = Category.objects.order_by("path")
    serializer_class = serializers.CategorySerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="categories_list",
        summary="Read the category tree",
        tags=["Catalogue"],
        responses={200: serializers.CategorySerializer(many=True)}
        | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """The whole tree, each category after the one above it."""
        query_known(request, ())
        rows = list(self.get_queryset())
        context = {"codes": {category.path: category.code for category in rows}}
        return Response(serializers.CategorySerializer(rows, many=True, context=context).data)


class PriceListListView(ApiView):
    """`/price-lists/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.PRICES_VIEW}
    queryset = PriceList.objects.select_related("parent").prefetch_related("audiences")
    serializer_class = serializers.PriceListSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="price_lists_list",
        summary="List price lists",
        tags=["Prices"],
        responses={200: serializers.PriceListSerializer(many=True)}
        | problems(*READING, InvalidInput),
    )
    def get(self, request: Request) -> Response:
        """Price lists and who they are for, newest first."""
        query_known(request, PAGING)
        require_whole(self.actor, Permission.PRICES_VIEW)
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class PriceListPricesView(ApiView):
    """`/price-lists/{code}/prices/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.PRICES_VIEW,
        "POST": Permission.PRICES_MANAGE,
    }
    queryset = Price.objects.select_related("sku")
    serializer_class = serializers.PriceSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="price_list_prices_list",
        summary="List the prices of a list",
        tags=["Prices"],
        responses={200: serializers.PriceSerializer(many=True)}
        | problems(*READING, InvalidInput, NotFound),
    )
    def get(self, request: Request, code: str) -> Response:
        """The prices a list holds itself; those it takes from its parent are the parent's."""
        query_known(request, PAGING)
        require_whole(self.actor, Permission.PRICES_VIEW)
        price_list = self._price_list(code)
        page = self.paginate_queryset(self.get_queryset().filter(price_list=price_list))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="price_list_prices_set",
        summary="Set prices of a list",
        tags=["Prices"],
        parameters=[IDEMPOTENCY_KEY, REPLAYED],
        request=serializers.PriceUpload,
        responses={200: serializers.PriceUploadAnswer} | problems(*WRITING, NotFound, StaleVersion),
        examples=[
            OpenApiExample(
                "Two breaks",
                value={
                    "prices": [
                        {"sku": "SAW-30", "min_quantity": 1, "amount": "12.90"},
                        {"sku": "SAW-30", "min_quantity": 10, "amount": "11.50"},
                    ]
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, code: str) -> HttpResponse:
        """All of them or none. Prices that are not named stay; a published list prices by the new
        amounts at once.
        """
        require_whole(self.actor, Permission.PRICES_MANAGE)

        def perform() -> tuple[int, Any, dict[str, str]]:
            price_list = self._price_list(code)
            sent = serializers.PriceUpload().run_validation(request.data)
            changes, version = _changes(sent["prices"]), sent.get("version")
            plan = price_set(price_list.pk, changes, actor=self.actor, version=version, cause="api")
            price_list.refresh_from_db(fields=["version"])
            return 200, plan.counts() | {"version": price_list.version}, {}

        return self.write_once(request, perform)

    def _price_list(self, code: str) -> PriceList:
        price_list = PriceList.objects.filter(code=code).first()
        if price_list is None:
            raise NotFound
        return price_list


def _changes(rows: list[dict[str, Any]]) -> list[PriceChange]:
    skus = skus_by_code(row["sku"] for row in rows)
    changes: list[PriceChange] = []
    issues: list[Issue] = []
    for index, row in enumerate(rows):
        sku = skus.get(row["sku"].strip().upper())
        if sku is None:
            message = _("There is no SKU %(sku)s") % {"sku": row["sku"]}
            issues.append(Issue(f"prices[{index}].sku", message, "unknown_sku"))
        else:
            changes.append(PriceChange(sku.pk, row["min_quantity"], row["amount"], index + 1))
    if issues:
        raise InvalidInput(issues)
    return changes
