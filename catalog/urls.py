"""Pages of the catalogue and of prices."""

from django.urls import path

from catalog.views import (
    categories,
    imports,
    price_lists,
    prices,
    rules,
    skus,
    testing,
)

urlpatterns = [
    path("office/catalog/", skus.catalog_list, name="catalog-list"),
    path("office/catalog/skus/<path:code>/", skus.sku_detail, name="sku-detail"),
    path("office/catalog/categories/", categories.category_list, name="category-list"),
    path("office/catalog/categories/new/", categories.category_edit, name="category-new"),
    path("office/catalog/categories/<int:pk>/", categories.category_edit, name="category-edit"),
    path(
        "office/catalog/categories/<int:pk>/remove/",
        categories.category_remove,
        name="category-remove",
    ),
    path("office/catalog/import/", imports.catalog_import_page, name="catalog-import"),
    path(
        "office/catalog/import/<uuid:uid>/", imports.import_preview, name="catalog-import-preview"
    ),
    path(
        "office/catalog/import/<uuid:uid>/apply/", imports.import_apply, name="catalog-import-apply"
    ),
    path("office/prices/", price_lists.price_list_list, name="price-list-list"),
    path("office/prices/new/", price_lists.price_list_edit, name="price-list-new"),
    path("office/prices/test/", testing.price_test, name="price-test"),
    path("office/discount-rules/", rules.discount_rule_list, name="discount-rule-list"),
    path("office/discount-rules/new/", rules.discount_rule_edit, name="discount-rule-new"),
    path(
        "office/discount-rules/<uuid:uid>/", rules.discount_rule_detail, name="discount-rule-detail"
    ),
    path(
        "office/discount-rules/<uuid:uid>/edit/",
        rules.discount_rule_edit,
        name="discount-rule-edit",
    ),
    path(
        "office/discount-rules/<uuid:uid>/<str:move>/",
        rules.discount_rule_move,
        name="discount-rule-move",
    ),
    path("office/prices/lists/<str:code>/", prices.price_list_detail, name="price-list-detail"),
    path(
        "office/prices/lists/<str:code>/edit/", price_lists.price_list_edit, name="price-list-edit"
    ),
    path(
        "office/prices/lists/<str:code>/adjust/", prices.price_list_adjust, name="price-list-adjust"
    ),
    path(
        "office/prices/lists/<str:code>/confirm/",
        prices.price_list_confirm,
        name="price-list-confirm",
    ),
    path(
        "office/prices/lists/<str:code>/import/",
        imports.price_import_page,
        name="price-list-import",
    ),
    path(
        "office/prices/lists/<str:code>/consequences/",
        price_lists.price_list_consequences,
        name="price-list-consequences",
    ),
    path(
        "office/prices/lists/<str:code>/<str:move>/",
        price_lists.price_list_move,
        name="price-list-move",
    ),
]
