"""Routes under `/api/v1/`."""

from django.urls import path

from catalog import api

urlpatterns = [
    path("products/", api.ProductListView.as_view(), name="api-product-list"),
    path("products/<path:code>/", api.ProductView.as_view(), name="api-product-detail"),
    path("skus/", api.SkuListView.as_view(), name="api-sku-list"),
    path("skus/<path:code>/", api.SkuView.as_view(), name="api-sku-detail"),
    path("categories/", api.CategoryListView.as_view(), name="api-category-list"),
    path("price-lists/", api.PriceListListView.as_view(), name="api-price-list-list"),
    path(
        "price-lists/<str:code>/prices/",
        api.PriceListPricesView.as_view(),
        name="api-price-list-prices",
    ),
]
