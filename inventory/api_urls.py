"""Routes under `/api/v1/`."""

from django.urls import path

from inventory import api, api_batches

urlpatterns = [
    path("locations/", api.LocationListView.as_view(), name="api-location-list"),
    path("stock/", api.StockListView.as_view(), name="api-stock-list"),
    path("stock/adjustments/", api.AdjustmentView.as_view(), name="api-stock-adjustment"),
    path("stock-batches/", api_batches.BatchListView.as_view(), name="api-stock-batch-list"),
    path("stock-batches/<uuid:uid>/", api_batches.BatchView.as_view(), name="api-stock-batch"),
    path(
        "stock-batches/<uuid:uid>/errors/",
        api_batches.BatchErrorsView.as_view(),
        name="api-stock-batch-errors",
    ),
    path("stock/movements/", api.MovementListView.as_view(), name="api-stock-movement-list"),
]
