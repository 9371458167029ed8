import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from oms.core.actors import system_actor
from oms.core.clock import now
from oms.core.roles import role_grant
from oms.orders.services.changes import order_cancel
from oms.orders.status import CancelReason
from stores.codes import pickup_code, pickup_token
from stores.models import HandOver, Pickup
from stores.services.ending import pickup_expire_due
from stores.services.lookup import MAX_MISSES
from stores.status import PickupStatus
from tests.core.factories import make_user
from tests.orders.factories import make_shop
from tests.stores.factories import (
    clerk_of,
    collected,
    fresh,
    hand_over,
    make_clerk,
    overdue,
    pay,
    put_back,
    ready,
    reserve,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop():
    return make_shop(2)


@pytest.fixture
def person(shop):
    return make_clerk(shop.store, first_name="Anna", last_name="Rossi")


def page(client, name: str, *args, **query):
    return client.get(reverse(name, args=args), query)


def post(client, name: str, pickup, htmx: bool = True, **data):
    headers = HTMX if htmx else {}
    return client.post(reverse(name, args=[pickup.uid]), data, headers=headers)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def scan(client, code: str):
    return client.post(reverse("counter-scan"), {"code": code}, headers=HTMX)


def nonce_of(response) -> str:
    return re.search(r'name="nonce" value="([^"]+)"', response.content.decode())[1]


def test_the_queue_shows_the_work_in_tabs(shop, clerk, till) -> None:
    reserve(shop)
    ready(shop, clerk)
    overdue(ready(shop, clerk))
    pickup_expire_due(actor=system_actor())

    first = page(till, "counter")
    assert "Ada Byron" in text_of(first)
    assert "1 To pick 1 Ready 0 Overdue 1 To put back" in text_of(first)
    assert "A1" in text_of(page(till, "counter", tab="ready"))
    assert "Back on the shelf" in text_of(page(till, "counter", tab="put_back"))
    assert "Nothing is overdue" in text_of(page(till, "counter", tab="overdue"))


def test_overdue_means_late_picking_and_late_customers(shop, clerk, till) -> None:
    late = reserve(shop)
    work = late.fulfilment_order
    work.promised_at = now() - timedelta(minutes=40)
    work.save()
    waiting = ready(shop, clerk)
    Pickup.objects.filter(pk=waiting.pk).update(collect_by=now() - timedelta(hours=3))

    text = text_of(page(till, "counter", tab="overdue"))

    assert "2 Overdue" in text
    assert "40 min late" in text
    assert "Not collected" in text


def test_the_live_queue_sends_only_news_and_rings_for_orders(shop, till) -> None:
    live = re.search(r'hx-get="([^"]+)"', page(till, "counter").content.decode())[1]
    address = live.replace("&amp;", "&")
    assert till.get(address, headers=HTMX).status_code == 204

    reserve(shop)
    answer = till.get(address, headers=HTMX)

    assert answer.status_code == 200
    assert answer["HX-Trigger"] == "new-order"
    assert "Ada Byron" in text_of(answer)


@pytest.mark.parametrize("tab", ["to_pick", "ready", "overdue", "put_back"])
def test_queue_queries_do_not_grow_with_the_orders(
    shop, clerk, till, tab, django_assert_num_queries
) -> None:
    def fill() -> None:
        reserve(shop)
        ready(shop, clerk)
        overdue(ready(shop, clerk))
        pickup_expire_due(actor=system_actor())
        late = ready(shop, clerk)
        Pickup.objects.filter(pk=late.pk).update(collect_by=now() - timedelta(hours=3))

    fill()
    page(till, "counter", tab=tab)
    with django_assert_num_queries(12) as few:
        page(till, "counter", tab=tab)
    fill()
    fill()
    with django_assert_num_queries(len(few)):
        page(till, "counter", tab=tab)


def test_scan_and_one_tap_hand_over(shop, clerk, till) -> None:
    pickup = ready(shop, clerk, method="collect")

    opened = scan(till, pickup_token(pickup.uid))
    assert opened["HX-Redirect"] == reverse("counter-pickup", args=[pickup.uid])
    counter = till.get(opened["HX-Redirect"])
    assert "The QR code is right" in text_of(counter)
    assert "Hand over 2 items" in text_of(counter)
    done = post(till, "counter-hand-over", pickup, nonce=nonce_of(counter))

    assert "Handed over" in text_of(done)
    assert "2 items to Ada Byron" in text_of(done)
    assert HandOver.objects.get().proof == "token"
    assert "Handed over to Ada Byron" in text_of(page(till, "counter"))


def test_a_page_cannot_claim_a_proof(shop, clerk, till) -> None:
    pickup = ready(shop, clerk, method="collect")

    assert "Ask for the pickup code" in text_of(page(till, "counter-pickup", pickup.uid))
    post(till, "counter-hand-over", pickup, nonce=str(uuid4()), proof="token")

    assert HandOver.objects.get().proof == "name"


def test_the_money_comes_before_the_goods(shop, clerk, till) -> None:
    pickup = ready(shop, clerk)
    counter = page(till, "counter-pickup", pickup.uid)
    assert "Take €24.40 by card" in text_of(counter)
    assert "Hand over 2 items" not in text_of(counter)

    refused = post(till, "counter-hand-over", pickup, nonce=nonce_of(counter))
    assert "Not paid" in text_of(refused)
    taken = post(till, "counter-pay", pickup, nonce=nonce_of(counter), means="card")
    assert "€24.40 taken" in text_of(taken)

    assert "Hand over 2 items" in text_of(page(till, "counter-pickup", pickup.uid))
    assert "Give the money back" in text_of(page(till, "counter-pickup", pickup.uid))
    post(till, "counter-pay-back", pickup)
    assert "Take €24.40" in text_of(page(till, "counter-pickup", pickup.uid))


def test_undo_is_two_taps(shop, clerk, till) -> None:
    pickup = ready(shop, clerk)
    pay(pickup, clerk)
    hand_over(pickup, clerk)

    asked = post(till, "counter-undo", pickup, htmx=False)
    assert "Why is it undone?" in text_of(asked)
    assert "€24.40 goes back" in text_of(asked)
    done = post(till, "counter-undo", pickup, reason="wrong_customer")

    assert "Undone" in text_of(done)
    assert "Give €24.40 back" in text_of(done)
    assert fresh(pickup).status == PickupStatus.READY


def case_not_found(shop, clerk):
    return "nobody@example.com", "Not found", "search by name"


def case_not_ready(shop, clerk):
    pickup = reserve(shop)
    return pickup_token(pickup.uid), "Not ready yet", "0 of 2 picked"


def case_wrong_store(shop, clerk):
    other = make_shop(1)
    other.store.phone = "+39 011 555"
    other.store.save()
    pickup = ready(other, clerk_of(other.store))
    return pickup_token(pickup.uid), "Another store", "+39 011 555"


def case_already_collected(shop, clerk):
    return pickup_token(collected(shop, clerk).uid), "Already collected", "by Anna Rossi"


def case_cancelled(shop, clerk):
    pickup = ready(shop, clerk)
    order_cancel(pickup.fulfilment_order.order_id, reason=CancelReason.CUSTOMER, actor=clerk)
    return pickup_token(pickup.uid), "Cancelled", "Customer&#x27;s wish"


def case_expired(shop, clerk):
    pickup = overdue(ready(shop, clerk))
    pickup_expire_due(actor=system_actor())
    return pickup_token(pickup.uid), "Not collected in time", "Serve the customer now"


def case_put_back(shop, clerk):
    code, *_rest = case_expired(shop, clerk)
    put_back(Pickup.objects.get(), clerk)
    return code, "Too late", "back on the shelf"


@pytest.mark.parametrize(
    "case",
    [
        case_not_found,
        case_not_ready,
        case_wrong_store,
        case_already_collected,
        case_cancelled,
        case_expired,
        case_put_back,
    ],
)
def test_every_refusal_has_its_screen(shop, clerk, till, case) -> None:
    code, word, sentence = case(shop, clerk)

    part = scan(till, code)
    whole = till.post(reverse("counter-scan"), {"code": code})

    for answer in (part, whole):
        assert word in text_of(answer)
        assert sentence in text_of(answer)
    assert 'data-moment="' in part.content.decode()
    assert "<html" in whole.content.decode()


def test_refusals_of_the_tap_have_their_screens_too(shop, clerk, till) -> None:
    pickup = ready(shop, clerk, method="collect")
    Pickup.objects.filter(pk=pickup.pk).update(needs_id=True)
    other = reserve(shop, method="collect")
    other.fulfilment_order.order = pickup.fulfilment_order.order
    other.fulfilment_order.save()

    partly = post(till, "counter-hand-over", pickup, nonce=str(uuid4()))
    assert "Partly ready" in text_of(partly)
    assert shop.skus[0].name in text_of(partly)
    no_id = post(till, "counter-hand-over", pickup, nonce=str(uuid4()), partly="on")
    assert "Check the ID" in text_of(no_id)
    fields = {"nonce": str(uuid4()), "partly": "on", "id_checked": "on"}
    assert "Handed over" in text_of(post(till, "counter-hand-over", pickup, **fields))


def test_wrong_codes_lock_the_codes(shop, clerk, till) -> None:
    for _ in range(MAX_MISSES):
        assert "Not found" in text_of(scan(till, pickup_code(uuid4())))

    assert "Locked" in text_of(scan(till, pickup_code(uuid4())))


def test_several_hits_are_listed(shop, clerk, till) -> None:
    for _ in range(2):
        ready(shop, clerk)

    listed = till.get(scan(till, "Byron")["HX-Redirect"])

    assert "2 orders" in text_of(listed)
    part = till.get(reverse("counter-find"), {"code": "byr"}, headers=HTMX)
    assert "2 orders" in text_of(part)
    assert "<html" not in part.content.decode()


def test_picking_by_scanner_and_by_hand(shop, clerk, till) -> None:
    pickup = reserve(shop)
    address = reverse("counter-pick-scan", args=[pickup.uid])
    lines = list(pickup.fulfilment_order.lines.order_by("order_line__position"))
    assert "0 of 2 picked" in text_of(page(till, "counter-pickup", pickup.uid))

    scanned = till.post(address, {"code": shop.skus[0].code}, headers=HTMX)
    assert "1 of 2 picked" in text_of(scanned)
    wrong = till.post(address, {"code": "nonsense"}, headers=HTMX)
    assert "Unknown barcode" in text_of(wrong)
    count = reverse("counter-count", args=[pickup.uid, lines[1].pk])
    assert till.post(count, {"units": "1"}).status_code == 302

    counter = text_of(page(till, "counter-pickup", pickup.uid))
    assert "Ready: tell Ada Byron" in counter
    done = post(till, "counter-ready", pickup, place="C4")
    assert "Ada Byron is told now" in text_of(done)
    assert fresh(pickup).place == "C4"


def test_what_cannot_be_had_is_declined_with_its_effect_said(shop, clerk, till) -> None:
    pickup = reserve(shop)
    line = pickup.fulfilment_order.lines.first()
    address = reverse("counter-decline", args=[pickup.uid, line.pk])

    assert "Not what the record says" in text_of(till.get(address))
    till.post(address, {"units": "1", "reason": "damaged"})

    assert pickup.fulfilment_order.lines.count() == 1
    other = pickup.fulfilment_order.lines.get()
    last = reverse("counter-decline", args=[pickup.uid, other.pk])
    assert "the order ends" in text_of(till.get(last))
    till.post(last, {"units": "1", "reason": "not_found"})
    assert fresh(pickup).status == PickupStatus.DECLINED


def test_the_rest_of_the_day(shop, clerk, till) -> None:
    pickup = collected(shop, clerk)
    waiting = ready(shop, clerk)
    late = overdue(ready(shop, clerk))
    pickup_expire_due(actor=system_actor())

    assert "Handed over today 1" in text_of(page(till, "counter-more"))
    assert "handed over by Anna Rossi" in text_of(page(till, "counter-pickup", pickup.uid))
    post(till, "counter-extend", waiting)
    assert fresh(waiting).collect_by > waiting.collect_by
    post(till, "counter-place", waiting, place="Z9")
    assert fresh(waiting).place == "Z9"
    assert "is ready at" in text_of(page(till, "counter-preview", waiting.uid))
    post(till, "counter-reinstate", late)
    assert fresh(late).status == PickupStatus.READY
    assert page(till, "counter-scanner").status_code == 200


def test_paper_says_whose_it_is_and_hands_out_no_secret(shop, clerk, till) -> None:
    pickup = ready(shop, clerk)
    number = pickup.fulfilment_order.order.number

    for name in ("counter-slip", "counter-label"):
        printed = page(till, name, pickup.uid)
        assert "Ada Byron" in text_of(printed)
        assert str(number) in text_of(printed).replace(" ", "")
        assert pickup_code(pickup.uid) not in printed.content.decode()


def test_a_clerk_of_another_store_finds_no_page(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    stranger = Client()
    stranger.force_login(make_clerk(make_shop(1).store))

    for name in ("counter-pickup", "counter-slip", "counter-label", "counter-preview"):
        assert page(stranger, name, pickup.uid).status_code == 404
    for name in ("counter-hand-over", "counter-pay", "counter-undo", "counter-extend"):
        answer = post(stranger, name, pickup, htmx=False, nonce=str(uuid4()), means="cash")
        assert answer.status_code == 404
    assert fresh(pickup).status == PickupStatus.READY


def test_no_counter_without_the_role_or_without_signing_in(shop) -> None:
    nobody = Client()
    assert page(nobody, "counter").status_code == 302
    nobody.force_login(make_user("auditor"))
    assert page(nobody, "counter").status_code == 404


def test_a_clerk_of_two_stores_chooses(shop, person, till) -> None:
    other = make_shop(1).store
    role_grant(user=person, role="clerk", scope=other, actor=system_actor())
    till.force_login(person)

    assert page(till, "counter").url == reverse("counter-store")
    assert other.name in text_of(page(till, "counter-store"))
    till.post(reverse("counter-store"), {"store": other.pk})
    assert other.name in text_of(page(till, "counter"))
    till.post(reverse("counter-store"), {"store": make_shop(1).store.pk})
    assert other.name in text_of(page(till, "counter"))
