"""Routes under `/api/v1/`."""

from django.urls import path

from b2b import api

urlpatterns = [
    path("companies/", api.CompanyListView.as_view(), name="api-company-list"),
    path("companies/<slug:code>/", api.CompanyView.as_view(), name="api-company-detail"),
]
