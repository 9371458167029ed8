"""Sourcing: from plain demand lines to a plan, and the stored answer to "why from there?"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from inventory.models import Location
from inventory.selectors import availability_by_sku
from oms.core.sql import rows_insert
from oms.sourcing.distance import FARTHEST_KM, distance_km
from oms.sourcing.models import Decision
from oms.sourcing.solver import (
    Candidate,
    Line,
    Outcome,
    Reason,
    Verdict,
    parts_needed,
    solve,
)

RULES = ["fewest_parcels", "nearest", "priority"]
Place = tuple[float, float]


def source(
    lines: Sequence[Line],
    locations: Sequence[Location],
    *,
    destination: Place | None,
    channel: str | None,
    without: Location | None = None,
    holder: UUID | None = None,
) -> Outcome:
    """The best plan for `lines` over `locations`, as stock stands now; nothing is claimed yet.

    `channel` is the code of the one that sells: its availability rules hold (None: what lies
    there); what is held for `holder` is its own to take. Without a destination every location is
    equally near, and priority decides; a location nobody knows the place of comes after all others.
    `without` is a location that is left out for what it could not give, and told as such in the
    verdicts.
    """
    if without is not None:
        others = [one for one in locations if one != without]
        outcome = source(lines, others, destination=destination, channel=channel)
        left_out = Candidate(
            without.pk, without.code, {}, _distance(without, destination), without.priority
        )
        verdict = Verdict(left_out, Reason.EXCLUDED, {})
        return replace(outcome, verdicts=(*outcome.verdicts, verdict))
    kits = {line.sku_id for line in lines if line.is_kit}
    stock = availability_by_sku(
        {*parts_needed(lines), *kits},
        location_ids=[one.pk for one in locations],
        channel=channel,
        holder=holder,
    )
    by_location: dict[int, dict[int, int]] = {one.pk: {} for one in locations}
    for sku_id, here in stock.items():
        for location_id, units in here.items():
            by_location[location_id][sku_id] = units
    return solve(
        lines,
        [
            Candidate(
                id=one.pk,
                code=one.code,
                stock=by_location[one.pk],
                distance=_distance(one, destination),
                priority=one.priority,
            )
            for one in locations
        ],
    )


def _distance(location: Location, destination: Place | None) -> float:
    if destination is None:
        return 0.0
    if location.latitude is None or location.longitude is None:
        return FARTHEST_KM
    return distance_km((float(location.latitude), float(location.longitude)), destination)


def decision_store(
    subject: UUID, lines: Sequence[Line], outcome: Outcome, *, codes: Mapping[int, str]
) -> Decision:
    """Keep the decision about `subject`. `codes` names the SKUs of the lines."""
    chosen = {verdict.candidate.id: verdict.candidate.code for verdict in outcome.verdicts}
    decision = Decision(
        subject=subject,
        rules=RULES,
        demand=[
            {"line": line.position, "sku": codes[line.sku_id], "quantity": line.quantity}
            for line in lines
        ],
        plan=[
            {
                "line": share.position,
                "location": chosen[share.location_id],
                "quantity": share.quantity,
            }
            for share in outcome.shares
        ],
        candidates=[_verdict_data(verdict, codes) for verdict in outcome.verdicts],
    )
    return rows_insert([decision])[0]


def _verdict_data(verdict: Verdict, codes: Mapping[int, str]) -> dict[str, Any]:
    distance = verdict.candidate.distance
    data: dict[str, Any] = {
        "location": verdict.candidate.code,
        "distance_km": round(distance, 1) if distance < FARTHEST_KM else None,
        "reason": str(verdict.reason),
    }
    if verdict.missing:
        data["missing"] = {codes.get(sku, str(sku)): n for sku, n in verdict.missing.items()}
    return data
