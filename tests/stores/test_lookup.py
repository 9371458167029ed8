from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.core.clock import now
from oms.orders.requests import Contact
from stores.codes import bag_code, pickup_code, pickup_token
from stores.models import CodeMiss
from stores.selectors import pickup_find, store_queue
from stores.services.lookup import MAX_MISSES, pickup_identify
from stores.status import HandOverAnswer, Proof
from tests.orders.factories import make_shop
from tests.stores.factories import clerk_of, collected, ready, reserve

pytestmark = pytest.mark.django_db
A = HandOverAnswer


@pytest.fixture
def shop():
    return make_shop()


def identify(shop, clerk, text: str):
    return pickup_identify(text, location=shop.store, actor=clerk)


def test_the_qr_and_the_code_open_the_order(shop, clerk) -> None:
    pickup = ready(shop, clerk)

    by_token = identify(shop, clerk, pickup_token(pickup.uid).lower())
    code = pickup_code(pickup.uid)
    by_code = identify(shop, clerk, f"{code[:4].lower()} {code[4:]}")

    assert (by_token.code, by_token.pickup, by_token.proof) == (A.OK, pickup, Proof.TOKEN)
    assert (by_code.code, by_code.pickup, by_code.proof) == (A.OK, pickup, Proof.CODE)
    assert not CodeMiss.objects.exists()


def test_the_bag_label_opens_the_order_and_proves_nothing(shop, clerk) -> None:
    pickup = ready(shop, clerk)

    answer = identify(shop, clerk, bag_code(pickup.pk))

    assert (answer.code, answer.pickup, answer.proof) == (A.OK, pickup, Proof.NAME)
    assert identify(shop, clerk, bag_code(pickup.pk + 99)).code is A.NOT_FOUND


@pytest.mark.parametrize(
    "text",
    ["Byron", "ada byron", "BYRON ADA", "ada@example.com", "4567", "+39 02 123 4567", "Nonna"],
)
def test_people_are_found_by_what_they_say(shop, clerk, text: str) -> None:
    pickup = ready(shop, clerk, deputy="Nonna Pina")
    reserve(shop, contact=Contact("Karol Wojtyla", "karol@example.com", "+48 22 7654321"))

    assert identify(shop, clerk, text).pickup == pickup


def test_orders_are_found_by_their_numbers(shop, clerk) -> None:
    pickup = ready(shop, clerk, external_id="WEB-77")
    number = str(pickup.fulfilment_order.order.number)

    assert identify(shop, clerk, number).pickup == pickup
    assert identify(shop, clerk, f"#{number}").pickup == pickup
    assert identify(shop, clerk, "web-77").pickup == pickup


def test_two_customers_of_one_name_are_both_offered(shop, clerk) -> None:
    waiting = [ready(shop, clerk), ready(shop, clerk)]

    answer = identify(shop, clerk, "Byron")

    assert answer.code is A.AMBIGUOUS
    assert list(answer.pickups) == waiting


def test_what_is_not_ready_says_so(shop, clerk) -> None:
    pickup = reserve(shop)

    answer = identify(shop, clerk, pickup_token(pickup.uid))

    assert (answer.code, answer.pickup) == (A.NOT_READY, pickup)


def test_what_was_collected_is_found_with_its_story(shop, clerk) -> None:
    pickup = collected(shop, clerk)

    answer = identify(shop, clerk, "Byron")

    assert (answer.code, answer.pickup) == (A.ALREADY_COLLECTED, pickup)
    assert answer.hand_over.by_id == clerk.id


def test_another_stores_order_tells_where_it_is_and_nothing_else(shop, clerk) -> None:
    elsewhere = make_shop()
    pickup = ready(elsewhere, clerk_of(elsewhere.store))
    number = str(pickup.fulfilment_order.order.number)

    for text in (pickup_token(pickup.uid), pickup_code(pickup.uid), number):
        answer = identify(shop, clerk, text)
        assert (answer.code, answer.location) == (A.WRONG_STORE, elsewhere.store)
        assert answer.pickup is None
    assert identify(shop, clerk, "Byron").code is A.NOT_FOUND
    assert not pickup_find("Byron", location=elsewhere.store, actor=clerk)


def test_ten_wrong_codes_lock_codes_but_not_names(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    for _ in range(MAX_MISSES):
        assert identify(shop, clerk, pickup_code(uuid4())).code is A.NOT_FOUND

    assert identify(shop, clerk, pickup_code(pickup.uid)).code is A.LOCKED
    assert identify(shop, clerk, pickup_token(pickup.uid)).code is A.LOCKED
    assert identify(shop, clerk, "Byron").pickup == pickup
    assert CodeMiss.objects.count() == MAX_MISSES


def test_the_lock_is_one_clerks_at_one_store_for_15_minutes(shop, clerk) -> None:
    pickup = ready(shop, clerk)
    for _ in range(MAX_MISSES):
        identify(shop, clerk, pickup_token(uuid4()))
    code = pickup_code(pickup.uid)

    assert identify(shop, clerk_of(shop.store), code).code is A.OK
    elsewhere = make_shop().store
    assert pickup_identify(code, location=elsewhere, actor=clerk).code is A.WRONG_STORE
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1)):
        assert identify(shop, clerk, code).code is A.OK


def test_a_name_of_eight_letters_is_no_wrong_code(shop, clerk) -> None:
    pickup = reserve(shop, contact=Contact("Giovanni"))

    assert identify(shop, clerk, "Giovanni").pickup == pickup
    assert not CodeMiss.objects.exists()


def test_the_queue_takes_the_same_queries_for_one_order_and_for_many(shop, clerk) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            for pickup in store_queue(shop.store, "to_pick", actor=clerk):
                [line.order_line.sku.image for line in pickup.fulfilment_order.lines.all()]
        return len(queries)

    reserve(shop)
    statements()  # looks the clerk's grants up, once
    few = statements()
    for _ in range(5):
        reserve(shop)

    assert statements() == few == 2
