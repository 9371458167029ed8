"""Routes under `/api/v1/`."""

from django.urls import path

from oms.returns import api

urlpatterns = [
    path("returns/", api.ReturnListView.as_view(), name="api-return-list"),
    path("orders/<int:number>/returns/", api.OrderReturnView.as_view(), name="api-order-return"),
]
