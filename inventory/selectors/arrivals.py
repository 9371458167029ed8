"""Available to promise by date: what is there now, and what is on its way.

The classic cumulative rule (APICS: available-to-promise): on a day, what is there plus all that is
due until then, less every claim. A shortage is filled first. Supply without a date, or whose date
has passed without it, is not promised.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from catalog.models import Sku
from inventory.models import ExpectedSupply, Location
from inventory.selectors.availability import PARTS, THERE, availability_by_sku
from inventory.selectors.policy import KEPT_OF_KIT, OFFERED, policy_sql
from oms.core.clock import now
from oms.core.sql import array, fetch_rows

OFFERED_THEN = OFFERED.format(
    there="(COALESCE(stock.there, 0) + COALESCE(due.units, 0))", location="day.location_id"
)
ARRIVALS = f"""
WITH {PARTS}, {policy_sql()},
    expected AS MATERIALIZED (
        SELECT supply.sku_id AS part_id, supply.location_id, supply.due_on, supply.quantity,
            supply.cause
        FROM (SELECT DISTINCT part_id FROM parts) AS wanted
            JOIN inventory_expectedsupply AS supply ON supply.sku_id = wanted.part_id
            JOIN inventory_location AS location ON location.id = supply.location_id
        WHERE supply.location_id = ANY(%(locations)s::bigint[])
            -- A day of the location's.
            AND supply.due_on >= (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date),
    day AS (
        SELECT parts.sku_id, expected.location_id, expected.due_on,
            SUM(expected.quantity) AS arriving, array_agg(DISTINCT expected.cause) AS causes
        FROM parts JOIN expected USING (part_id)
        GROUP BY parts.sku_id, expected.location_id, expected.due_on)
SELECT day.sku_id, day.location_id, day.due_on, day.arriving::integer, day.causes,
    MIN(GREATEST({OFFERED_THEN} / parts.per_unit
        - {KEPT_OF_KIT.format(location="day.location_id")}, 0))::integer
FROM day
    JOIN parts ON parts.sku_id = day.sku_id
    LEFT JOIN policy AS shelf ON shelf.sku_id = parts.part_id
    LEFT JOIN policy AS own ON own.sku_id = parts.sku_id
    LEFT JOIN LATERAL (
        SELECT {THERE} AS there FROM inventory_stock AS stock
        WHERE stock.sku_id = parts.part_id AND stock.location_id = day.location_id) AS stock ON TRUE
    LEFT JOIN LATERAL (
        SELECT SUM(expected.quantity)::integer AS units FROM expected
        WHERE expected.part_id = parts.part_id AND expected.location_id = day.location_id
            AND expected.due_on <= day.due_on) AS due ON TRUE
GROUP BY day.sku_id, day.location_id, day.due_on, day.arriving, day.causes
ORDER BY day.sku_id, day.location_id, day.due_on
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Step:
    """From `due_on` on `available` units can be had, all in all; `arriving` of them that day.

    `causes`: what brings them ("purchase order 1007"). Of a kit, `arriving` counts components.
    """

    due_on: date
    available: int
    arriving: int
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByDate:
    """A SKU at a location: the units now (None: not kept there) and the dated steps."""

    now: int | None
    steps: tuple[Step, ...] = ()

    def on(self, day: date) -> int:
        """The units that can be had on `day`, which is not before today."""
        until = [step.available for step in self.steps if step.due_on <= day]
        return until[-1] if until else self.now or 0


def available_by_date(
    sku_ids: Iterable[int], *, location_ids: Iterable[int], channel: str | None
) -> dict[tuple[int, int], ByDate]:
    """(SKU id, location id) → now and later; absent where nothing is kept nor due. Two queries.

    `channel` as in `availability_by_sku`. Kits: the minimum over their components on each day.
    """
    skus, places = list(sku_ids), list(location_ids)
    units = availability_by_sku(skus, location_ids=places, channel=channel)
    steps: dict[tuple[int, int], list[Step]] = defaultdict(list)
    rows = fetch_rows(
        ARRIVALS,
        {
            "skus": array(skus),
            "locations": array(places),
            "channel": channel,
            "own": None,
            "now": now(),
        },
    )
    for sku_id, location_id, due_on, arriving, causes, available in rows:
        steps[sku_id, location_id].append(Step(due_on, available, arriving, tuple(causes)))
    pairs = {(sku_id, place) for sku_id, here in units.items() for place in here} | set(steps)
    return {
        (sku_id, place): ByDate(
            units.get(sku_id, {}).get(place), tuple(steps.get((sku_id, place), ()))
        )
        for sku_id, place in pairs
    }


@dataclass(frozen=True, slots=True)
class Arrival:
    """`units` of a SKU on their way, and how many can be had from then on (None: no promise)."""

    location: Location
    cause: str
    units: int
    due_on: date | None
    available: int | None


def arrivals_of(sku: Sku, locations: Iterable[Location]) -> list[Arrival]:
    """All that is on its way to these locations, the soonest first, what has no date last.

    Supply that is overdue promises nothing, as what has no date. Three queries.
    """
    places = {one.pk: one for one in locations}
    dated = available_by_date([sku.pk], location_ids=places, channel=None)
    figures = {
        (place, step.due_on): step.available
        for (_sku_id, place), here in dated.items()
        for step in here.steps
    }
    rows = ExpectedSupply.objects.filter(sku=sku, location__in=places)
    return [
        Arrival(
            places[row.location_id],
            row.cause,
            row.quantity,
            row.due_on,
            figures.get((row.location_id, row.due_on)) if row.due_on else None,
        )
        for row in rows.order_by(F("due_on").asc(nulls_last=True), "location__name", "pk")
    ]


def earliest(places: Mapping[int, ByDate], quantity: int, *, today: date) -> date | None:
    """The first day on which `quantity` units can be had over all the places together.

    `today` if they are there; None if what is on its way does not suffice either.
    """
    days = sorted({step.due_on for place in places.values() for step in place.steps})
    for day in (today, *days):
        if sum(place.on(day) for place in places.values()) >= quantity:
            return day
    return None
