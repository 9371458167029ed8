"""Routes under `/api/v1/`."""

from django.urls import path

from inventory import api

urlpatterns = [
    path("locations/", api.LocationListView.as_view(), name="api-location-list"),
    path("stock/", api.StockListView.as_view(), name="api-stock-list"),
    path("stock/adjustments/", api.AdjustmentView.as_view(), name="api-stock-adjustment"),
    path("stock/movements/", api.MovementListView.as_view(), name="api-stock-movement-list"),
]
