from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inventory.hours import (
    add_opening_days,
    add_opening_minutes,
    end_of_opening_day,
    is_open,
    next_opening,
)
from inventory.models import Location

ROME = ZoneInfo("Europe/Rome")
# Closed over lunch, on Sunday, and on Monday morning.
HOURS = {
    "1": [["15:30", "19:30"]],
    **{day: [["09:00", "13:00"], ["15:30", "19:30"]] for day in "2345"},
    "6": [["09:00", "20:00"]],
}


def shop(**fields) -> Location:
    return Location(
        **{"opening_hours": HOURS, "country": "IT", "time_zone": "Europe/Rome"} | fields
    )


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24 09:00", True),
        ("2026-11-24 13:00", False),
        ("2026-11-24 15:29", False),
        ("2026-11-24 19:29", True),
        ("2026-11-23 10:00", False),  # Monday morning
        ("2026-11-22 10:00", False),  # Sunday
        ("2026-12-08 10:00", False),  # Immacolata, a Tuesday
    ],
)
def test_open(moment: str, expected: bool) -> None:
    assert is_open(shop(), rome(moment)) is expected
    assert is_open(shop(), rome(moment).astimezone(UTC)) is expected


def test_next_opening() -> None:
    assert next_opening(shop(), rome("2026-11-24 10:00")) == rome("2026-11-24 10:00")
    assert next_opening(shop(), rome("2026-11-24 13:00")) == rome("2026-11-24 15:30")
    assert next_opening(shop(), rome("2026-11-21 20:00")) == rome("2026-11-23 15:30")
    closed_for_good = shop(opening_hours={"2020-01-01": [["09:00", "10:00"]]})
    assert next_opening(closed_for_good, rome("2026-11-24 10:00")) is None
    assert end_of_opening_day(closed_for_good, rome("2026-11-24 10:00"), 3) == rome(
        "2026-11-27 10:00"
    )
    assert add_opening_minutes(closed_for_good, rome("2026-11-24 10:00"), 60) == rome(
        "2026-11-24 11:00"
    )


def test_deadlines_count_opening_days() -> None:
    friday = rome("2026-11-20 18:00")
    assert end_of_opening_day(shop(), friday, 1) == rome("2026-11-21 20:00")
    assert end_of_opening_day(shop(), friday, 2) == rome("2026-11-23 19:30")
    # Over Sunday the 6th and the holiday of Tuesday the 8th.
    assert end_of_opening_day(shop(), rome("2026-12-05 10:00"), 2) == rome("2026-12-09 19:30")
    assert end_of_opening_day(shop(), friday, 0) == rome("2026-11-20 19:30")
    assert end_of_opening_day(shop(), rome("2026-11-20 19:30"), 0) == rome("2026-11-21 20:00")
    assert add_opening_days(shop(), friday, 2) == rome("2026-11-23 18:00")
    assert add_opening_days(shop(), friday, 0) == friday


def test_a_store_open_on_holidays_and_on_a_day_of_its_own() -> None:
    busy = shop(
        opening_hours=HOURS
        | {"holiday": [["10:00", "18:00"]], "2026-12-25": [], "2026-11-22": [["10:00", "24:00"]]}
    )
    assert is_open(busy, rome("2026-12-08 10:00"))
    assert not is_open(busy, rome("2026-12-25 11:00"))
    assert is_open(busy, rome("2026-11-22 23:59"))
    assert not is_open(busy, rome("2026-11-23 00:00"))


def test_minutes_are_minutes_of_opening() -> None:
    assert add_opening_minutes(shop(), rome("2026-11-24 12:00"), 30) == rome("2026-11-24 12:30")
    assert add_opening_minutes(shop(), rome("2026-11-24 12:00"), 60) == rome("2026-11-24 13:00")
    assert add_opening_minutes(shop(), rome("2026-11-24 12:00"), 90) == rome("2026-11-24 16:00")
    assert add_opening_minutes(shop(), rome("2026-11-21 19:30"), 120) == rome("2026-11-23 17:00")


def test_the_night_over_which_clocks_change() -> None:
    bar = shop(opening_hours={str(day): [["22:00", "04:00"]] for day in range(1, 8)}, country="XX")
    # Forward on 29 March 2026: the night is an hour short; back on 25 October: an hour long.
    for evening, hours in (
        ("2026-03-28 22:00", 5),
        ("2026-10-24 22:00", 7),
        ("2026-06-01 22:00", 6),
    ):
        closing = add_opening_minutes(bar, rome(evening), hours * 60)
        assert closing - rome(evening).astimezone(UTC) == timedelta(hours=hours)
        assert closing.astimezone(ROME).hour == 4
        assert is_open(bar, closing - timedelta(minutes=1))
        assert not is_open(bar, closing)


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"])
def test_deadlines_are_local_all_year_round(zone: str) -> None:
    there = shop(
        time_zone=zone,
        country="XX",
        opening_hours={str(d): [["09:00", "17:30"]] for d in range(1, 8)},
    )
    for day in range(0, 366):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=5)
        deadline = end_of_opening_day(there, moment, 1).astimezone(ZoneInfo(zone))
        assert (deadline.hour, deadline.minute) == (17, 30)
        today = moment.astimezone(ZoneInfo(zone)).date()
        assert deadline.date() == today + timedelta(days=1)


def test_no_hours_given_is_always_open() -> None:
    depot = shop(opening_hours={})
    moment = rome("2026-12-25 03:00")
    assert is_open(depot, moment)
    assert add_opening_minutes(depot, moment, 3000) == moment + timedelta(minutes=3000)
    assert end_of_opening_day(depot, moment, 1) == rome("2026-12-27 00:00")
