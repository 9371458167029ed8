"""Pages."""

from django.urls import path

from oms.orders.views import (
    actions,
    customers,
    fulfilment,
    orders,
    shortages,
    sku_substitutes,
    track,
)

urlpatterns = [
    path(
        "office/catalog/substitutes/<path:code>/",
        sku_substitutes.sku_substitutes,
        name="sku-substitutes",
    ),
    path("office/orders/", orders.order_list, name="order-list"),
    path("office/orders/<int:number>/", orders.order_detail, name="order-detail"),
    path("office/orders/<int:number>/cancel/", actions.order_cancel_page, name="order-cancel"),
    path(
        "office/orders/<int:number>/messages/<uuid:uid>/resend/",
        actions.order_message_resend,
        name="order-message-resend",
    ),
    path("office/customers/", customers.customer_list, name="customer-list"),
    path("office/fulfilment/", fulfilment.fulfilment_list, name="fulfilment-list"),
    path("office/fulfilment/<uuid:uid>/pick/", fulfilment.pick, name="fulfilment-pick"),
    path("office/fulfilment/<uuid:uid>/ready/", fulfilment.ready, name="fulfilment-ready"),
    path("office/fulfilment/<uuid:uid>/ship/", fulfilment.ship, name="fulfilment-ship"),
    path("office/shortages/<uuid:uid>/", shortages.shortage_detail, name="shortage-detail"),
    path("office/shortages/<uuid:uid>/move/", shortages.resource, name="shortage-resource"),
    path(
        "office/shortages/<uuid:uid>/back-order/",
        shortages.back_order,
        name="shortage-back-order",
    ),
    path(
        "office/shortages/<uuid:uid>/substitute/",
        shortages.substitute,
        name="shortage-substitute",
    ),
    path("office/shortages/<uuid:uid>/cancel/", shortages.cancel, name="shortage-cancel"),
    path("track/<str:token>/", track.track, name="track"),
]
