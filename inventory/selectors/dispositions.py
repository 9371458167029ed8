"""Reading what is set aside."""

from django.db.models import QuerySet

from inventory.models import Disposition, Location
from oms.core.actors import Actor
from oms.core.permissions import Permission


def dispositions_visible(
    actor: Actor, permission: Permission = Permission.STOCK_VIEW
) -> QuerySet[Disposition]:
    """What is set aside or was, at the locations `actor` may reach with `permission`."""
    rows: QuerySet[Disposition] = Disposition.objects.visible_to(actor, permission)
    return rows.select_related("sku", "location")


def set_aside_at(location: Location) -> QuerySet[Disposition]:
    """What is set aside at a location now, the newest first."""
    rows = Disposition.objects.filter(location=location, ended_at=None)
    return rows.select_related("sku").order_by("-pk")
