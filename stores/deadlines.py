"""Deadlines of a pickup, counted in the store's opening days and told in its own zone."""

from datetime import datetime, timedelta

from django.conf import settings

from inventory.hours import end_of_opening_day
from inventory.models import Location

# Closing time of the n-th opening day after the day it became ready: what the customer is told.
COLLECT_DAYS: int = settings.PICKUP_COLLECT_DAYS
# The sweep acts this many opening days later: the customer who comes a little late is served.
GRACE_DAYS: int = settings.PICKUP_GRACE_DAYS
EXTENSION_DAYS: int = settings.PICKUP_EXTENSION_DAYS
# The reminder goes out this long before the deadline.
REMIND_BEFORE = timedelta(hours=settings.PICKUP_REMIND_HOURS)
UNDO = timedelta(minutes=settings.PICKUP_UNDO_MINUTES)
# Somebody who has paid or whose hand-over was undone stands at the counter: nothing may expire.
AT_COUNTER = timedelta(minutes=settings.PICKUP_AT_COUNTER_MINUTES)


def collect_by(location: Location, moment: datetime) -> datetime:
    """The deadline of a pickup that became ready at `moment`."""
    return end_of_opening_day(location, moment, COLLECT_DAYS)


def extended(location: Location, deadline: datetime) -> datetime:
    """The deadline after the customer asked for more time."""
    return end_of_opening_day(location, deadline, EXTENSION_DAYS)


def expires_at(location: Location, deadline: datetime) -> datetime:
    """When goods that were not collected by `deadline` are given up."""
    return end_of_opening_day(location, deadline, GRACE_DAYS)
