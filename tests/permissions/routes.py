"""Every route, the permission it asks for, and what its arguments name. A route not listed fails.

`subject` is an attribute of the world (`tests/permissions/world.py`): a pair of route arguments,
one set for an object of store A or company X, one for the same of store B or company Y.
"""

from typing import NamedTuple

from oms.core.permissions import Permission as P

PUBLIC = "public"
SIGNED_IN = "signed in"


class Route(NamedTuple):
    permission: str
    subject: str = ""


def pages(permission: str, names: str, subject: str = "") -> dict[str, Route]:
    return {name: Route(permission, subject) for name in names.split()}


PAGES: dict[str, Route] = {
    **pages(PUBLIC, "healthz readyz metrics api-schema api-docs login logout preferences home"),
    **pages(PUBLIC, "track track-cancel", "tracking"),
    **pages(PUBLIC, "sku-picture", "sku"),
    # Back office: jobs, audit, events, keys, mailbox
    **pages(P.OFFICE_VIEW, "office-home search job-list mailbox order-list customer-list"),
    **pages(P.OFFICE_VIEW, "job-detail", "job"),
    **pages(SIGNED_IN, "job-progress job-result job-errors job-cancel", "job"),
    **pages(P.AUDIT_VIEW, "audit-list stock-audit"),
    **pages(P.AUDIT_VIEW, "audit-detail", "audit"),
    **pages(P.SETTINGS_MANAGE, "event-list event-retry settings-home api-key-list api-key-new"),
    **pages(P.SETTINGS_MANAGE, "style-guide location-new"),
    **pages(P.SETTINGS_MANAGE, "event-detail", "event"),
    **pages(P.SETTINGS_MANAGE, "api-key-revoke", "key"),
    **pages(P.OFFICE_VIEW, "message-detail message-body message-resend", "message"),
    # Catalogue and prices
    **pages(P.CATALOG_VIEW, "catalog-list category-list"),
    **pages(P.CATALOG_VIEW, "sku-detail", "sku"),
    **pages(P.CATALOG_MANAGE, "sku-substitutes", "sku"),
    **pages(P.CATALOG_MANAGE, "category-new catalog-import"),
    **pages(P.CATALOG_MANAGE, "category-edit category-remove", "category"),
    **pages(SIGNED_IN, "catalog-import-preview catalog-import-apply", "job"),
    **pages(P.PRICES_VIEW, "price-list-list price-test discount-rule-list"),
    **pages(P.PRICES_VIEW, "price-list-detail", "price_list"),
    **pages(P.PRICES_VIEW, "discount-rule-detail", "rule"),
    **pages(P.PRICES_MANAGE, "price-list-new discount-rule-new"),
    **pages(P.PRICES_MANAGE, "discount-rule-edit", "rule"),
    **pages(P.PRICES_MANAGE, "discount-rule-move", "rule_move"),
    **pages(
        P.PRICES_MANAGE,
        "price-list-edit price-list-adjust price-list-confirm price-list-import"
        " price-list-consequences",
        "price_list",
    ),
    **pages(P.PRICES_MANAGE, "price-list-move", "price_list_move"),
    # Stock
    **pages(P.STOCK_VIEW, "stock-list location-list availability-rule-list"),
    **pages(P.STOCK_VIEW, "shortage-list stock-matrix"),
    **pages(P.STOCK_VIEW, "stock-sku stock-sku-movements", "sku"),
    **pages(P.STOCK_VIEW, "stock-movements", "stock"),
    **pages(P.STOCK_VIEW, "location-detail", "location"),
    **pages(P.STOCK_VIEW, "shortage-detail", "shortage"),
    **pages(
        P.ORDERS_MANAGE,
        "shortage-resource shortage-back-order shortage-substitute shortage-cancel",
        "shortage",
    ),
    **pages(P.STOCK_ADJUST, "stock-adjust", "stock"),
    **pages(P.STOCK_VIEW, "disposition-list"),
    **pages(P.STOCK_HANDLE, "disposition-new", "stock"),
    **pages(P.STOCK_HANDLE, "disposition-put-back counter-set-aside-put-back", "disposition"),
    **pages(P.STOCK_HANDLE, "disposition-part counter-set-aside-part", "disposition"),
    **pages(P.STOCK_ADJUST, "disposition-write-off counter-set-aside-write-off", "disposition"),
    **pages(P.STOCK_ADJUST, "stock-import stock-import-template"),
    **pages(P.STOCK_ADJUST, "stock-import-apply", "job"),
    **pages(P.STOCK_VIEW, "stock-batch-list stock-drift"),
    **pages(
        P.STOCK_VIEW,
        "stock-batch stock-batch-progress stock-batch-errors stock-batch-movements",
        "batch",
    ),
    **pages(P.STOCK_ADJUST, "stock-batch-new"),
    **pages(P.STOCK_ADJUST, "stock-batch-apply stock-batch-retry", "batch"),
    **pages(P.SETTINGS_MANAGE, "location-edit", "location"),
    **pages(P.SETTINGS_MANAGE, "location-import location-import-template"),
    **pages(P.SETTINGS_MANAGE, "location-import-apply", "job"),
    # Purchasing
    **pages(P.PURCHASING_VIEW, "purchase-order-list reorder-proposals supplier-list"),
    **pages(
        P.PURCHASING_VIEW,
        "purchase-order-detail purchase-order-paper purchase-order-table",
        "purchase",
    ),
    **pages(P.PURCHASING_VIEW, "supplier-detail", "supplier"),
    **pages(P.PURCHASING_VIEW, "supplier-item", "supplier_item"),
    **pages(P.PURCHASING_MANAGE, "purchase-order-new supplier-new supplier-import"),
    **pages(
        P.PURCHASING_MANAGE,
        "purchase-order-edit purchase-order-send purchase-order-end purchase-order-confirm"
        " purchase-order-invoice",
        "purchase",
    ),
    **pages(P.PURCHASING_MANAGE, "supplier-edit supplier-item-new", "supplier"),
    **pages(P.PURCHASING_MANAGE, "supplier-import-template", "supplier_table"),
    **pages(P.PURCHASING_MANAGE, "supplier-import-apply", "job"),
    **pages(P.PURCHASING_MANAGE, "supplier-invoice-accept", "supplier_invoice"),
    **pages(P.STOCK_HANDLE, "purchase-order-receive", "purchase"),
    **pages(P.SETTINGS_MANAGE, "availability-rule-new"),
    **pages(P.SETTINGS_MANAGE, "availability-rule-edit", "availability_rule"),
    **pages(P.SETTINGS_MANAGE, "availability-rule-move", "availability_rule_move"),
    # Counts
    **pages(P.STOCK_HANDLE, "counter-count-list"),
    **pages(P.STOCK_HANDLE, "counter-count-page counter-count-scan counter-count-end", "count"),
    **pages(P.STOCK_HANDLE, "counter-count-line", "count_line"),
    **pages(P.STOCK_VIEW, "count-list"),
    **pages(P.STOCK_VIEW, "count-detail count-sheet", "count"),
    **pages(P.STOCK_HANDLE, "count-new"),
    **pages(P.STOCK_HANDLE, "count-enter count-finish", "count"),
    **pages(P.STOCK_ADJUST, "count-recount count-approve count-cancel", "count"),
    **pages(P.STOCK_VIEW, "transfer-list transfer-discrepancy-list"),
    **pages(P.STOCK_VIEW, "transfer-detail transfer-paper", "transfer"),
    **pages(P.STOCK_HANDLE, "transfer-new transfer-check"),
    **pages(
        P.STOCK_HANDLE,
        "transfer-ship transfer-receive transfer-cancel transfer-settle",
        "transfer",
    ),
    # Orders
    **pages(P.OFFICE_VIEW, "order-detail", "order"),
    **pages(P.ORDERS_MANAGE, "order-cancel", "order"),
    **pages(P.ORDERS_MANAGE, "order-message-resend", "order_message"),
    **pages(P.ORDERS_FULFIL, "fulfilment-list"),
    **pages(P.ORDERS_FULFIL, "fulfilment-pick fulfilment-ready fulfilment-ship", "work"),
    **pages(P.ORDERS_VIEW, "return-list"),
    **pages(P.ORDERS_MANAGE, "return-create", "order"),
    # Counter
    **pages(
        P.ORDERS_FULFIL,
        "counter counter-store counter-scan counter-find counter-more counter-scanner"
        " counter-look-up",
    ),
    **pages(
        P.ORDERS_FULFIL,
        "counter-pickup counter-take counter-pick-scan counter-preview counter-ready counter-place"
        " counter-pay counter-pay-back counter-hand-over counter-undo counter-extend"
        " counter-reinstate counter-unready counter-unextend counter-resend counter-slip"
        " counter-label",
        "pickup",
    ),
    **pages(P.ORDERS_FULFIL, "counter-count counter-decline", "pickup_line"),
    **pages(P.ORDERS_FULFIL, "counter-put-back counter-put-back-undo", "put_back"),
    **pages(P.ORDERS_FULFIL, "counter-found", "decline"),
    **pages(P.STOCK_HANDLE, "counter-receive counter-receive-scan"),
    **pages(
        P.STOCK_HANDLE,
        "counter-goods counter-goods-scan counter-goods-undo counter-goods-end",
        "goods",
    ),
    **pages(P.STOCK_HANDLE, "counter-goods-count", "goods_line"),
    **pages(P.ORDERS_FULFIL, "counter-item", "sku"),
    **pages(P.STOCK_HANDLE, "counter-adjust counter-set-aside", "sku"),
    **pages(P.STOCK_HANDLE, "counter-set-aside-list"),
    **pages(P.STOCK_HANDLE, "counter-adjust-undo", "adjustment"),
    # B2B
    **pages(
        P.ORDERS_PLACE,
        "b2b-home b2b-switch b2b-choose b2b-catalog b2b-quick-order b2b-quick-order-row"
        " b2b-quick-order-sample b2b-basket b2b-basket-put b2b-basket-change b2b-basket-empty"
        " b2b-checkout b2b-check b2b-order-list",
    ),
    **pages(P.ORDERS_PLACE, "b2b-why b2b-sku", "sku"),
    **pages(P.ORDERS_PLACE, "b2b-order-detail b2b-order-placed b2b-reorder", "company_order"),
    **pages(P.ORDERS_PLACE, "b2b-order-line-why", "company_order_line"),
    **pages(P.OFFICE_VIEW, "company-list"),
    **pages(P.OFFICE_VIEW, "company-detail", "company"),
    **pages(P.COMPANIES_MANAGE, "company-create"),
    **pages(
        P.COMPANIES_MANAGE,
        "company-edit company-role-give company-role-take company-payment-record",
        "company",
    ),
}
