"""The office's pages of counts."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from catalog.models import Sku
from inventory.models import CountLine, StockCount
from inventory.services.count_lines import lines_count
from inventory.services.count_planning import CountPlan, count_plan
from inventory.status import CountBasis, CountStatus
from tests.inventory.factories import ACTOR, figures, make_kit, make_location, make_sku, put
from tests.inventory.test_pages import signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def count():
    """Two SKUs of a store, ten and four of them, to be counted blind."""
    store = make_location("S1", name="Milano")
    for code, units in (("A", 10), ("B", 4)):
        put(make_sku(code, cost=Decimal("5.00")), store, units)
    return count_plan(CountPlan(store, CountBasis.EVERYTHING), actor=ACTOR)


def found(count: StockCount, **units: int) -> None:
    skus = {sku.code: sku.pk for sku in Sku.objects.all()}
    lines_count(count.pk, {skus[code]: number for code, number in units.items()}, actor=ACTOR)


def here(name: str, count: StockCount) -> str:
    return reverse(name, args=[count.pk])


def exported(client: Client, count: StockCount, **query: str) -> list[str]:
    return text(client.get(here("count-detail", count), {"_export": "csv"} | query)).splitlines()


@pytest.mark.parametrize("name", ["count-list", "count-new", "count-detail", "count-enter"])
def test_pages_cost_the_same_for_many_lines(count, name, django_assert_max_num_queries) -> None:
    for _ in range(20):
        put(make_sku(), count.location, 2)
    more = count_plan(CountPlan(count.location, CountBasis.EVERYTHING), actor=ACTOR)
    client = signed_in("operations_admin")
    args = [] if name in ("count-list", "count-new") else [more.pk]
    with django_assert_max_num_queries(16):
        assert client.get(reverse(name, args=args)).status_code == 200


def planned(client: Client, headers: Any = None, **data: Any) -> Any:
    given = {"location": "S2", "basis": "everything", "is_blind": "on"} | data
    return client.post(reverse("count-new"), given, headers=headers or {})


def test_what_it_makes_is_shown_before_it_is_planned() -> None:
    put(make_sku("A"), make_location("S2"), 3)
    client = signed_in("operations_admin")
    for ask in ({"headers": {"HX-Request": "true"}}, {"preview": "yes"}):
        answer = planned(client, **ask)
        assert answer.status_code == 200
        assert "Plan to count 1 line" in text(answer)
    assert not StockCount.objects.exists()
    answer = planned(client, note="top shelf")
    made = StockCount.objects.get()
    assert answer["Location"] == here("count-detail", made)
    assert (made.note, made.is_blind, made.lines.count()) == ("top shelf", True, 1)
    # All of it is in that count now.
    again = planned(client)
    assert again.status_code == 422
    assert "in another open count" in text(again)


def test_a_list_of_codes_and_what_is_wrong_with_it() -> None:
    sku = make_sku("A", gtin="4006381333931")
    put(sku, make_location("S2"), 3)
    kit = make_kit({sku: 2}, "KIT")
    client = signed_in("operations_admin")
    for codes, words in (
        ("A, NOPE", "No SKU has this code: NOPE"),
        (kit.code, "count their parts: KIT"),
        ("", "Name at least one SKU"),
    ):
        answer = planned(client, basis="listed", skus=codes)
        assert answer.status_code == 422
        assert words in text(answer)
    assert planned(client, basis="listed", skus="a;4006381333931").status_code == 302
    for wrong in ({"basis": "abc"}, {"basis": "category"}, {"location": "NONE"}):
        assert planned(client, **wrong).status_code == 422


def test_a_sheet_is_printed_and_typed_in(count) -> None:
    client = signed_in("clerk", count.location)
    sheet = text(client.get(here("count-sheet", count)))
    assert "Thing A" in sheet
    assert "Expected" not in sheet
    lines = {line.sku.code: line for line in count.lines.select_related("sku")}
    url = here("count-enter", count)
    wrong = client.post(url, {f"line_{lines['A'].pk}": "-1"})
    assert wrong.status_code == 422
    late = {f"line_{lines['A'].pk}": "9", "counted_at": "2001-01-01T10:00"}
    assert client.post(url, late).status_code == 422
    answer = client.post(url, {f"line_{lines['A'].pk}": "9", f"line_{lines['B'].pk}": ""})
    assert answer["Location"] == url
    page = text(client.get(url))
    assert "Thing B" in page
    assert "Thing A" not in page
    assert "Thing A" in text(client.get(url, {"q": "A"}))
    # A minute is the finest the field knows, and may begin before the count was planned.
    minute = localtime(count.created_at).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(url, {f"line_{lines['B'].pk}": "4", "counted_at": minute})
    assert answer["Location"] == here("count-detail", count)
    assert list(count.lines.order_by("sku__code").values_list("first", flat=True)) == [9, 4]


def test_differences_come_by_value_and_can_be_exported(count) -> None:
    Sku.objects.filter(code="B").update(cost=Decimal("50.00"))
    found(count, A=9, B=3)
    rows = exported(signed_in("operations_admin"), count)
    assert rows[0].split(",")[1:] == [
        "Name", "GTIN", "Class", "State", "Expected", "Counted", "Second count", "Difference",
        "Value at cost", "Who", "When",
    ]  # fmt: skip
    assert [row.split(",")[0] for row in rows[1:]] == ["B", "A"]
    assert rows[1].split(",")[5:10] == ["4", "3", "", "-1", "-50.0000"]
    only = exported(signed_in("operations_admin"), count, state="off", q="A")
    assert [row.split(",")[0] for row in only[1:]] == ["A"]


def test_costs_are_for_those_who_may_see_them(count) -> None:
    found(count, A=9)
    manager = exported(signed_in("store_manager", count.location), count)
    assert "Expected" in manager[0]
    assert "Value" not in manager[0]


def test_a_blind_count_stays_blind_for_who_counts(count) -> None:
    found(count, A=9)
    clerk = signed_in("clerk", count.location)
    assert "Expected" not in exported(clerk, count)[0]
    assert "Missing" not in text(clerk.get(here("count-detail", count)))
    clerk.post(here("count-finish", count), {"leave": "yes"})
    assert "Expected" in exported(clerk, count)[0]


def test_finished_by_a_clerk_approved_by_the_manager(count, settings) -> None:
    settings.COUNT_LIMIT_VALUE = 1
    found(count, A=9, B=4)
    clerk, manager = (signed_in(role, count.location) for role in ("clerk", "store_manager"))
    answer = clerk.post(here("count-finish", count), follow=True)
    assert "waits for approval" in text(answer)
    for name in ("count-approve", "count-recount", "count-cancel"):
        assert clerk.post(here(name, count)).status_code == 404
    assert "Approve and post" in text(manager.get(here("count-detail", count)))
    line = CountLine.objects.get(sku__code="A")
    manager.post(here("count-recount", count), {"selected": line.pk})
    count.refresh_from_db()
    assert count.status == CountStatus.RECOUNT
    found(count, A=9)
    clerk.post(here("count-finish", count))
    # Sent twice: the second says so and books nothing.
    for words in ("is posted", "cannot become"):
        assert words in text(manager.post(here("count-approve", count), follow=True))
    assert figures(line.sku, count.location) == (9, 0)
    assert "Booked" in exported(manager, count)[0]


def test_it_is_given_up(count) -> None:
    found(count, A=1)
    manager = signed_in("store_manager", count.location)
    page = text(manager.post(here("count-cancel", count), follow=True))
    assert "nothing was booked" in page
    assert manager.get(here("count-enter", count)).status_code == 302
    assert figures(Sku.objects.get(code="A"), count.location) == (10, 0)


def test_another_stores_count_is_not_there(count) -> None:
    stranger = signed_in("store_manager", make_location())
    for name in ("count-detail", "count-sheet", "count-enter"):
        assert stranger.get(here(name, count)).status_code == 404
    assert "Milano" not in text(stranger.get(reverse("count-list")))
