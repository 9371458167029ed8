"""Goods set aside that end in part: each unit once, and the ledger exact."""

import uuid
from functools import partial

import pytest

from inventory.errors import AlreadyBooked
from inventory.models import Disposition, StockMovement
from inventory.services.audit import stock_audit
from inventory.services.dispositions import disposition_end
from oms.core.errors import InvalidInput, InvalidTransition
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import ACTOR
from tests.inventory.racing import race
from tests.inventory.test_dispositions import End, figures, shelf


@pytest.mark.django_db
def test_two_of_five_are_put_back_and_three_written_off() -> None:
    sku, store = shelf()
    aside = make_aside(sku, store, 5, note="wet")
    back = disposition_end(aside.uid, End.PUT_BACK, units=2, actor=ACTOR)
    assert (back.units, back.outcome, back.parted_from) == (2, End.PUT_BACK, aside)
    aside.refresh_from_db()
    assert (aside.units, aside.is_open, back.created_at) == (3, True, aside.created_at)
    assert figures(sku, store) == (10, 3, 7)
    off = disposition_end(aside.uid, End.WRITTEN_OFF, units=3, actor=ACTOR)
    assert (off, off.outcome) == (aside, End.WRITTEN_OFF)
    assert figures(sku, store) == (7, 0, 7)
    moves = StockMovement.objects.filter(sku=sku).order_by("id")
    told = list(moves.values_list("kind", "on_hand", "unavailable"))[-3:]
    assert told == [("disposed", 0, 5), ("undisposed", 0, -2), ("adjusted", -3, -3)]
    assert stock_audit().clean


@pytest.mark.django_db
def test_a_part_sent_twice_ends_once() -> None:
    sku, store = shelf()
    aside, other = make_aside(sku, store, 5), make_aside(sku, store, 5)
    part = uuid.uuid4()
    for _ in range(2):
        done = disposition_end(aside.uid, End.PUT_BACK, units=2, part=part, actor=ACTOR)
        assert (done.uid, done.units, done.outcome) == (part, 2, End.PUT_BACK)
    assert figures(sku, store) == (10, 8, 2)
    with pytest.raises(AlreadyBooked):
        disposition_end(other.uid, End.PUT_BACK, units=1, part=part, actor=ACTOR)


@pytest.mark.django_db
def test_no_more_than_are_set_aside() -> None:
    sku, store = shelf()
    aside = make_aside(sku, store, 3)
    for units in (0, 4):
        with pytest.raises(InvalidInput):
            disposition_end(aside.uid, End.PUT_BACK, units=units, actor=ACTOR)
    disposition_end(aside.uid, End.PUT_BACK, actor=ACTOR)
    with pytest.raises(InvalidTransition):
        disposition_end(aside.uid, End.PUT_BACK, units=1, actor=ACTOR)
    assert Disposition.objects.count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_parts_ended_at_once_never_come_to_more_than_it_was() -> None:
    sku, store = shelf(50)
    on_hand = 50
    for _ in range(5):
        aside = make_aside(sku, store, 5)
        ways = [
            (End.PUT_BACK, 2),
            (End.WRITTEN_OFF, 2),
            (End.PUT_BACK, 2),
            (End.PUT_BACK, None),
        ]
        results = race(
            [
                partial(disposition_end, aside.uid, way, units=units, actor=ACTOR)
                for way, units in ways
            ],
            threads=4,
        )
        done = [one for one in results if isinstance(one, Disposition)]
        assert sum(one.units for one in done) == 5
        on_hand -= sum(one.units for one in done if one.outcome == End.WRITTEN_OFF)
        assert figures(sku, store) == (on_hand, 0, on_hand)
    assert stock_audit().clean
