"""Pages of the back office that belong to no single app, signing in, and where one lands."""

from django.urls import URLPattern, path

from oms.core.permissions import Permission
from oms.core.web import page
from oms.office import pictures, styleguide
from oms.office.views import account, audit, events, home, jobs, keys, search

urlpatterns: list[URLPattern] = [
    path("", account.home, name="home"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("preferences/", account.preferences, name="preferences"),
    path("pictures/<path:code>.svg", pictures.sku_picture, name="sku-picture"),
    path("office/", home.office_home, name="office-home"),
    path("office/search/", search.search, name="search"),
    path("office/jobs/", jobs.job_list, name="job-list"),
    path("office/jobs/<uuid:uid>/", jobs.job_detail, name="job-detail"),
    path("office/jobs/<uuid:uid>/progress/", jobs.job_progress, name="job-progress"),
    path("office/jobs/<uuid:uid>/result/", jobs.job_result, name="job-result"),
    path("office/jobs/<uuid:uid>/errors.csv", jobs.job_errors, name="job-errors"),
    path("office/jobs/<uuid:uid>/cancel/", jobs.job_cancel_view, name="job-cancel"),
    path("office/audit/", audit.audit_list, name="audit-list"),
    path("office/audit/<int:pk>/", audit.audit_detail, name="audit-detail"),
    path("office/events/", events.event_list, name="event-list"),
    path("office/events/retry/", events.event_retry, name="event-retry"),
    path("office/events/<int:position>/", events.event_detail, name="event-detail"),
    path("office/settings/", keys.settings_home, name="settings-home"),
    path("office/settings/keys/", keys.api_key_list, name="api-key-list"),
    path("office/settings/keys/new/", keys.api_key_new, name="api-key-new"),
    path("office/settings/keys/<int:pk>/revoke/", keys.api_key_revoke_view, name="api-key-revoke"),
    path(
        "office/style-guide/",
        page(Permission.SETTINGS_MANAGE)(styleguide.style_guide),
        name="style-guide",
    ),
]
