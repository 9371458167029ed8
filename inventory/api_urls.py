"""Routes under `/api/v1/`."""

from django.urls import path

from inventory.api import batches, stock

urlpatterns = [
    path("locations/", stock.LocationListView.as_view(), name="api-location-list"),
    path("stock/", stock.StockListView.as_view(), name="api-stock-list"),
    path("stock/adjustments/", stock.AdjustmentView.as_view(), name="api-stock-adjustment"),
    path("stock-batches/", batches.BatchListView.as_view(), name="api-stock-batch-list"),
    path("stock-batches/<uuid:uid>/", batches.BatchView.as_view(), name="api-stock-batch"),
    path(
        "stock-batches/<uuid:uid>/errors/",
        batches.BatchErrorsView.as_view(),
        name="api-stock-batch-errors",
    ),
    path("stock/movements/", stock.MovementListView.as_view(), name="api-stock-movement-list"),
]
