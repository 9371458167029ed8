"""Pages of the portal and of companies in the back office."""

from django.urls import path
from django.views.decorators.http import require_safe

from b2b.views import basket, catalogue, checkout, companies, home, orders, quick_order

urlpatterns = [
    path("b2b/", require_safe(home.home), name="b2b-home"),
    path("b2b/switch/", require_safe(home.switch), name="b2b-switch"),
    path("b2b/switch/choose/", home.choose, name="b2b-choose"),
    path("b2b/catalog/", require_safe(catalogue.catalogue), name="b2b-catalog"),
    path("b2b/catalog/why/<path:code>", require_safe(catalogue.why), name="b2b-why"),
    path("b2b/catalog/sku/<path:code>", require_safe(catalogue.sku), name="b2b-sku"),
    path("b2b/quick-order/", quick_order.quick_order, name="b2b-quick-order"),
    path(
        "b2b/quick-order/row/",
        require_safe(quick_order.quick_order_row),
        name="b2b-quick-order-row",
    ),
    path(
        "b2b/quick-order/sample.csv",
        require_safe(quick_order.quick_order_sample),
        name="b2b-quick-order-sample",
    ),
    path("b2b/basket/", require_safe(basket.basket), name="b2b-basket"),
    path("b2b/basket/put/", catalogue.basket_put, name="b2b-basket-put"),
    path("b2b/basket/change/", basket.basket_change, name="b2b-basket-change"),
    path("b2b/basket/empty/", basket.basket_empty, name="b2b-basket-empty"),
    path("b2b/checkout/", checkout.checkout, name="b2b-checkout"),
    path("b2b/checkout/check/", checkout.check, name="b2b-check"),
    path("b2b/orders/", require_safe(orders.order_list), name="b2b-order-list"),
    path("b2b/orders/<int:number>/", require_safe(orders.order_detail), name="b2b-order-detail"),
    path(
        "b2b/orders/<int:number>/placed/",
        require_safe(orders.order_placed),
        name="b2b-order-placed",
    ),
    path("b2b/orders/<int:number>/again/", require_safe(orders.reorder), name="b2b-reorder"),
    path(
        "b2b/orders/<int:number>/why/<int:position>/",
        require_safe(orders.order_line_why),
        name="b2b-order-line-why",
    ),
    path("office/companies/", require_safe(companies.company_list), name="company-list"),
    path("office/companies/new/", companies.company_create, name="company-create"),
    path(
        "office/companies/<slug:code>/",
        require_safe(companies.company_detail),
        name="company-detail",
    ),
    path("office/companies/<slug:code>/edit/", companies.company_edit, name="company-edit"),
    path("office/companies/<slug:code>/roles/give/", companies.role_give, name="company-role-give"),
    path("office/companies/<slug:code>/roles/take/", companies.role_take, name="company-role-take"),
    path(
        "office/companies/<slug:code>/payments/",
        companies.payment_record,
        name="company-payment-record",
    ),
]
