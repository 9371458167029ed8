import pytest
from django.urls import reverse

from inventory.models import StockMovement
from inventory.services.allocation import allocate, ship
from inventory.services.expected import Expected, expected_set
from inventory.tables.matrix import heat_of
from tests.inventory.factories import ACTOR, demand, make_location, make_sku, put
from tests.inventory.test_pages import signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid():
    """A at two stores, one of which sold 14 of it; B at one."""
    a, b = make_sku("A"), make_sku("B", name="Bucket")
    first, second = make_location("S1"), make_location("S2")
    put(a, first, 20)
    put(a, second, 4)
    put(b, second, 3)
    sold = demand(a, first, 14)
    allocate([sold, demand(a, second, 1)], cause="order 1", actor=ACTOR)
    ship([sold], cause="order 1", actor=ACTOR)
    source = StockMovement.objects.filter(demand=sold.uid).first().demand
    expected_set(
        source,
        [Expected(a.pk, second.pk, 6), Expected(a.pk, second.pk, 2)],
        cause="transfer 1",
    )
    return a, b, first, second


def rows_of(client, **query) -> list[list[str]]:
    answer = client.get(reverse("stock-matrix"), {"_export": "csv", **query})
    return [line.split(",") for line in text(answer).splitlines()]


def test_each_figure_by_sku_and_location(grid) -> None:
    client = signed_in("operations_admin")
    assert rows_of(client)[0] == ["\ufeffSKU", "Total", "S1", "S2"]
    assert rows_of(client)[1:] == [["A", "9", "6", "3"], ["B", "3", "", "3"]]
    assert rows_of(client, figure="on_hand")[1] == ["A", "10", "6", "4"]
    assert rows_of(client, figure="allocated")[1] == ["A", "1", "0", "1"]
    assert rows_of(client, figure="expected")[1] == ["A", "8", "", "8"]
    assert rows_of(client, q="buck")[1:] == [["B", "3", "", "3"]]
    assert rows_of(client, kind="warehouse")[0] == ["\ufeffSKU", "Total"]


def test_cells_lead_to_movements_and_say_how_long_they_last(grid) -> None:
    page = text(signed_in("operations_admin").get(reverse("stock-matrix")))
    address = reverse("stock-movements", args=["A", "S1"])
    # 14 in 28 days is one every other day: six last twelve days.
    assert f'<a class="heat" href="{address}">6<small>12 d</small></a>' in page
    assert "nothing available" in page
    allocated = text(
        signed_in("operations_admin").get(reverse("stock-matrix"), {"figure": "allocated"})
    )
    assert f"{address}?figure=allocated" in allocated


def test_colours_by_days_of_cover() -> None:
    assert heat_of(0, 1.0) == ("out", 0)
    assert heat_of(-3, 0.0) == ("out", None)
    assert heat_of(5, 0.0) == ("", None)
    assert heat_of(6, 1.0) == ("low", 6)
    assert heat_of(7, 1.0) == ("", 7)
    assert heat_of(28, 1.0) == ("plenty", 28)


def test_a_store_sees_its_own_column(grid) -> None:
    manager = signed_in("store_manager", grid[2])
    assert rows_of(manager)[0] == ["\ufeffSKU", "Total", "S1"]


def test_queries_do_not_grow_with_skus_or_locations(grid, django_assert_num_queries) -> None:
    client = signed_in("operations_admin")
    url = reverse("stock-matrix")
    client.get(url)
    with django_assert_num_queries(QUERIES):
        client.get(url)
    for _ in range(12):
        place = make_location()
        for sku in (grid[0], make_sku()):
            put(sku, place, 2)
    with django_assert_num_queries(QUERIES):
        page = text(client.get(url))
    assert page.count('class="heat') > 24


QUERIES = 12
