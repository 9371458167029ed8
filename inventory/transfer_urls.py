"""Pages of transfers."""

from django.urls import path

from inventory.views import transfer_moves, transfers

TRANSFER = "office/transfers/<int:number>/"

urlpatterns = [
    path("office/transfers/", transfers.transfer_list, name="transfer-list"),
    path("office/transfers/new/", transfers.transfer_new, name="transfer-new"),
    path("office/transfers/new/check/", transfers.transfer_check, name="transfer-check"),
    path(
        "office/transfers/discrepancies/",
        transfers.discrepancy_list,
        name="transfer-discrepancy-list",
    ),
    path(TRANSFER, transfers.transfer_detail, name="transfer-detail"),
    path(TRANSFER + "paper/", transfers.transfer_paper, name="transfer-paper"),
    path(TRANSFER + "ship/", transfer_moves.transfer_ship_page, name="transfer-ship"),
    path(TRANSFER + "receive/", transfer_moves.transfer_receive_page, name="transfer-receive"),
    path(TRANSFER + "cancel/", transfer_moves.transfer_cancel_it, name="transfer-cancel"),
    path(TRANSFER + "settle/", transfer_moves.transfer_settle_it, name="transfer-settle"),
]
