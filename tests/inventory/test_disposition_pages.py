"""What is set aside, in the office."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Sku
from inventory.models import Disposition, Location, Stock
from inventory.services.allocation import allocate
from inventory.status import DispositionReason
from oms.core.clock import now
from tests.inventory.dispositions import make_aside
from tests.inventory.factories import ACTOR, demand, make_kit, make_location, make_sku, put
from tests.inventory.test_pages import signed_in, text

pytestmark = pytest.mark.django_db
R = DispositionReason


@pytest.fixture
def shelf() -> tuple[Sku, Location]:
    sku, store = make_sku("A", name="Thing A"), make_location("S1", name="Milano")
    put(sku, store, 10)
    return sku, store


@pytest.fixture
def client() -> Client:
    return signed_in("operations_admin")


def form_of(**changes: Any) -> dict[str, Any]:
    return {"units": 2, "reason": "damaged", "uid": uuid.uuid4()} | changes


NEW = "/office/stock/set-aside/A/at/S1/"
LIST = "/office/set-aside/"


def test_the_list_filters_and_exports(shelf, client: Client) -> None:
    sku, store = shelf
    other = make_sku("B", name="Thing B")
    put(other, store, 5)
    make_aside(sku, store, 3, note="box crushed")
    make_aside(other, store, 1, R.DISPLAY, expires_at=now() + timedelta(days=9))
    gone = make_aside(other, store, 2, R.MISSING)
    client.post(reverse("disposition-put-back", args=[gone.uid]))

    def names(**query: str) -> list[str]:
        rows = text(client.get(LIST, query | {"_export": "csv"})).splitlines()[1:]
        return [",".join(row.split(",")[1:5]) for row in rows]

    assert names() == ["B,Milano,display,1", "A,Milano,damaged,3"] or names() == [
        "B,Milano,On display,1",
        "A,Milano,Damaged,3",
    ]
    assert len(names(reason="display")) == 1
    assert len(names(q="thing a")) == len(names(sku="a")) == 1
    assert len(names(location="S1")) == 2
    assert len(names(ended="on")) == len(names(outcome="put_back")) == 1
    assert names(outcome="written_off") == []
    page = text(client.get(LIST))
    assert "box crushed" in page
    assert "Write off" in page


def test_an_empty_list_says_what_it_is_for(client: Client) -> None:
    assert "Nothing is set aside" in text(client.get(LIST))


def test_queries_do_not_grow_with_the_rows(
    shelf, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make_aside(*shelf)
    with django_assert_max_num_queries(16):
        client.get(LIST)
    for _ in range(5):
        make_aside(*shelf)
    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_setting_aside_and_ending(shelf, client: Client) -> None:
    assert "Without a day" in text(client.get(NEW))
    sent = form_of(note="fell")
    page = text(client.post(NEW, sent, follow=True))
    assert "2 units are set aside" in page
    assert f"{LIST}?sku=A&amp;location=S1" in page
    assert "nothing was booked twice" in text(client.post(NEW, sent, follow=True))
    aside = Disposition.objects.get()
    assert (aside.units, aside.note) == (2, "fell")
    assert aside.expires_at is not None
    page = text(client.get(reverse("stock-sku", args=["A"])))
    assert f'href="{LIST}?sku=A"' in page

    end = reverse("disposition-write-off", args=[aside.uid])
    page = text(client.post(end, {"next": f"{LIST}?location=S1"}, follow=True))
    assert "2 units are written off" in page
    assert "Somebody was faster" in text(client.post(end, {"next": "//evil.example/"}, follow=True))
    assert Stock.objects.get(sku__code="A").on_hand == 8


def test_what_is_wrong_stands_in_the_form(shelf, client: Client) -> None:
    answer = client.post(NEW, form_of(units=11))
    assert answer.status_code == 422
    assert "Only 10 units lie there" in text(answer)
    past = client.post(NEW, form_of(last_day="2020-01-01"))
    assert "This day is over" in text(past)
    allocate([demand(*shelf, 9)], cause="order", actor=ACTOR)
    asked = form_of()
    page = text(client.post(NEW, asked))
    assert "1 claimed unit would be missing" in page
    assert Disposition.objects.count() == 0
    client.post(NEW, asked | {"accept_shortage": "true"})
    assert Disposition.objects.count() == 1


def test_a_day_of_the_location_is_its_end(shelf, client: Client) -> None:
    day = (now() + timedelta(days=3)).date()
    client.post(NEW, form_of(last_day=day.isoformat()))
    aside = Disposition.objects.select_related("location").get()
    assert aside.expires_at is not None
    local = aside.expires_at.astimezone(aside.location.zone)
    assert (local.date(), local.hour) == (day + timedelta(days=1), 0)


def test_a_kit_has_no_shelf(shelf, client: Client) -> None:
    kit = make_kit({shelf[0]: 2})
    assert client.get(reverse("disposition-new", args=[kit.code, "S1"])).status_code == 404


def test_a_clerk_puts_back_and_does_not_write_off(shelf) -> None:
    from_a = make_aside(*shelf)
    clerk = signed_in("clerk", scope=shelf[1])
    page = text(clerk.get(LIST))
    assert "Put back" in page
    assert "Write off" not in page
    assert clerk.post(reverse("disposition-write-off", args=[from_a.uid])).status_code == 404
    assert clerk.post(reverse("disposition-put-back", args=[from_a.uid])).status_code == 302


def test_some_of_them_are_ended(shelf, client: Client) -> None:
    aside = make_aside(*shelf, 5)
    single = make_aside(*shelf, 1)
    listed = client.get(LIST).content.decode()
    assert f"{LIST}{aside.uid}/part/" in listed
    assert f"{LIST}{single.uid}/part/" not in listed
    page = client.get(f"{LIST}{aside.uid}/part/")
    assert "5 are set aside; the rest stays so" in text(page)
    part = page.context["form"]["part"].value()
    for _ in range(2):
        given = {"units": 2, "part": part}
        done = client.post(f"{LIST}{aside.uid}/put-back/", given, follow=True)
        assert "2 units are back on sale" in text(done)
    wrong = client.post(f"{LIST}{aside.uid}/write-off/", {"units": 4, "part": uuid.uuid4()})
    assert (wrong.status_code, "Give 1 to 3 units" in text(wrong)) == (422, True)
    client.post(f"{LIST}{aside.uid}/write-off/", {"units": 3, "part": uuid.uuid4()})
    stock = Stock.objects.get(sku=shelf[0], location=shelf[1])
    assert (stock.on_hand, stock.unavailable) == (7, 1)
    gone = client.get(f"{LIST}{aside.uid}/part/", follow=True)
    assert "not set aside any more" in text(gone)
