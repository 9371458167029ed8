"""The ledger's months."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from inventory.errors import AlreadyBooked
from inventory.models import SourceReference, StockMovement
from inventory.services.adjustment import StockChange, adjust
from inventory.services.partitions import partitions_ensure
from oms.core.actors import system_actor
from oms.core.clock import now
from tests.inventory.factories import make_location, make_sku

pytestmark = pytest.mark.django_db


def partitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname, pg_get_expr(child.relpartbound, child.oid) FROM pg_inherits"
            " JOIN pg_class AS child ON child.oid = inhrelid"
            " WHERE inhparent = 'inventory_stockmovement'::regclass"
        )
        return dict(cursor.fetchall())


def test_a_year_of_months_is_ready_and_made_once() -> None:
    first = f"inventory_stockmovement_{now():%Y_%m}"
    # Those of the past are of tests that brought a ledger along.
    months = sorted(name for name in partitions() if name >= first)
    assert len(months) == 13
    assert months[0] == first
    assert partitions_ensure() == []


def test_the_year_turns() -> None:
    with time_machine.travel(datetime(2031, 12, 31, 23, 59, tzinfo=UTC), tick=False):
        made = partitions_ensure()
    assert made[:2] == ["inventory_stockmovement_2031_12", "inventory_stockmovement_2032_01"]
    assert made[-1] == "inventory_stockmovement_2032_12"
    bounds = partitions()["inventory_stockmovement_2031_12"]
    assert bounds == ("FOR VALUES FROM ('2031-12-01 00:00:00+00') TO ('2032-01-01 00:00:00+00')")


def test_a_ledger_that_is_brought_along_has_its_months() -> None:
    made = partitions_ensure(since=datetime(2020, 11, 30, tzinfo=UTC))
    assert made[0] == "inventory_stockmovement_2020_11"
    assert {"inventory_stockmovement_2020_12", "inventory_stockmovement_2021_01"} < set(made)


def test_every_month_is_append_only() -> None:
    sku, location = make_sku(), make_location()
    adjust([StockChange(sku.pk, location.pk, 5)], cause="test", actor=system_actor())
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False):
        later = partitions_ensure()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stockmovement (kind, on_hand, allocated, held, unavailable,"
            " cause, reason, actor, recorded_at, sku_id, location_id)"
            " VALUES ('counted', 1, 0, 0, 0, 'test', '', 'test', '2031-01-15', %s, %s)",
            [sku.pk, location.pk],
        )
    for table in (StockMovement._meta.db_table, later):
        for statement in ("UPDATE {} SET on_hand = 7", "DELETE FROM {}"):
            with (
                pytest.raises(DatabaseError, match="Cannot update or delete"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement.format(table))
    assert StockMovement.objects.count() == 2


def test_a_reference_is_booked_once_across_months() -> None:
    sku, location = make_sku(), make_location()
    change = StockChange(sku.pk, location.pk, 5, source_reference="delivery-1")
    adjust([change], cause="test", actor=system_actor())
    assert SourceReference.objects.get().reference == "delivery-1"
    with pytest.raises(AlreadyBooked), transaction.atomic():
        adjust([change], cause="test", actor=system_actor())
    assert StockMovement.objects.count() == 1
