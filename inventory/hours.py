"""When a location is open: the base of pickup deadlines and promises.

`opening_hours` maps an ISO weekday ("1" = Monday) to spans of local time; a weekday that is absent
is closed. A date ("2026-12-24") overrides its weekday, and "holiday" gives the spans of public
holidays of the location's country (absent: closed). A span whose end is not after its start ends
on the next day; "24:00" is midnight. A location without any hours is always open.

Spans are made from local wall time and then counted in UTC, so that a day with a change of clocks
has the hours it really has.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from inventory.models import Location

# Past this many days the location is taken to have closed for good.
HORIZON = 400
MIDNIGHT = "24:00"


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (ISO 3166 code); none for one the library does not know."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_always_open(location: Location) -> bool:
    return not any(location.opening_hours.values())


def opening_spans(location: Location, day: date) -> list[tuple[datetime, datetime]]:
    """The spans that begin on `day` (of the location's zone), in UTC and in order."""
    if is_always_open(location):
        spans = [["00:00", MIDNIGHT]]
    else:
        hours = location.opening_hours
        spans = hours.get(day.isoformat())
        if spans is None and day in public_holidays(location.country, day.year):
            spans = hours.get("holiday", [])
        if spans is None:
            spans = hours.get(str(day.isoweekday()), [])
    zone = location.zone
    return sorted(_span(day, start, end, zone) for start, end in spans)


def _span(day: date, start: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    opens = time.fromisoformat(start)
    closes = time(0) if end == MIDNIGHT else time.fromisoformat(end)
    last = day if closes > opens else day + timedelta(days=1)
    return (
        datetime.combine(day, opens, zone).astimezone(UTC),
        datetime.combine(last, closes, zone).astimezone(UTC),
    )


def is_open(location: Location, moment: datetime) -> bool:
    today = local_day(location, moment)
    return any(
        opens <= moment < closes
        for day in (today - timedelta(days=1), today)
        for opens, closes in opening_spans(location, day)
    )


def next_opening(location: Location, moment: datetime) -> datetime | None:
    """`moment` itself if the location is open, else when it opens next (UTC); None if never."""
    for opens, closes in _spans_from(location, moment):
        if closes > moment:
            return max(opens, moment.astimezone(UTC))
    return None


def opening_days_after(location: Location, moment: datetime) -> Iterator[date]:
    """The local days after the one of `moment` on which the location opens, in order."""
    day = local_day(location, moment)
    for _ in range(HORIZON):
        day += timedelta(days=1)
        if opening_spans(location, day):
            yield day


def end_of_opening_day(location: Location, moment: datetime, days: int) -> datetime:
    """The closing time (UTC) of the `days`-th opening day after the day of `moment`.

    With 0 days: of the day of `moment` if the location closes later on it, else of the next
    opening day. A location that never opens again counts calendar days.
    """
    if days == 0:
        today = opening_spans(location, local_day(location, moment))
        if today and today[-1][1] > moment:
            return today[-1][1]
    day = _nth_opening_day(location, moment, max(days, 1))
    if day is None:
        return moment.astimezone(UTC) + timedelta(days=days)
    return opening_spans(location, day)[-1][1]


def add_opening_days(location: Location, moment: datetime, days: int) -> datetime:
    """The same local time of day as `moment`, `days` opening days later (UTC)."""
    day = _nth_opening_day(location, moment, days) if days else local_day(location, moment)
    if day is None:
        return moment.astimezone(UTC) + timedelta(days=days)
    zone = location.zone
    return datetime.combine(day, moment.astimezone(zone).time(), zone).astimezone(UTC)


def add_opening_minutes(location: Location, moment: datetime, minutes: int) -> datetime:
    """When the location will have been open for `minutes` from `moment` on (UTC).

    Outside its hours the count begins at the next opening. A location that never opens again
    counts plain minutes.
    """
    left = timedelta(minutes=minutes)
    reached = moment.astimezone(UTC)
    for opens, closes in _spans_from(location, moment):
        start = max(opens, reached)
        if closes <= start:
            continue
        if start + left <= closes:
            return start + left
        left -= closes - start
        reached = closes
    return moment.astimezone(UTC) + timedelta(minutes=minutes)


def local_day(location: Location, moment: datetime) -> date:
    """The date of `moment` where the location is."""
    return moment.astimezone(location.zone).date()


def _nth_opening_day(location: Location, moment: datetime, days: int) -> date | None:
    for number, day in enumerate(opening_days_after(location, moment), start=1):
        if number == days:
            return day
    return None


def _spans_from(location: Location, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Spans from the day before `moment` on (one may reach over midnight)."""
    first = local_day(location, moment) - timedelta(days=1)
    for offset in range(HORIZON):
        yield from opening_spans(location, first + timedelta(days=offset))
