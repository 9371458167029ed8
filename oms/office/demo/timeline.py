"""What happens when: actions in the order of their moments, each in its own present."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from django.db.models import F

from inventory.hours import add_opening_minutes
from inventory.models import Location
from oms.core.events import events_deliver
from oms.core.models import Event
from oms.office.demo.clock import Travel

Action = Callable[[], None]
# The warehouse has no opening hours, but its people sleep.
SHIFT = (6, 22)
NEWS_EVERY = timedelta(hours=2)
LATELY = timedelta(hours=1)
# Writing messages is half of the work: those of older news are not written.
MAIL_KEPT = timedelta(days=4)


class Timeline:
    """Actions that wait for their moment. What would come after the present never happens."""

    def __init__(self, travel: Travel, *, present: datetime, rng: Random) -> None:
        self.travel = travel
        self.present = present
        self.rng = rng
        self.done: Counter[str] = Counter()
        self._delivered_at = present - MAIL_KEPT
        self._waiting: list[tuple[datetime, int, Action]] = []
        self._numbers: Iterator[int] = count()

    @property
    def moment(self) -> datetime:
        return self.travel.moment

    def at(self, moment: datetime, action: Action) -> None:
        """Do `action` at `moment`, or at once if that is over."""
        moment = max(moment, self.moment)
        if moment <= self.present:
            heapq.heappush(self._waiting, (moment, next(self._numbers), action))

    def after(self, location: Location, action: Action, *minutes: int) -> datetime:
        """Do `action` after so many minutes of working time there (two numbers: between them)."""
        moment = working(location, self.moment, self.rng.randint(minutes[0], minutes[-1]))
        self.at(moment, action)
        return moment

    def run(self) -> None:
        """Live through everything; news is delivered every other hour, and of late at once."""
        self.at(self.present - MAIL_KEPT, self._forget)
        while self._waiting:
            moment, _number, action = heapq.heappop(self._waiting)
            if moment - self._delivered_at >= NEWS_EVERY:
                self.deliver()
            self.travel.to(moment)
            action()
            if self.present - moment < LATELY:
                self.deliver()
        self.travel.to(self.present)
        self.deliver()

    def deliver(self) -> None:
        """Turn the events since the last time into messages."""
        self._delivered_at = self.moment
        events_deliver()

    def _forget(self) -> None:
        """Take all news so far for read: nobody asks for messages that old."""
        Event.objects.filter(state=Event.State.PENDING).update(
            state=Event.State.DELIVERED, attempts=1, delivered_at=F("occurred_at")
        )

    def note(self, what: str, number: int = 1) -> None:
        """Count something for the report."""
        self.done[what] += number


def working(location: Location, moment: datetime, minutes: int) -> datetime:
    """`moment` plus so many minutes of the location's working time."""
    if location.opening_hours:
        return add_opening_minutes(location, moment, minutes)
    zone = ZoneInfo(location.time_zone)
    local = (moment + timedelta(minutes=minutes)).astimezone(zone)
    if local.hour < SHIFT[0]:
        local = local.replace(hour=SHIFT[0])
    elif local.hour >= SHIFT[1]:
        local = (local + timedelta(days=1)).replace(hour=SHIFT[0])
    return local
