"""Goods set aside, for tests."""

import uuid
from typing import Any

from catalog.models import Sku
from inventory.models import Disposition, Location
from inventory.services.dispositions import Aside, set_aside
from inventory.status import DispositionReason
from tests.inventory.factories import ACTOR


def make_aside(
    sku: Sku,
    location: Location,
    units: int = 1,
    reason: DispositionReason = DispositionReason.DAMAGED,
    *,
    accept: bool = False,
    **fields: Any,
) -> Disposition:
    """Set units aside; without `expires_at` until somebody ends it."""
    fields.setdefault("uid", uuid.uuid4())
    fields.setdefault("expires_at", None)
    aside = Aside(sku_id=sku.pk, location=location, units=units, reason=reason, **fields)
    return set_aside(aside, accept_shortage=accept, actor=ACTOR)
