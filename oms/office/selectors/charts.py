"""The charts of the home page: each is one question and one query."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from oms.core.actors import Actor
from oms.core.clock import now, retailer_zone
from oms.core.formats import short_day
from oms.core.permissions import Permission
from oms.office.selectors.figures import day_start
from oms.orders.models import FulfilmentOrder, Order
from oms.orders.selectors.lateness import work_overdue
from oms.orders.status import FULFILMENT_UNREADY, FulfilmentStatus

Chart = dict[str, Any]
DAYS = 30
# As many as there are tones to tell apart (red would say that something is wrong); smaller
# channels are summed.
SERIES = 4
TONES = ("blue", "green", "amber", "grey")
STORES = 12


def orders_by_day(actor: Actor) -> Chart:
    """How many orders came in each of the last 30 days, by channel."""
    days, since = _last_days()
    counted: dict[str, dict[date, int]] = defaultdict(dict)
    rows = (
        _orders_since(actor, since)
        .values("channel__name", day=TruncDate("placed_at", tzinfo=retailer_zone()))
        .annotate(orders=Count("id"))
        .order_by()
    )
    for row in rows:
        counted[row["channel__name"]][row["day"]] = row["orders"]
    largest = sorted(counted, key=lambda name: (-sum(counted[name].values()), name))
    if len(largest) > SERIES:
        rest = {
            day: sum(counted[name].get(day, 0) for name in largest[SERIES - 1 :]) for day in days
        }
        largest = [*largest[: SERIES - 1], _("Other channels")]
        counted[largest[-1]] = rest
    return {
        "kind": "stacked",
        "labels": [short_day(day, days[-1]) for day in days],
        "series": [
            {"label": name, "values": [counted[name].get(day, 0) for day in days], "tone": tone}
            for name, tone in zip(largest, TONES, strict=False)
        ],
        "unit": _("orders"),
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar; `start` and `width` in hundredths of the longest bar."""

    label: str
    value: int
    tone: str
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    total: int
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Bars:
    """Lying bars with their figures beside them (`office/bars.html`): needs no script."""

    legend: list[tuple[str, str]]
    bars: list[Bar]


def fulfilment_by_method(actor: Actor, labels: Mapping[str, str]) -> Bars:
    """What became of the last 30 days' work, by method; `labels` gives the methods' words."""
    _days, since = _last_days()
    rows = (
        _work(actor)
        .filter(created_at__gte=since)
        .values("method")
        .annotate(
            done=Count(
                "id", filter=Q(status__in=[FulfilmentStatus.SHIPPED, FulfilmentStatus.COLLECTED])
            ),
            ready=Count("id", filter=Q(status=FulfilmentStatus.READY)),
            waiting=Count("id", filter=Q(status__in=FULFILMENT_UNREADY)),
            lost=Count(
                "id",
                filter=Q(status__in=[FulfilmentStatus.DECLINED, FulfilmentStatus.CANCELLED]),
            ),
        )
        .order_by("method")
    )
    named = [{**row, "method": labels.get(row["method"], row["method"])} for row in rows]
    parts = (
        ("done", _("Shipped or collected"), "green"),
        ("ready", _("Ready"), "blue"),
        ("waiting", _("To pick"), "amber"),
        ("lost", _("Declined or cancelled"), "grey"),
    )
    return _bars(named, "method", parts)


def work_by_location(actor: Actor) -> Bars:
    """Where work waits, and how much of it is late: the locations with the most."""
    late = work_overdue()
    rows = (
        _work(actor)
        .filter(status__in=FULFILMENT_UNREADY)
        .values("location__name")
        .annotate(late=Count("id", filter=late), fine=Count("id", filter=~late), all=Count("id"))
        .order_by("-late", "-all", "location__name")[:STORES]
    )
    parts = (("late", _("Overdue"), "red"), ("fine", _("In time"), "blue"))
    return _bars(rows, "location__name", parts)


def _bars(
    rows: Iterable[Mapping[str, Any]], name: str, parts: Sequence[tuple[str, str, str]]
) -> Bars:
    """One bar for each of `rows`, named by its `name`, made of `parts` (key, words, tone)."""
    rows = list(rows)
    totals = [sum(row[key] for key, _label, _tone in parts) for row in rows]
    longest = max(totals, default=0)
    bars = []
    for row, total in zip(rows, totals, strict=True):
        start, pieces = 0.0, []
        for key, label, tone in parts:
            width = 100 * row[key] / longest if longest else 0.0
            pieces.append(Piece(label, row[key], tone, _points(start), _points(width)))
            start += width
        bars.append(Bar(str(row[name]), total, pieces))
    return Bars([(label, tone) for _key, label, tone in parts], bars)


def _points(value: float) -> str:
    """A length for an SVG attribute: with a point in every language."""
    return f"{value:.2f}"


def _last_days() -> tuple[list[date], datetime]:
    today = timezone.localtime(now(), retailer_zone()).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    # Noon is on the same date in every case of a changing clock.
    first_noon = datetime(days[0].year, days[0].month, days[0].day, 12, tzinfo=retailer_zone())
    return days, day_start(first_noon)


def _orders_since(actor: Actor, since: datetime) -> Any:
    return Order.objects.visible_to(actor, Permission.ORDERS_VIEW).filter(placed_at__gte=since)


def _work(actor: Actor) -> Any:
    return FulfilmentOrder.objects.visible_to(actor, Permission.ORDERS_VIEW)
