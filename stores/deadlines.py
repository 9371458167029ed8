"""Deadlines of a pickup, counted in the store's opening days and told in its own zone."""

from datetime import datetime, timedelta

from inventory.hours import end_of_opening_day
from inventory.models import Location

# Closing time of the n-th opening day after the day it became ready: what the customer is told.
COLLECT_DAYS = 5
# The sweep acts this many opening days later: the customer who comes a little late is served.
GRACE_DAYS = 1
EXTENSION_DAYS = 3
# The reminder goes out this long before the deadline.
REMIND_BEFORE = timedelta(hours=26)
UNDO = timedelta(minutes=15)
# Somebody who has paid or whose hand-over was undone stands at the counter: nothing may expire.
AT_COUNTER = timedelta(hours=1)


def collect_by(location: Location, moment: datetime) -> datetime:
    """The deadline of a pickup that became ready at `moment`."""
    return end_of_opening_day(location, moment, COLLECT_DAYS)


def extended(location: Location, deadline: datetime) -> datetime:
    """The deadline after the customer asked for more time."""
    return end_of_opening_day(location, deadline, EXTENSION_DAYS)


def expires_at(location: Location, deadline: datetime) -> datetime:
    """When goods that were not collected by `deadline` are given up."""
    return end_of_opening_day(location, deadline, GRACE_DAYS)
