"""Choosing locations for a set of demand lines: fewest parcels, then nearest, then priority.

The search is exact: iterative deepening on the number of locations, branching on the SKU that is
hardest to find, so the first depth with an answer is the minimum; within it the least total
distance wins, then the higher priority, then the location's id. It is a small weighted set cover
(NP-hard in general; baskets have a few lines, and the branching SKU few locations), bounded by
`NODE_LIMIT`; a search that reaches the bound says so in its outcome.

Pure: no database, no clock. Units of a line may come from several locations, a kit line's may not:
its components belong together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

NODE_LIMIT = 50_000
MAX_PARCELS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` units of a SKU. `parts` maps stock-keeping SKUs to units per unit (kits: many)."""

    position: int
    sku_id: int
    quantity: int
    parts: Mapping[int, int]

    @property
    def is_kit(self) -> bool:
        return set(self.parts) != {self.sku_id}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A location that may supply. `stock` holds available units by SKU; `distance` is in km.

    A kit in `stock` is a limit beside that of its components: how many of it may be sold from here.
    """

    id: int
    code: str
    stock: Mapping[int, int]
    distance: float = 0.0
    priority: int = 0


class Reason(StrEnum):
    """Why a candidate is part of the plan, or the one reason it is not."""

    CHOSEN = "chosen"
    NO_STOCK = "no_stock"
    SHORT = "short"
    FARTHER = "farther"
    LOWER_PRIORITY = "lower_priority"
    MORE_PARCELS = "more_parcels"
    # Not asked: it is the one that cannot give what it had promised.
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Share:
    """`quantity` units of the line at `position` come from location `location_id`."""

    position: int
    location_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one candidate. `missing` maps SKUs to the units it lacks for the basket."""

    candidate: Candidate
    reason: Reason
    missing: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`shares` is empty when no set of at most `max_parcels` locations covers the basket."""

    shares: tuple[Share, ...]
    verdicts: tuple[Verdict, ...]
    exact: bool

    @property
    def locations(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(share.location_id for share in self.shares))


@dataclass(slots=True)
class _Search:
    lines: Sequence[Line]
    need: dict[int, int]
    nodes: int = 0
    best: tuple[tuple[float, int, tuple[int, ...]], tuple[Share, ...]] | None = None
    seen: set[frozenset[int]] = field(default_factory=set)


def solve(
    lines: Sequence[Line], candidates: Sequence[Candidate], *, max_parcels: int = MAX_PARCELS
) -> Outcome:
    """The best plan for `lines` from at most `max_parcels` of `candidates`, and every verdict."""
    need = parts_needed(lines)
    ordered = sorted(candidates, key=_preference)
    useful = [one for one in ordered if any(one.stock.get(sku, 0) > 0 for sku in need)]
    search = _Search(lines=lines, need=need)
    for parcels in range(1, min(max_parcels, len(useful)) + 1):
        search.seen.clear()
        _extend(search, [], useful, parcels)
        if search.best is not None or search.nodes >= NODE_LIMIT:
            break
    shares = search.best[1] if search.best else ()
    return Outcome(
        shares=shares,
        verdicts=tuple(_verdicts(ordered, need, {share.location_id for share in shares})),
        exact=search.nodes < NODE_LIMIT,
    )


def parts_needed(lines: Sequence[Line]) -> dict[int, int]:
    """Units of each stock-keeping SKU the lines need together; kits count by component."""
    need: dict[int, int] = {}
    for line in lines:
        for sku, units in line.parts.items():
            need[sku] = need.get(sku, 0) + units * line.quantity
    return need


def most_units(
    line: Line, candidates: Iterable[Candidate], *, max_parcels: int = MAX_PARCELS
) -> int:
    """The most units of `line`, up to its own, that a plan over `candidates` can have."""
    here = sorted((_units_at(line, one) for one in candidates), reverse=True)
    return min(line.quantity, sum(here[: 1 if line.is_kit else max_parcels]))


def _units_at(line: Line, candidate: Candidate) -> int:
    needed = dict(line.parts)
    if line.sku_id in candidate.stock:
        needed.setdefault(line.sku_id, 1)
    return max(min(candidate.stock.get(sku, 0) // units for sku, units in needed.items()), 0)


def _preference(candidate: Candidate) -> tuple[float, int, int]:
    return (candidate.distance, -candidate.priority, candidate.id)


def _extend(
    search: _Search, chosen: list[Candidate], useful: Sequence[Candidate], left: int
) -> None:
    """Add up to `left` locations to `chosen`, keeping the best complete plan in `search`."""
    if search.nodes >= NODE_LIMIT:
        return
    search.nodes += 1
    short = {
        sku: units - sum(one.stock.get(sku, 0) for one in chosen)
        for sku, units in search.need.items()
    }
    short = {sku: units for sku, units in short.items() if units > 0}
    if not short:
        shares = _share_out(search.lines, chosen)
        if shares is not None:
            rank = (
                sum(one.distance for one in chosen),
                -sum(one.priority for one in chosen),
                tuple(sorted(one.id for one in chosen)),
            )
            if search.best is None or rank < search.best[0]:
                search.best = (rank, shares)
            return
        # Enough units in sum, but a kit is torn apart: any further location may mend that.
        short = {sku: 1 for line in search.lines if line.is_kit for sku in line.parts}
    if left == 0:
        return
    options = {
        sku: [one for one in useful if one not in chosen and one.stock.get(sku, 0) > 0]
        for sku in short
    }
    hardest = min(options, key=lambda sku: (len(options[sku]), sku))
    so_far = sum(one.distance for one in chosen)
    for one in options[hardest]:
        # Nearest first: past the best plan's distance nothing better comes.
        if search.best is not None and so_far + one.distance > search.best[0][0]:
            break
        key = frozenset([*(c.id for c in chosen), one.id])
        if key in search.seen:
            continue
        search.seen.add(key)
        _extend(search, [*chosen, one], useful, left - 1)


def _share_out(lines: Sequence[Line], chosen: Sequence[Candidate]) -> tuple[Share, ...] | None:
    """Deal the lines to the chosen locations, nearest first; None if a kit does not fit whole."""
    left = {one.id: dict(one.stock) for one in chosen}
    ordered = sorted(chosen, key=_preference)
    kits = [line for line in lines if line.is_kit]
    shares: list[Share] = []
    if not _place_kits(kits, ordered, left, shares):
        return None
    for line in (line for line in lines if not line.is_kit):
        wanted = line.quantity
        for one in ordered:
            units = min(wanted, max(left[one.id].get(line.sku_id, 0), 0))
            if units:
                left[one.id][line.sku_id] -= units
                shares.append(Share(line.position, one.id, units))
                wanted -= units
        if wanted:
            return None
    return tuple(sorted(shares, key=lambda share: (share.position, share.location_id)))


def _place_kits(
    kits: Sequence[Line],
    ordered: Sequence[Candidate],
    left: dict[int, dict[int, int]],
    shares: list[Share],
) -> bool:
    """Place each kit line whole at one location, backtracking; `left` and `shares` are changed."""
    if not kits:
        return True
    line, rest = kits[0], kits[1:]
    for one in ordered:
        stock = left[one.id]
        taken = dict(line.parts)
        if line.sku_id in stock:
            taken[line.sku_id] = 1
        if all(stock.get(sku, 0) >= n * line.quantity for sku, n in taken.items()):
            for sku, n in taken.items():
                stock[sku] -= n * line.quantity
            shares.append(Share(line.position, one.id, line.quantity))
            if _place_kits(rest, ordered, left, shares):
                return True
            shares.pop()
            for sku, n in taken.items():
                stock[sku] += n * line.quantity
    return False


def _verdicts(
    ordered: Sequence[Candidate], need: Mapping[int, int], chosen: set[int]
) -> list[Verdict]:
    farthest = max((one.distance for one in ordered if one.id in chosen), default=0.0)
    verdicts = []
    for one in ordered:
        missing = {}
        for sku, units in need.items():
            there = max(one.stock.get(sku, 0), 0)
            if there < units:
                missing[sku] = units - there
        if one.id in chosen:
            reason = Reason.CHOSEN
        elif missing == need:
            reason = Reason.NO_STOCK
        elif missing:
            reason = Reason.SHORT if len(chosen) <= 1 else Reason.MORE_PARCELS
        elif one.distance > farthest:
            reason = Reason.FARTHER
        else:
            reason = Reason.LOWER_PRIORITY
        verdicts.append(Verdict(one, reason, missing))
    return verdicts
