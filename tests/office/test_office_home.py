import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import Stock
from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.models import Event, Job
from oms.notifications.models import Message
from oms.office.selectors.charts import fulfilment_by_method, orders_by_day, work_by_location
from oms.office.selectors.figures import (
    sales_figures,
    shortage_count,
    trouble_figures,
    work_figures,
)
from tests.catalog.factories import make_sku
from tests.core.factories import add_event
from tests.office.factories import make_location, make_order, make_work

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
ACTOR = system_actor()


def test_sales_are_by_the_retailers_day_and_leave_out_what_was_cancelled():
    with time_machine.travel(datetime(2026, 11, 22, 0, 30, tzinfo=ROME), tick=False):
        make_order(gross="10.00")
        make_order(gross="100.00", status="cancelled")
        make_order(gross="7.00", placed_at=now() - timedelta(hours=1))
        make_order(gross="5.00", placed_at=now() - timedelta(hours=25))
        (sales,) = sales_figures(ACTOR)
    assert (sales.orders_today, sales.orders_yesterday) == (2, 1)
    assert (sales.today, sales.yesterday) == (10, 7)


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 29, 12, tzinfo=ROME), datetime(2026, 10, 25, 12, tzinfo=ROME)]
)
def test_a_day_of_23_or_25_hours_is_one_day(day):
    with time_machine.travel(day + timedelta(days=1), tick=False):
        for hour in (0, 23):
            make_order(placed_at=day.replace(hour=hour, minute=30))
        (sales,) = sales_figures(ACTOR)
    assert sales.orders_yesterday == 2


def test_currencies_are_not_added_up():
    make_order(gross="10.00")
    make_order(gross="11.00")
    make_order(gross="40.00", currency="PLN")
    assert [(s.currency, s.today) for s in sales_figures(ACTOR)] == [("EUR", 21), ("PLN", 40)]


def test_work_is_counted_by_what_it_waits_for():
    make_work()
    late = make_work(late=True, status="picking")
    make_work(status="picked")
    make_work(status="ready", late=True)
    make_work(status="shipped", late=True)
    work = work_figures(ACTOR)
    assert (work.to_pick, work.overdue, work.ready) == (2, 1, 1)
    assert work.oldest == late.promised_at


def test_a_shortage_is_less_on_hand_than_allocated():
    location = make_location()
    for on_hand, allocated in ((1, 3), (3, 3), (5, 0)):
        stock = Stock.objects.create(sku=make_sku(), location=location)
        Stock.objects.filter(pk=stock.pk).update(on_hand=on_hand, allocated=allocated)
    assert shortage_count(ACTOR) == 1


def test_trouble_is_what_needs_a_person():
    assert not trouble_figures().any
    add_event()
    Event.objects.filter(pk=add_event().pk).update(state=Event.State.DEAD)
    Event.objects.filter(pk=add_event().pk).update(occurred_at=now() - timedelta(minutes=2))
    for days in (1, 30):
        Job.objects.create(
            kind="x", title="x", status="failed", finished_at=now() - timedelta(days=days)
        )
    trouble = trouble_figures()
    assert trouble.any
    assert (trouble.dead_events, trouble.late_events, trouble.failed_jobs) == (1, 1, 1)


def test_orders_by_day_have_thirty_days_and_at_most_four_series():
    for number in range(6):
        for _time in range(6 - number):
            make_order(channel=f"Channel {number}")
    make_order(channel="Channel 0", placed_at=now() - timedelta(days=40))
    chart = orders_by_day(ACTOR)
    assert len(chart["labels"]) == 30
    assert [series["label"] for series in chart["series"]] == [
        "Channel 0",
        "Channel 1",
        "Channel 2",
        "Other channels",
    ]
    assert [series["values"][-1] for series in chart["series"]] == [6, 5, 4, 6]
    assert sum(sum(series["values"]) for series in chart["series"]) == 21


