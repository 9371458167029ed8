from typing import Any

import pytest

from oms.orders.models import Order
from tests.orders.api import Api, order_body, shop_api
from tests.orders.factories import make_channel, make_shop

pytestmark = pytest.mark.django_db


def test_the_same_request_again_gets_the_same_bytes_and_no_second_order() -> None:
    shop = make_shop(1)
    api = shop_api(shop)
    body = order_body(shop)
    first = api.post("orders/", body, key="k-1")
    again = api.post("orders/", body, key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Order.objects.count() == 1


def test_the_same_key_for_another_request_is_refused() -> None:
    shop = make_shop(1)
    api = shop_api(shop)
    body = order_body(shop)
    number = api.post("orders/", body, key="k-1").json()["number"]
    others: list[tuple[str, Any]] = [
        ("orders/", order_body(shop, note="another")),
        ("orders/?expand=lines.price_trace", body),
        (f"orders/{number}/cancel/", {}),
    ]
    for path, changed in others:
        answer = api.post(path, changed, key="k-1")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.get().status == "open"


def test_another_caller_has_keys_of_its_own() -> None:
    shop = make_shop(1)
    assert shop_api(shop).post("orders/", order_body(shop), key="k-1").status_code == 201
    assert shop_api(shop).post("orders/", order_body(shop), key="k-1").status_code == 201
    assert Order.objects.count() == 2


def test_a_refused_order_leaves_its_key_free() -> None:
    shop = make_shop(1, units=1)
    api = shop_api(shop)
    assert api.post("orders/", order_body(shop, 2), key="k-1").status_code == 409
    assert api.post("orders/", order_body(shop, 1), key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "a\nb", "\x7f", "zamówienie"])
def test_unusable_keys(key: str) -> None:
    shop = make_shop(1)
    answer = shop_api(shop).post("orders/", order_body(shop), key=key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Order.objects.exists()


def test_a_key_lives_on_when_its_channel_is_closed() -> None:
    shop = make_shop(1)
    api = shop_api(shop)
    body = order_body(shop)
    first = api.post("orders/", body, key="k-1")
    shop.channel.is_active = False
    shop.channel.save()
    assert api.post("orders/", body, key="k-1").content == first.content
    assert api.post("orders/", order_body(shop), key="k-2").status_code == 400


def test_a_revoked_key_gets_no_replay() -> None:
    shop = make_shop(1)
    api = Api(bound_to=("channel", make_channel()))
    body = order_body(shop)
    assert api.post("orders/", body, key="k-1").status_code == 201
    api.key.is_active = False
    api.key.save()
    assert api.post("orders/", body, key="k-1").status_code == 401
