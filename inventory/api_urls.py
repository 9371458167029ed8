"""Routes under `/api/v1/`."""

from django.urls import path

from inventory.api import batches, counts, dispositions, purchasing, stock, transfers

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
    path("dispositions/", dispositions.DispositionListView.as_view(), name="api-disposition-list"),
    path(
        "dispositions/<uuid:uid>/put-back/",
        dispositions.DispositionPutBackView.as_view(),
        name="api-disposition-put-back",
    ),
    path(
        "dispositions/<uuid:uid>/write-off/",
        dispositions.DispositionWriteOffView.as_view(),
        name="api-disposition-write-off",
    ),
    path("suppliers/", purchasing.SupplierListView.as_view(), name="api-supplier-list"),
    path(
        "supplier-items/", purchasing.SupplierItemListView.as_view(), name="api-supplier-item-list"
    ),
    path("purchase-orders/", purchasing.PurchaseListView.as_view(), name="api-purchase-order-list"),
    path(
        "purchase-orders/<int:number>/",
        purchasing.PurchaseView.as_view(),
        name="api-purchase-order",
    ),
    path(
        "purchase-orders/<int:number>/receive/",
        purchasing.PurchaseReceiveView.as_view(),
        name="api-purchase-order-receive",
    ),
    path("counts/", counts.CountListView.as_view(), name="api-count-list"),
    path("counts/<int:number>/", counts.CountView.as_view(), name="api-count"),
    path(
        "counts/<int:number>/lines/", counts.CountLineListView.as_view(), name="api-count-line-list"
    ),
    path("counts/<int:number>/finish/", counts.CountFinishView.as_view(), name="api-count-finish"),
    path(
        "counts/<int:number>/approve/", counts.CountApproveView.as_view(), name="api-count-approve"
    ),
    path(
        "counts/<int:number>/recount/", counts.CountRecountView.as_view(), name="api-count-recount"
    ),
    path("counts/<int:number>/cancel/", counts.CountCancelView.as_view(), name="api-count-cancel"),
    path("transfers/", transfers.TransferListView.as_view(), name="api-transfer-list"),
    path("transfers/<int:number>/", transfers.TransferView.as_view(), name="api-transfer"),
    path(
        "transfers/<int:number>/ship/",
        transfers.TransferShipView.as_view(),
        name="api-transfer-ship",
    ),
    path(
        "transfers/<int:number>/receive/",
        transfers.TransferReceiveView.as_view(),
        name="api-transfer-receive",
    ),
]
