"""Every route that answers GET: who looks at it, or why nobody does. A route not listed fails."""

OFFICE = "office"
GOODS = "goods and prices"
PLACES = "stock, places and companies"
COUNTER = "counter"
PORTAL = "portal"
PUBLIC = "public"


def routes(what: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), what)


# name → whose page it is. Its arguments are those of tests/permissions/routes.py.
SHOWN: dict[str, str] = {
    **routes(PUBLIC, "login track api-docs"),
    **routes(OFFICE, "office-home search job-list job-detail audit-list audit-detail"),
    **routes(OFFICE, "event-list event-detail settings-home api-key-list api-key-new style-guide"),
    **routes(OFFICE, "mailbox message-detail"),
    **routes(GOODS, "catalog-list sku-detail category-list category-new category-edit"),
    **routes(GOODS, "catalog-import catalog-import-preview sku-substitutes"),
    **routes(GOODS, "price-list-list price-list-new price-list-detail price-list-edit"),
    **routes(GOODS, "price-list-import price-list-consequences price-test"),
    **routes(GOODS, "discount-rule-list discount-rule-new discount-rule-detail"),
    **routes(GOODS, "discount-rule-edit"),
    **routes(PLACES, "stock-list stock-sku stock-movements stock-adjust stock-import stock-audit"),
    **routes(PLACES, "availability-rule-list availability-rule-new availability-rule-edit"),
    **routes(COUNTER, "counter-count-list counter-count-page"),
    **routes(PLACES, "count-list count-new count-detail count-sheet count-enter"),
    **routes(PLACES, "disposition-list disposition-new disposition-part"),
    **routes(PLACES, "shortage-list shortage-detail shortage-substitute stock-matrix"),
    **routes(
        PLACES,
        "stock-sku-movements stock-batch-list stock-batch-new stock-batch stock-batch-movements",
    ),
    **routes(PLACES, "stock-drift location-import"),
    **routes(PLACES, "location-list location-new location-detail location-edit"),
    **routes(GOODS, "purchase-order-list purchase-order-new purchase-order-detail"),
    **routes(GOODS, "purchase-order-end purchase-order-confirm"),
    **routes(GOODS, "purchase-order-receive purchase-order-invoice purchase-order-paper"),
    **routes(GOODS, "reorder-proposals supplier-list supplier-new supplier-detail supplier-edit"),
    **routes(GOODS, "supplier-item supplier-item-new supplier-import"),
    **routes(PLACES, "transfer-list transfer-new transfer-detail transfer-paper"),
    **routes(PLACES, "transfer-discrepancy-list transfer-receive transfer-ship"),
    **routes(OFFICE, "order-list order-detail order-cancel customer-list"),
    **routes(OFFICE, "fulfilment-list fulfilment-ship return-list return-create"),
    **routes(PLACES, "company-list company-create company-detail company-edit"),
    **routes(COUNTER, "counter counter-store counter-find counter-more counter-scanner"),
    **routes(COUNTER, "counter-pickup counter-decline counter-preview"),
    **routes(
        COUNTER,
        "counter-look-up counter-item counter-adjust counter-set-aside counter-set-aside-list"
        " counter-set-aside-part",
    ),
    **routes(COUNTER, "counter-slip counter-label"),
    **routes(COUNTER, "counter-receive counter-goods counter-goods-end"),
    **routes(PORTAL, "b2b-home b2b-switch b2b-catalog b2b-sku b2b-quick-order b2b-basket"),
    **routes(PORTAL, "b2b-checkout b2b-check b2b-order-list b2b-order-detail b2b-order-placed"),
    **routes(PORTAL, "b2b-reorder"),
}

ACTS = "acts: answers POST only"
PART = "part of a page, seen inside it"
FILE = "a file"
MACHINE = "for machines"
LEAVES = "sends the browser elsewhere"
NOT_SHOWN: dict[str, str] = {
    **routes(MACHINE, "healthz readyz metrics api-schema"),
    **routes(LEAVES, "home purchase-order-edit"),
    **routes(PART, "job-progress message-body b2b-why b2b-order-line-why b2b-quick-order-row"),
    **routes(FILE, "job-result job-errors stock-import-template b2b-quick-order-sample"),
    **routes(FILE, "sku-picture purchase-order-table supplier-import-template"),
    **routes(PART, "stock-batch-progress"),
    **routes(FILE, "stock-batch-errors location-import-template"),
    **routes(ACTS, "logout preferences job-cancel event-retry message-resend api-key-revoke"),
    **routes(ACTS, "catalog-import-apply category-remove discount-rule-move price-list-adjust"),
    **routes(ACTS, "price-list-confirm price-list-move stock-import-apply order-message-resend"),
    **routes(ACTS, "fulfilment-pick fulfilment-ready counter-scan counter-take counter-pick-scan"),
    **routes(ACTS, "counter-count counter-ready counter-place counter-pay counter-pay-back"),
    **routes(
        ACTS, "counter-hand-over counter-undo counter-extend counter-reinstate counter-unready"
    ),
    **routes(ACTS, "counter-unextend counter-put-back-undo"),
    **routes(ACTS, "counter-put-back counter-found counter-resend b2b-choose b2b-basket-put"),
    **routes(ACTS, "b2b-basket-change b2b-basket-empty company-role-give company-role-take"),
    **routes(ACTS, "transfer-check transfer-cancel transfer-settle"),
    **routes(ACTS, "company-payment-record counter-receive-scan counter-goods-scan"),
    **routes(ACTS, "counter-goods-count counter-goods-undo"),
    **routes(ACTS, "purchase-order-send supplier-invoice-accept"),
    **routes(ACTS, "supplier-import-apply"),
    **routes(ACTS, "availability-rule-move"),
    **routes(ACTS, "counter-count-scan counter-count-line counter-count-end"),
    **routes(ACTS, "count-finish count-recount count-approve count-cancel"),
    **routes(ACTS, "disposition-put-back disposition-write-off"),
    **routes(ACTS, "counter-set-aside-put-back counter-set-aside-write-off"),
    **routes(ACTS, "shortage-resource shortage-back-order shortage-cancel counter-adjust-undo"),
    **routes(ACTS, "stock-batch-apply stock-batch-retry location-import-apply"),
}
