"""Routes under `/api/v1/`."""

from django.urls import path

from oms.orders.api import availability, changes, fulfilment, holds, offers, orders, shortages

urlpatterns = [
    path("orders/", orders.OrderListView.as_view(), name="api-order-list"),
    path("orders/<int:number>/", orders.OrderView.as_view(), name="api-order-detail"),
    path("orders/<int:number>/cancel/", orders.OrderCancelView.as_view(), name="api-order-cancel"),
    path(
        "orders/<int:number>/fulfilment-orders/",
        fulfilment.OrderFulfilmentView.as_view(),
        name="api-order-fulfilment",
    ),
    path(
        "fulfilment-orders/",
        fulfilment.FulfilmentListView.as_view(),
        name="api-fulfilment-list",
    ),
    path(
        "fulfilment-orders/<uuid:uid>/",
        fulfilment.FulfilmentView.as_view(),
        name="api-fulfilment-detail",
    ),
    path(
        "fulfilment-orders/<uuid:uid>/pick/",
        fulfilment.FulfilmentPickView.as_view(),
        name="api-fulfilment-pick",
    ),
    path(
        "fulfilment-orders/<uuid:uid>/ready/",
        fulfilment.FulfilmentReadyView.as_view(),
        name="api-fulfilment-ready",
    ),
    path(
        "fulfilment-orders/<uuid:uid>/ship/",
        fulfilment.FulfilmentShipView.as_view(),
        name="api-fulfilment-ship",
    ),
    path("shortages/", shortages.ShortageListView.as_view(), name="api-shortage-list"),
    path("shortages/<uuid:uid>/", shortages.ShortageView.as_view(), name="api-shortage"),
    path(
        "shortages/<uuid:uid>/resource/",
        shortages.ShortageResourceView.as_view(),
        name="api-shortage-resource",
    ),
    path(
        "shortages/<uuid:uid>/back-order/",
        shortages.ShortageBackOrderView.as_view(),
        name="api-shortage-back-order",
    ),
    path(
        "shortages/<uuid:uid>/substitute/",
        shortages.ShortageSubstituteView.as_view(),
        name="api-shortage-substitute",
    ),
    path(
        "shortages/<uuid:uid>/cancel/",
        shortages.ShortageCancelView.as_view(),
        name="api-shortage-cancel",
    ),
    path("availability/", availability.AvailabilityView.as_view(), name="api-availability"),
    path(
        "availability/changes/",
        changes.ChangesView.as_view(),
        name="api-availability-changes",
    ),
    path("holds/", holds.HoldListView.as_view(), name="api-hold-list"),
    path("holds/<uuid:uid>/", holds.HoldView.as_view(), name="api-hold-detail"),
    path("prices/", offers.PricesView.as_view(), name="api-prices"),
    path("promise/", offers.PromiseView.as_view(), name="api-promise"),
]
