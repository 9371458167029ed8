"""The composition of all pages and the API."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from oms.core import handlers, health

API_APPS = ("catalog", "inventory", "oms.orders", "oms.returns", "stores", "b2b")
PAGE_APPS = (
    "oms.office",
    "oms.notifications",
    "catalog",
    "inventory",
    "oms.orders",
    "oms.returns",
    "stores",
    "b2b",
)

handler400 = handlers.bad_request
handler403 = handlers.permission_denied
handler404 = handlers.not_found
handler500 = handlers.server_error

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("api/v1/", include([path("", include(f"{app}.api_urls")) for app in API_APPS])),
    *(path("", include(f"{app}.urls")) for app in PAGE_APPS),
]
