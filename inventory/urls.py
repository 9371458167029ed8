"""Pages."""

from django.urls import path

from inventory import purchasing_urls, transfer_urls
from inventory.views import (
    audit,
    availability_rules,
    batches,
    correction,
    counts,
    dispositions,
    imports,
    location_imports,
    locations,
    matrix,
    shortages,
    sku_movements,
    stock,
)

urlpatterns = [
    path("office/stock/", stock.stock_list, name="stock-list"),
    path("office/stock/matrix/", matrix.stock_matrix, name="stock-matrix"),
    path("office/stock/sku/<path:code>/", stock.stock_sku, name="stock-sku"),
    path(
        "office/stock/movements/<path:code>/at/<str:location>/",
        stock.stock_movements,
        name="stock-movements",
    ),
    path(
        "office/stock/movements/<path:code>/",
        sku_movements.sku_movements,
        name="stock-sku-movements",
    ),
    path(
        "office/stock/adjust/<path:code>/at/<str:location>/",
        correction.stock_adjust,
        name="stock-adjust",
    ),
    path(
        "office/stock/set-aside/<path:code>/at/<str:location>/",
        dispositions.disposition_new,
        name="disposition-new",
    ),
    path("office/set-aside/", dispositions.disposition_list, name="disposition-list"),
    path(
        "office/set-aside/<uuid:uid>/part/", dispositions.disposition_part, name="disposition-part"
    ),
    path(
        "office/set-aside/<uuid:uid>/put-back/",
        dispositions.disposition_put_back,
        name="disposition-put-back",
    ),
    path(
        "office/set-aside/<uuid:uid>/write-off/",
        dispositions.disposition_write_off,
        name="disposition-write-off",
    ),
    path("office/stock/import/", imports.stock_import, name="stock-import"),
    path(
        "office/stock/import/template.csv",
        imports.stock_import_template,
        name="stock-import-template",
    ),
    path(
        "office/stock/import/<uuid:uid>/apply/",
        imports.stock_import_apply,
        name="stock-import-apply",
    ),
    path("office/shortages/", shortages.shortage_list, name="shortage-list"),
    path("office/stock-sync/", batches.batch_list, name="stock-batch-list"),
    path("office/stock-sync/new/", batches.batch_new, name="stock-batch-new"),
    path("office/stock-sync/<uuid:uid>/", batches.batch_detail, name="stock-batch"),
    path(
        "office/stock-sync/<uuid:uid>/progress/",
        batches.batch_progress,
        name="stock-batch-progress",
    ),
    path("office/stock-sync/<uuid:uid>/errors/", batches.batch_errors, name="stock-batch-errors"),
    path(
        "office/stock-sync/<uuid:uid>/movements/", batches.batch_rows, name="stock-batch-movements"
    ),
    path("office/stock-sync/<uuid:uid>/apply/", batches.batch_apply, name="stock-batch-apply"),
    path("office/stock-sync/<uuid:uid>/retry/", batches.batch_try_again, name="stock-batch-retry"),
    path("office/stock/drift/", batches.drift_report, name="stock-drift"),
    path("office/stock/audit/", audit.stock_audit_page, name="stock-audit"),
    path(
        "office/availability-rules/",
        availability_rules.availability_rule_list,
        name="availability-rule-list",
    ),
    path(
        "office/availability-rules/new/",
        availability_rules.availability_rule_edit,
        name="availability-rule-new",
    ),
    path(
        "office/availability-rules/<uuid:uid>/",
        availability_rules.availability_rule_edit,
        name="availability-rule-edit",
    ),
    path(
        "office/availability-rules/<uuid:uid>/<str:move>/",
        availability_rules.availability_rule_move,
        name="availability-rule-move",
    ),
    path("office/counts/", counts.count_list, name="count-list"),
    path("office/counts/new/", counts.count_new, name="count-new"),
    path("office/counts/<int:number>/", counts.count_detail, name="count-detail"),
    path("office/counts/<int:number>/sheet/", counts.count_sheet, name="count-sheet"),
    path("office/counts/<int:number>/enter/", counts.count_enter, name="count-enter"),
    path("office/counts/<int:number>/finish/", counts.finish, name="count-finish"),
    path("office/counts/<int:number>/recount/", counts.recount, name="count-recount"),
    path("office/counts/<int:number>/approve/", counts.approve, name="count-approve"),
    path("office/counts/<int:number>/cancel/", counts.cancel, name="count-cancel"),
    path("office/locations/", locations.location_list, name="location-list"),
    path("office/locations/new/", locations.location_new, name="location-new"),
    path("office/locations/import/", location_imports.location_import, name="location-import"),
    path(
        "office/locations/import/template.csv",
        location_imports.location_import_template,
        name="location-import-template",
    ),
    path(
        "office/locations/import/<uuid:uid>/apply/",
        location_imports.location_import_apply,
        name="location-import-apply",
    ),
    path("office/locations/<str:code>/", locations.location_detail, name="location-detail"),
    path("office/locations/<str:code>/edit/", locations.location_edit, name="location-edit"),
    *purchasing_urls.urlpatterns,
    *transfer_urls.urlpatterns,
]