def test_bars_add_up_and_none_is_longer_than_the_scale():
    milano, torino = make_location("Milano"), make_location("Torino")
    make_work(location=torino)
    make_work(location=milano, late=True)
    make_work(location=milano)
    chart = work_by_location(ACTOR)
    assert [(bar.label, bar.total) for bar in chart.bars] == [("Milano", 2), ("Torino", 1)]
    assert [piece.value for piece in chart.bars[0].pieces] == [1, 1]
    assert sum(float(piece.width) for piece in chart.bars[0].pieces) == 100
    methods = fulfilment_by_method(ACTOR, {"ship": "Ship"})
    assert [(bar.label, bar.total) for bar in methods.bars] == [("Ship", 3)]


def fill(count):
    for number in range(count):
        location = make_location(f"Store {number}")
        make_work(location=location, late=number % 2 == 0)
        make_order(channel=f"Channel {number}")
        add_event()


def test_the_number_of_queries_does_not_depend_on_the_data(office):
    office.get("/office/")
    fill(2)
    with CaptureQueriesContext(connection) as few:
        assert office.get("/office/").status_code == 200
    fill(15)
    with CaptureQueriesContext(connection) as many:
        office.get("/office/")
    assert len(few) == len(many) <= 22


def test_an_empty_house_has_a_page_too(office):
    page = office.get("/office/")
    assert page.status_code == 200
    assert b"No orders in the last 30 days" in page.content


def test_figures_refresh_without_the_charts(office):
    fill(1)
    part = office.get("/office/", headers={"HX-Request": "true"}).content.decode()
    assert "home-figures" in part
    assert "<html" not in part
    assert "canvas" not in part


def test_a_clerk_has_no_office(sign_in):
    assert sign_in("clerk", scope=make_location()).get("/office/").status_code == 404


def exported(browser, url):
    """The rows of a list page as it is linked to."""
    answer = browser.get(f"{unescape(url)}{'&' if '?' in url else '?'}_export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_figure_leads_to_exactly_what_it_counts(office):
    make_order(gross="10.00")
    make_order(gross="20.00", current_total=Decimal("4.50"))
    make_order(gross="40.00", status="cancelled")
    yesterday = now() - timedelta(hours=25)
    for status, late in (("open", False), ("picking", True), ("picked", True), ("ready", True)):
        make_work(status=status, late=late, order=make_order(placed_at=yesterday))
    page = office.get("/office/").content.decode()
    linked = r'<a href="([^"]+)" class="figure[^>]*>.*?figure-number">([^<]+)<'
    figures = re.findall(linked, page, re.DOTALL)
    rows = [exported(office, url) for url, _shown in figures]
    assert [shown for _url, shown in figures] == ["3", "€14.50", "2", "2", "1", "0"]
    assert [len(found) for found in rows] == [3, 3, 2, 2, 1, 0]
    assert sum(Decimal(row["Total now"]) for row in rows[1]) == Decimal("14.50")
    listed = office.get(unescape(figures[1][0])).content.decode()
    assert "€70.00" in listed
    assert "now €14.50" in listed


def test_trouble_leads_to_exactly_what_it_counts(office):
    Event.objects.filter(pk=add_event().pk).update(occurred_at=now() - timedelta(minutes=2))
    add_event()
    for days in (1, 30):
        Job.objects.create(
            kind="x", title="x", status="failed", finished_at=now() - timedelta(days=days)
        )
        message = Message.objects.create(source=f"test:{days}", status="failed")
        Message.objects.filter(pk=message.pk).update(created_at=now() - timedelta(days=days))
    page = office.get("/office/").content.decode()
    links = re.findall(
        r'<a class="btn btn-ghost" href="([^"]+)"', page.partition("home-trouble")[2]
    )
    assert len(links) == 3
    assert [len(exported(office, url)) for url in links] == [1, 1, 1]


def test_who_may_not_open_the_list_is_not_sent_there(sign_in):
    add_event()
    Event.objects.update(state=Event.State.DEAD)
    page = sign_in("auditor").get("/office/").content.decode()
    assert "1 event was given up" in page
    assert reverse("event-list") not in page.partition("home-figures")[2]
    assert reverse("fulfilment-list") not in page.partition("home-figures")[2]
