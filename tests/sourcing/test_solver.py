"""The solver against brute force, and the rules one by one."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.sourcing.solver import Candidate, Line, Reason, most_units, parts_needed, solve


def line(position: int, sku: int, quantity: int, parts: dict[int, int] | None = None) -> Line:
    return Line(position, sku, quantity, parts or {sku: 1})


def place(
    number: int, stock: dict[int, int], distance: float = 0.0, priority: int = 0
) -> Candidate:
    return Candidate(number, f"L{number}", stock, distance, priority)


def reasons(outcome_lines: list[Line], places: list[Candidate]) -> dict[str, Reason]:
    outcome = solve(outcome_lines, places)
    return {verdict.candidate.code: verdict.reason for verdict in outcome.verdicts}


def test_fewest_parcels_beats_nearest() -> None:
    near_a, near_b = place(1, {1: 5}, 1), place(2, {2: 5}, 2)
    far = place(3, {1: 5, 2: 5}, 900)
    outcome = solve([line(1, 1, 1), line(2, 2, 1)], [near_a, near_b, far])
    assert outcome.locations == (3,)


def test_nearest_among_equals_then_priority_then_id() -> None:
    assert solve([line(1, 1, 1)], [place(1, {1: 5}, 50), place(2, {1: 5}, 10)]).locations == (2,)
    assert solve([line(1, 1, 1)], [place(1, {1: 5}), place(2, {1: 5}, 0, 9)]).locations == (2,)
    assert solve([line(1, 1, 1)], [place(2, {1: 5}), place(1, {1: 5})]).locations == (1,)


def test_a_line_may_come_from_two_places() -> None:
    outcome = solve([line(1, 1, 8)], [place(1, {1: 5}, 1), place(2, {1: 5}, 2)])
    assert [(share.location_id, share.quantity) for share in outcome.shares] == [(1, 5), (2, 3)]


def test_the_most_that_can_be_had_is_what_the_best_places_have() -> None:
    few = [place(number, {1: number}) for number in range(1, 7)]
    assert most_units(line(1, 1, 99), few) == 6 + 5 + 4 + 3
    assert most_units(line(1, 1, 2), few) == 2
    assert most_units(line(1, 1, 5), [place(1, {1: -3}), place(2, {2: 5})]) == 0
    assert solve([line(1, 1, 18)], few).shares
    assert not solve([line(1, 1, 19)], few).shares


def test_the_most_of_a_kit_is_what_one_place_has() -> None:
    kit = line(1, 9, 5, {1: 1, 2: 2})
    places = [place(1, {1: 4, 2: 7}), place(2, {1: 2, 2: 9})]
    assert most_units(kit, places) == 3
    # No more than may be sold of the kit itself.
    assert most_units(kit, [place(1, {1: 4, 2: 7, 9: 1})]) == 1


def test_two_lines_of_one_sku_share_its_stock() -> None:
    lines = [line(1, 1, 3), line(2, 1, 3)]
    assert solve(lines, [place(1, {1: 5})]).shares == ()
    assert solve(lines, [place(1, {1: 6})]).locations == (1,)


def test_a_kit_and_its_component_share_stock_and_a_kit_is_not_torn_apart() -> None:
    kit = line(1, 9, 2, {1: 1, 2: 2})
    assert solve([kit, line(2, 1, 1)], [place(1, {1: 2, 2: 4})]).shares == ()
    torn = [place(1, {1: 2, 2: 1}, 1), place(2, {2: 4}, 2)]
    assert solve([kit], torn).shares == ()
    whole = [*torn, place(3, {1: 2, 2: 4}, 500)]
    assert solve([kit], whole).locations == (3,)


def test_nothing_covers_the_basket() -> None:
    outcome = solve([line(1, 1, 10)], [place(1, {1: 4}), place(2, {1: 4})])
    assert outcome.shares == ()
    assert outcome.exact


def test_every_candidate_gets_the_one_reason_it_lost() -> None:
    assert reasons(
        [line(1, 1, 2)],
        [
            place(1, {1: 5}, 10),
            place(2, {1: 5}, 20),
            place(3, {1: 1}, 1),
            place(4, {}, 1),
            place(5, {1: 5}, 10, -1),
        ],
    ) == {
        "L1": Reason.CHOSEN,
        "L2": Reason.FARTHER,
        "L3": Reason.SHORT,
        "L4": Reason.NO_STOCK,
        "L5": Reason.LOWER_PRIORITY,
    }


stocks = st.dictionaries(st.integers(1, 3), st.integers(0, 4), max_size=3)
baskets = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(baskets, st.lists(st.tuples(stocks, st.integers(0, 9)), min_size=1, max_size=6))
def test_exact_against_brute_force(
    basket: list[tuple[int, int]], shelves: list[tuple[dict[int, int], int]]
) -> None:
    lines = [line(index, sku, units) for index, (sku, units) in enumerate(basket, 1)]
    places = [place(index, stock, distance) for index, (stock, distance) in enumerate(shelves, 1)]
    need = parts_needed(lines)
    best: tuple[int, float] | None = None
    for size in range(1, 5):
        for chosen in combinations(places, size):
            if all(sum(one.stock.get(sku, 0) for one in chosen) >= n for sku, n in need.items()):
                rank = (size, sum(one.distance for one in chosen))
                best = rank if best is None or rank < best else best
    outcome = solve(lines, places)
    if best is None:
        assert outcome.shares == ()
        return
    used = [one for one in places if one.id in outcome.locations]
    assert (len(used), sum(one.distance for one in used)) == best
    for wanted in lines:
        shares = [share for share in outcome.shares if share.position == wanted.position]
        assert sum(share.quantity for share in shares) == wanted.quantity
    for one in places:
        for sku in need:
            taken = sum(
                share.quantity
                for share in outcome.shares
                if share.location_id == one.id and lines[share.position - 1].sku_id == sku
            )
            assert taken <= one.stock.get(sku, 0)
