"""Two people spend the last credit at once, and one basket is sent from two tabs at once."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from b2b.errors import CreditExceeded
from b2b.models import Company
from b2b.selectors.baskets import basket_view
from b2b.selectors.credit import credit_of
from b2b.services import ordering
from b2b.services.basket import basket_add
from b2b.services.ordering import basket_place, company_order_place
from b2b.wishes import Wishes
from oms.core.actors import Actor, user_actor
from oms.core.errors import DomainError
from oms.orders.models import Order
from tests.b2b.factories import Trade, make_trade
from tests.core.factories import make_user
from tests.inventory.racing import Meeting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def both_spend(trade: Trade) -> list[Order | Exception]:
    colleague = user_actor(make_user("buyer", scope=trade.x))
    return race([spend(trade, trade.buyer, "a"), spend(trade, colleague, "b")], threads=2)


def spend(trade: Trade, actor: Actor, key: str) -> Callable[[], Order]:
    return lambda: company_order_place(
        trade.x, trade.lines(10), wishes=Wishes(), key=key, actor=actor
    )


@pytest.fixture
def trade() -> Trade:
    trade = make_trade(skus=1)
    # One order of 10 units comes to 122.00.
    Company.objects.filter(pk=trade.x.pk).update(credit_limit=Decimal("150.00"))
    return trade


@pytest.fixture
def meeting(monkeypatch):
    """Both have seen the credit before either spends it."""
    monkeypatch.setattr(ordering, "credit_of", Meeting().after(credit_of))


def test_the_last_credit_is_spent_once(trade, meeting):
    results = both_spend(trade)
    refused = [result for result in results if isinstance(result, DomainError)]
    assert [type(error) for error in refused] == [CreditExceeded]
    assert refused[0].code == "credit_exceeded"
    assert Order.objects.count() == 1
    assert credit_of(Company.objects.get(pk=trade.x.pk)).left == Decimal("28.00")


def test_without_the_company_s_lock_it_is_spent_twice(trade, meeting, monkeypatch):
    """The control: the same race with the guard taken away must overspend."""
    monkeypatch.setattr(
        ordering, "company_for_update", lambda company_id: Company.objects.get(pk=company_id)
    )
    results = both_spend(trade)
    assert all(isinstance(result, Order) for result in results)
    left = credit_of(Company.objects.get(pk=trade.x.pk)).left
    assert left is not None
    assert left < 0


def test_one_basket_sent_from_four_tabs_is_one_order(trade):
    basket_add(trade.x, {trade.skus[0].pk: 10}, actor=trade.buyer)
    view = basket_view(trade.x, trade.buyer)
    assert view.key is not None

    def submit() -> Order:
        return basket_place(
            trade.x,
            key=view.key,
            agreed_total=view.checked.priced.gross,
            agreed_lines=1,
            actor=user_actor(trade.anna),
        )

    results = race([submit] * 4, threads=4)
    assert {result.pk for result in results} == {Order.objects.get().pk}
    assert basket_view(trade.x, trade.buyer).line_count == 0
