"""Which of several locations is near."""

import pytest

from oms.sourcing.services import source
from oms.sourcing.solver import Line
from tests.inventory.factories import make_location, make_sku, put

pytestmark = pytest.mark.django_db
MILAN, NAPLES = (45.46, 9.19), (40.85, 14.27)


def test_a_location_nobody_knows_the_place_of_comes_last() -> None:
    nowhere = make_location("A", priority=9)
    naples = make_location("B", latitude=NAPLES[0], longitude=NAPLES[1])
    sku = make_sku()
    for location in (nowhere, naples):
        put(sku, location, 5)
    line = Line(1, sku.pk, 1, {sku.pk: 1})

    found = source([line], [nowhere, naples], destination=MILAN, channel=None)

    assert [share.location_id for share in found.shares] == [naples.pk]
    anywhere = source([line], [nowhere, naples], destination=None, channel=None)
    assert [share.location_id for share in anywhere.shares] == [nowhere.pk]
