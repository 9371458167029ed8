"""Taking in a table of locations."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from inventory.forms.locations import LocationImportForm
from inventory.location_imports import COLUMNS
from inventory.views.uploads import Upload
from oms.core.export import export_csv
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page

LOCATIONS = Upload(
    kind="inventory.location_import",
    title=gettext_lazy("Locations from %(name)s"),
    template="inventory/location_import.html",
    apply="location-import-apply",
)


@page(Permission.SETTINGS_MANAGE)
def location_import(request: PageRequest) -> HttpResponse:
    """Upload a file; the job's page shows how it goes."""
    return LOCATIONS.page(request, LocationImportForm(request.POST or None, request.FILES or None))


@page(Permission.SETTINGS_MANAGE)
@require_POST
def location_import_apply(request: PageRequest, uid: UUID) -> HttpResponse:
    """Apply a file that was only checked."""
    return LOCATIONS.applied(request, uid)


@page(Permission.SETTINGS_MANAGE)
def location_import_template(request: PageRequest) -> HttpResponseBase:
    """A file to start from: the right columns."""
    del request
    return export_csv(list(COLUMNS), [], "locations-template.csv")
