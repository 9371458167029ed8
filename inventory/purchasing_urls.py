"""Pages of suppliers and purchasing."""

from django.urls import path

from inventory.views import deliveries, purchasing, reorder, suppliers

ORDER = "office/purchasing/<int:number>/"
SUPPLIERS = "office/purchasing/suppliers/"

urlpatterns = [
    path("office/purchasing/", purchasing.purchase_list, name="purchase-order-list"),
    path("office/purchasing/new/", purchasing.purchase_new, name="purchase-order-new"),
    path("office/purchasing/proposals/", reorder.reorder_proposals, name="reorder-proposals"),
    path(ORDER, purchasing.purchase_detail, name="purchase-order-detail"),
    path(f"{ORDER}edit/", purchasing.purchase_edit, name="purchase-order-edit"),
    path(f"{ORDER}order/", purchasing.purchase_send_view, name="purchase-order-send"),
    path(f"{ORDER}end/", purchasing.purchase_end, name="purchase-order-end"),
    path(f"{ORDER}paper/", purchasing.purchase_paper, name="purchase-order-paper"),
    path(f"{ORDER}lines.csv", purchasing.purchase_table, name="purchase-order-table"),
    path(f"{ORDER}confirm/", deliveries.purchase_confirm_page, name="purchase-order-confirm"),
    path(f"{ORDER}receive/", deliveries.purchase_receive_page, name="purchase-order-receive"),
    path(f"{ORDER}invoice/", deliveries.purchase_invoice_page, name="purchase-order-invoice"),
    path(
        "office/purchasing/invoices/<uuid:uid>/accept/",
        deliveries.invoice_accept_view,
        name="supplier-invoice-accept",
    ),
    path(SUPPLIERS, suppliers.supplier_list, name="supplier-list"),
    path(f"{SUPPLIERS}new/", suppliers.supplier_new, name="supplier-new"),
    path(f"{SUPPLIERS}import/", suppliers.supplier_import_page, name="supplier-import"),
    path(
        f"{SUPPLIERS}import/<str:what>/template.csv",
        suppliers.supplier_import_template,
        name="supplier-import-template",
    ),
    path(
        f"{SUPPLIERS}import/<uuid:uid>/apply/",
        suppliers.supplier_import_apply,
        name="supplier-import-apply",
    ),
    path(f"{SUPPLIERS}<str:code>/", suppliers.supplier_detail, name="supplier-detail"),
    path(f"{SUPPLIERS}<str:code>/edit/", suppliers.supplier_edit, name="supplier-edit"),
    path(
        f"{SUPPLIERS}<str:code>/items/new/", suppliers.supplier_item_new, name="supplier-item-new"
    ),
    path(f"{SUPPLIERS}<str:code>/items/<path:sku>/", suppliers.supplier_item, name="supplier-item"),
]
