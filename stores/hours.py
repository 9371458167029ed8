"""A store's opening hours in words, for the counter and for messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from inventory.hours import is_always_open, local_day
from inventory.models import Location
from oms.core.clock import now
from oms.core.formats import locale

MONDAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class DayHours:
    """One weekday; `spans` is empty when the store is closed, `today` is by its own clock."""

    name: str
    spans: Sequence[str]
    today: bool


def week_of(location: Location) -> Sequence[DayHours]:
    """The ordinary week, Monday first, in the active language; empty if it never closes."""
    if is_always_open(location):
        return []
    today = local_day(location, now()).isoweekday()
    return [
        DayHours(
            name=str(format_date(MONDAY + timedelta(days=offset), "EEEE", locale=locale())),
            spans=[
                f"{start}–{end}" for start, end in location.opening_hours.get(str(offset + 1), [])
            ],
            today=offset + 1 == today,
        )
        for offset in range(7)
    ]


def hours_in_words(location: Location) -> Sequence[tuple[str, str]]:
    """(days, hours) with equal neighbouring days together: ("Monday–Friday", "09:00–19:30")."""
    groups: list[tuple[list[str], str]] = []
    for day in week_of(location):
        hours = ", ".join(day.spans)
        if groups and groups[-1][1] == hours:
            groups[-1][0].append(day.name)
        else:
            groups.append(([day.name], hours))
    return [
        (names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}", hours)
        for names, hours in groups
        if hours
    ]
