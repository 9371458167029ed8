from decimal import Decimal

import pytest

from b2b.errors import CompanyClosed, CreditExceeded, PriceChanged
from b2b.models import BasketLine, Company
from b2b.selectors.baskets import basket_view
from b2b.selectors.credit import credit_of
from b2b.services.basket import basket_add, basket_answer
from b2b.services.company import Payment, account_payment_record
from b2b.services.ordering import basket_place, company_order_place
from b2b.wishes import Wishes
from oms.core.actors import user_actor
from oms.core.audit import audit_trail
from oms.core.clock import now
from oms.core.errors import InvalidInput, PermissionRefused
from oms.orders.models import Order
from oms.orders.requests import OrderLineRequest
from oms.orders.services.changes import order_cancel
from oms.orders.status import CancelReason
from tests.b2b.factories import make_trade
from tests.catalog.factories import make_rule, make_sku

pytestmark = pytest.mark.django_db


def place(trade, quantity=1, key="k1", actor=None, company=None, **options):
    return company_order_place(
        company or trade.x,
        trade.lines(quantity),
        wishes=options.pop("wishes", Wishes()),
        key=key,
        actor=actor or trade.buyer,
        **options,
    )


def test_an_order_is_placed_on_account_at_the_company_s_prices():
    trade = make_trade()
    order = place(trade, 2, wishes=Wishes(" PO 7 "))
    assert order.net == Decimal("60.00")
    assert (order.account_id, order.purchase_order) == (trade.x.pk, "PO 7")
    assert order.placed_by == trade.anna
    assert (order.street, order.city) == ("Via Roma 1", "Milano")
    tender = order.tenders.get()
    assert (tender.provider, tender.amount) == ("on_account", order.gross)
    entry = audit_trail(trade.x).get(action="company.order_placed")
    assert (entry.actor_label, entry.data["on_behalf"]) == (trade.anna.display_name, False)


def test_an_agent_orders_at_the_customer_s_prices_and_both_are_named():
    trade = make_trade()
    make_rule("50", (f"person:{trade.agent.uid}",))
    order = place(trade, actor=user_actor(trade.agent))
    assert order.net == Decimal("30.00")
    assert (order.name, order.placed_by) == (trade.x.name, trade.agent)
    entry = audit_trail(trade.x).get(action="company.order_placed")
    assert (entry.actor_label, entry.data["on_behalf"]) == (trade.agent.display_name, True)


def test_a_buyer_s_own_price_beats_the_company_s():
    trade = make_trade()
    make_rule("50", (f"person:{trade.anna.uid}",))
    assert place(trade).net == Decimal("15.00")


def test_nobody_orders_for_a_company_that_is_not_theirs():
    trade = make_trade()
    with pytest.raises(PermissionRefused):
        place(trade, actor=user_actor(trade.yuri))
    assert not Order.objects.exists()


def test_the_same_key_is_the_same_order():
    trade = make_trade()
    assert place(trade, key="a").pk == place(trade, key="a").pk
    assert place(trade, key="b").pk != place(trade, key="a").pk


def test_a_closed_company_does_not_order():
    trade = make_trade()
    Company.objects.filter(pk=trade.x.pk).update(is_active=False)
    with pytest.raises(CompanyClosed):
        place(trade)


def test_a_po_number_is_asked_for_where_it_is_needed():
    trade = make_trade()
    Company.objects.filter(pk=trade.x.pk).update(requires_po_number=True)
    with pytest.raises(InvalidInput) as refused:
        place(trade, wishes=Wishes("  "))
    assert refused.value.issues[0].field == "purchase_order"
    place(trade, wishes=Wishes("PO 1"))


def test_packs_are_never_rounded_silently():
    trade = make_trade(skus=1)
    type(trade.skus[0]).objects.update(pack_size=6)
    with pytest.raises(InvalidInput) as refused:
        place(trade, 10)
    assert refused.value.issues[0].code == "not_multiple"
    assert "12" in str(refused.value.issues[0].message)


