"""A shelf with less than was promised is an open item, whoever made it so."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.models import Shortage, Stock
from inventory.selectors.shortages import shares
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, release, ship, unship
from inventory.services.correction import Correction, stock_correct
from inventory.services.counting import CountedRow, stock_count
from inventory.status import MovementKind
from oms.core.models import Event
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, make_sku, put
from tests.inventory.test_batches import csv_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Ten units of A at a store, eight of them allocated."""
    sku, store = make_sku("A"), make_location("S1")
    put(sku, store, 10)
    line = demand(sku, store, 8)
    allocate([line], cause="order 1", actor=ACTOR)
    return sku, store, line


def item() -> Shortage:
    return Shortage.objects.get(closed_at=None)


def test_a_count_opens_it_with_cause_and_units(shelf) -> None:
    sku, store, _line = shelf
    stock_count([CountedRow(sku.pk, store.pk, 5)], cause="count 7", actor=ACTOR)
    assert (item().units, item().cause, item().actor) == (3, "count 7", ACTOR.label)
    event = Event.objects.get(type="stock.short")
    assert event.payload == {"shortage": str(item().uid), "units": 3}
    assert event.state == Event.State.PENDING


def test_every_way_down_opens_it(shelf) -> None:
    sku, store, _line = shelf
    ways = {
        "adjust": lambda: adjust([StockChange(sku.pk, store.pk, -4)], cause="x", actor=ACTOR),
        "correct": lambda: stock_correct(
            Correction(sku.pk, store.pk, "missing", "x", uuid.uuid4().hex, counted=6),
            accept_shortage=True,
            actor=ACTOR,
        ),
        "count": lambda: stock_count([CountedRow(sku.pk, store.pk, 6)], cause="x", actor=ACTOR),
        "sync": lambda: send(store, csv_of([("A", 6)])),
        "unavailable": lambda: Stock.objects.update(unavailable=4),
        "till": lambda: adjust(
            [StockChange(sku.pk, store.pk, -4, kind=MovementKind.SOLD)], cause="x", actor=ACTOR
        ),
    }
    for name, way in ways.items():
        with transaction.atomic():
            way()
            assert item().units == 2, name
            transaction.set_rollback(True)
        assert not Shortage.objects.exists()


def test_it_follows_the_figures_and_closes_by_itself(shelf) -> None:
    sku, store, line = shelf
    adjust([StockChange(sku.pk, store.pk, -5)], cause="count 1", actor=ACTOR)
    first = item()
    adjust([StockChange(sku.pk, store.pk, -1)], cause="count 2", actor=ACTOR)
    assert (item().pk, item().units, item().cause) == (first.pk, 4, "count 1")
    release([demand(sku, store, 2, uid=line.uid)], cause="x", actor=ACTOR)
    assert item().units == 2
    adjust([StockChange(sku.pk, store.pk, 2)], cause="receipt", actor=ACTOR)
    first.refresh_from_db()
    assert first.closed_at is not None
    assert first.units == 2
    # Two that opened or grew it, and no event for what made it better.
    assert Event.objects.filter(type="stock.short").count() == 2
    adjust([StockChange(sku.pk, store.pk, -1)], cause="again", actor=ACTOR)
    assert item().pk != first.pk


def test_shipping_and_its_undo_neither_open_nor_close(shelf) -> None:
    sku, store, line = shelf
    adjust([StockChange(sku.pk, store.pk, -5)], cause="x", actor=ACTOR)
    part = [demand(sku, store, 2, uid=line.uid)]
    ship(part, cause="x", actor=ACTOR)
    unship(part, cause="x", actor=ACTOR)
    assert item().units == 3
    assert Shortage.objects.count() == 1


def test_a_kits_shortage_is_its_components(shelf) -> None:
    sku, store, _line = shelf
    spoon = make_sku("SPOON")
    put(spoon, store, 3)
    allocate([demand(make_kit({sku: 1, spoon: 3}), store, 1)], cause="o", actor=ACTOR)
    adjust([StockChange(spoon.pk, store.pk, -2)], cause="x", actor=ACTOR)
    assert (item().sku, item().units) == (spoon, 2)


def test_the_database_refuses_a_second_open_one(shelf) -> None:
    sku, store, _line = shelf
    adjust([StockChange(sku.pk, store.pk, -5)], cause="x", actor=ACTOR)
    with pytest.raises(IntegrityError):
        Shortage.objects.create(sku=sku, location=store, units=1)


def test_rows_that_are_not_short_never_reach_the_trigger(shelf) -> None:
    """A million rows of a sync may pass: the condition is tried without a call."""
    sku, store, _line = shelf
    with connection.cursor() as cursor:
        for units, called in ((9, False), (8, False), (7, True)):
            cursor.execute(
                "EXPLAIN (ANALYZE, FORMAT TEXT) UPDATE inventory_stock SET on_hand = %s"
                " WHERE sku_id = %s AND location_id = %s",
                [units, sku.pk, store.pk],
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert ("pgtrigger_shortage" in plan and "calls=1" in plan) is called, plan


def test_goods_go_to_bags_first_and_then_in_the_order_given() -> None:
    first, second, third = (uuid.uuid4() for _ in range(3))
    claims = [(first, 2), (second, 3), (third, 1)]
    assert shares(6, claims, {}) == [(first, 0), (second, 0), (third, 0)]
    assert shares(4, claims, {}) == [(first, 0), (second, 1), (third, 1)]
    assert shares(4, claims, {third: 1}) == [(first, 0), (second, 2), (third, 0)]
    assert shares(0, claims, {third: 1}) == [(first, 2), (second, 3), (third, 1)]
    assert shares(-1, claims, {}) == [(first, 2), (second, 3), (third, 1)]
