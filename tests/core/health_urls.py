"""The three routes of the health checks, without the rest of the house."""

from django.urls import path

from oms.core import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