def test_credit_counts_what_is_left_of_orders_and_what_was_paid():
    trade = make_trade(skus=1)
    Company.objects.filter(pk=trade.x.pk).update(credit_limit=Decimal("130.00"))
    first = place(trade, 10, key="a")  # 100 net, 122 gross
    assert credit_of(Company.objects.get(pk=trade.x.pk)).left == Decimal("8.00")
    with pytest.raises(CreditExceeded) as refused:
        place(trade, 1, key="b")
    assert refused.value.data["left"] == "8.0000"
    assert Order.objects.count() == 1
    assert not BasketLine.objects.exists()

    line = first.lines.get()
    order_cancel(first.pk, reason=CancelReason.CUSTOMER, actor=trade.buyer, lines={line.pk: 5})
    assert credit_of(Company.objects.get(pk=trade.x.pk)).left == Decimal("69.00")

    account_payment_record(
        trade.x.pk, Payment(Decimal("61.00"), "TRN 1", now().date()), actor=trade.buyer
    )
    assert credit_of(Company.objects.get(pk=trade.x.pk)).left == Decimal("130.00")
    with pytest.raises(InvalidInput):
        account_payment_record(
            trade.x.pk, Payment(Decimal("61.00"), "TRN 1", now().date()), actor=trade.buyer
        )


def test_a_cancelled_order_frees_its_credit():
    trade = make_trade(skus=1)
    Company.objects.filter(pk=trade.x.pk).update(credit_limit=Decimal("122.00"))
    order = place(trade, 10, key="a")
    order_cancel(order.pk, reason=CancelReason.CUSTOMER, actor=trade.buyer)
    assert credit_of(Company.objects.get(pk=trade.x.pk)).open == 0
    place(trade, 10, key="b")


def fill(trade, quantity=1):
    basket_add(trade.x, {sku.pk: quantity for sku in trade.skus}, actor=trade.buyer)
    return basket_view(trade.x, trade.buyer)


def submit(trade, view):
    return basket_place(
        trade.x,
        key=view.key,
        agreed_total=view.checked.priced.gross,
        agreed_lines=view.line_count,
        actor=trade.buyer,
    )


def test_the_basket_becomes_one_order_however_often_it_is_sent():
    trade = make_trade()
    wishes = Wishes("PO 9", "ring twice", accepts_substitutes=True)
    basket_answer(trade.x, wishes=wishes, address=None, actor=trade.buyer)
    view = fill(trade, 3)
    order = submit(trade, view)
    assert (order.purchase_order, order.note) == ("PO 9", "ring twice")
    assert order.accepts_substitutes
    emptied = basket_view(trade.x, trade.buyer)
    # The next order has another number and note.
    assert (emptied.line_count, emptied.wishes) == (0, Wishes(accepts_substitutes=True))
    # A second tab with the same page, before and after the basket fills again.
    assert submit(trade, view) == order
    fill(trade)
    assert submit(trade, view) == order
    assert Order.objects.count() == 1
    assert basket_view(trade.x, trade.buyer).line_count == 3


def test_a_price_that_changed_stops_the_order():
    trade = make_trade()
    view = fill(trade)
    make_rule("10", (f"company:{trade.x.code}",))
    with pytest.raises(PriceChanged):
        submit(trade, view)
    assert not Order.objects.exists()
    assert submit(trade, basket_view(trade.x, trade.buyer)).net == Decimal("27.00")


def test_a_line_added_in_another_tab_stops_the_order():
    trade = make_trade()
    view = fill(trade)
    free = make_sku()
    basket_add(trade.x, {free.pk: 1}, actor=trade.buyer)
    with pytest.raises(PriceChanged):
        submit(trade, view)


def test_statements_do_not_grow_with_the_lines(django_assert_max_num_queries):
    trade = make_trade(skus=40)
    with django_assert_max_num_queries(48):
        place(trade)


def test_an_unknown_sku_is_named():
    trade = make_trade(skus=1)
    with pytest.raises(InvalidInput):
        company_order_place(
            trade.x, [OrderLineRequest("NOPE", 1)], wishes=Wishes(), key="k", actor=trade.buyer
        )
