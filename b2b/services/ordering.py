"""Placing a company's order: its prices, its credit, once per submit key."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from b2b.errors import CompanyClosed, CreditExceeded, PriceChanged
from b2b.locks import basket_for_update, company_for_update
from b2b.models import BasketLine, Company
from b2b.prices import Buying, buying_for, full_packs
from b2b.selectors.baskets import basket_address, basket_wishes
from b2b.selectors.companies import company_address, is_on_behalf, price_person
from b2b.selectors.credit import ON_ACCOUNT, Credit, credit_of
from b2b.services.basket import basket_ordered
from b2b.wishes import Wishes
from catalog.selectors import skus_by_code
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import Conflict, InvalidInput, Issue, NotFound
from oms.core.formats import format_quantity
from oms.core.money import ZERO, format_money
from oms.core.permissions import Permission, require
from oms.orders.models import Order
from oms.orders.requests import (
    Account,
    Address,
    Contact,
    OrderLineRequest,
    OrderRequest,
    PaymentRequest,
)
from oms.orders.services.placement import order_place

MAX_PURCHASE_ORDER = 60


@transaction.atomic
def company_order_place(
    company: Company,
    lines: Sequence[OrderLineRequest],
    *,
    wishes: Wishes,
    key: str,
    actor: Actor,
    address: Address | None = None,
    agreed_total: Decimal | None = None,
) -> Order:
    """Place an order on the company's account; a second call with the same `key` answers the first.

    Goods go to `address`, else to the company's own. `agreed_total` is the gross total the buyer
    saw. Raises NotFound, PermissionRefused, CompanyClosed, InvalidInput (PO number, packs, …),
    CreditExceeded, PriceChanged, InsufficientStock, NoPrice. A refused order leaves nothing behind.
    """
    # First, and for the whole transaction: nobody else can spend this company's credit meanwhile.
    company = company_for_update(company.pk)
    require(actor, Permission.ORDERS_PLACE, scope=company)
    if not company.is_active:
        raise CompanyClosed
    ship_to = address or company_address(company)
    buying = buying_for(company, person=price_person(actor, company), country=ship_to.country)
    earlier = Order.objects.filter(channel=buying.channel, external_id=_external_id(key)).first()
    if earlier is not None:
        return _same_order(earlier, company)
    _check(company, lines, wishes.purchase_order)
    credit = credit_of(company)
    order = order_place(_request(buying, lines, ship_to, wishes, key=key, actor=actor), actor=actor)
    _refuse_beyond(credit, order, agreed_total)
    audit_record(
        "company.order_placed",
        company,
        actor=actor,
        data={
            "order": order.number,
            "gross": str(order.gross),
            "currency": order.currency,
            "on_behalf": is_on_behalf(actor, company),
        },
    )
    return order


@transaction.atomic
def basket_place(
    company: Company, *, key: UUID, agreed_total: Decimal, agreed_lines: int, actor: Actor
) -> Order:
    """Order what is in the actor's basket, once per submit key: the basket is empty afterwards.

    Raises NotFound, and whatever `company_order_place` raises; PriceChanged also when the basket
    has another number of lines than the buyer saw.
    """
    if actor.user is None:
        raise NotFound
    # Company before basket, the same way round as everywhere.
    company_for_update(company.pk)
    basket = basket_for_update(actor.user.pk, company.pk)
    if basket.uid != key:
        return _placed_before(company, key, actor)
    lines = list(BasketLine.objects.filter(basket=basket).select_related("sku"))
    if len(lines) != agreed_lines:
        raise PriceChanged
    address, own = basket_address(basket, company)
    order = company_order_place(
        company,
        [OrderLineRequest(line.sku.code, line.quantity) for line in lines],
        wishes=basket_wishes(basket),
        key=str(key),
        actor=actor,
        address=None if own else address,
        agreed_total=agreed_total,
    )
    basket_ordered(basket, {line.sku_id: line.quantity for line in lines})
    return order


def _refuse_beyond(credit: Credit, order: Order, agreed_total: Decimal | None) -> None:
    """Undo the order (by raising) where it is more than the credit left, or not what was agreed."""
    if not credit.allows(order.gross):
        raise CreditExceeded(
            _("The order comes to %(wanted)s and %(left)s of credit is left")
            % {
                "wanted": format_money(order.gross, credit.currency),
                "left": format_money(max(credit.left or ZERO, ZERO), credit.currency),
            },
            currency=credit.currency,
            limit=str(credit.limit),
            open=str(credit.open),
            left=str(credit.left),
            wanted=str(order.gross),
        )
    if agreed_total is not None and order.gross != agreed_total:
        raise PriceChanged(
            agreed=str(agreed_total), total=str(order.gross), currency=order.currency
        )


def _placed_before(company: Company, key: UUID, actor: Actor) -> Order:
    """The order an outdated submit key belongs to, or a refusal if it never became one."""
    earlier = Order.objects.filter(
        external_id=_external_id(str(key)), account_id=company.pk, placed_by=actor.user
    ).first()
    if earlier is None:
        raise PriceChanged
    return earlier


def _external_id(key: str) -> str:
    return f"portal-{key}"


def _same_order(order: Order, company: Company) -> Order:
    if order.account_id != company.pk:
        raise Conflict(_("This key belongs to another order"))
    return order


def _check(company: Company, lines: Sequence[OrderLineRequest], purchase_order: str) -> None:
    """What orders do not know: the PO number and whole packs. Raises InvalidInput."""
    issues: list[Issue] = []
    if company.requires_po_number and not purchase_order.strip():
        issues.append(
            Issue("purchase_order", _("This company orders with a PO number"), "required")
        )
    if len(purchase_order) > MAX_PURCHASE_ORDER:
        issues.append(
            Issue("purchase_order", _("At most %(n)s characters") % {"n": MAX_PURCHASE_ORDER})
        )
    found = skus_by_code(line.sku for line in lines)
    for index, line in enumerate(lines):
        sku = found.get(line.sku.strip().upper())
        if sku is not None and line.quantity % sku.pack_size:
            offer = full_packs(line.quantity, sku.pack_size)
            text = _("%(sku)s is sold in packs of %(pack)s: order %(offer)s") % {
                "sku": sku.code,
                "pack": format_quantity(sku.pack_size),
                "offer": format_quantity(offer),
            }
            issues.append(Issue(f"lines[{index}].quantity", text, "not_multiple", index + 1))
    if issues:
        raise InvalidInput(issues)


def _request(
    buying: Buying,
    lines: Sequence[OrderLineRequest],
    ship_to: Address,
    wishes: Wishes,
    *,
    key: str,
    actor: Actor,
) -> OrderRequest:
    company = buying.company
    buyer = None if is_on_behalf(actor, company) else actor.user
    return OrderRequest(
        channel=buying.channel,
        lines=tuple(lines),
        contact=Contact(
            name=buyer.display_name if buyer else company.name,
            email=(buyer.email if buyer else "") or company.email,
            phone=company.phone,
            language=(buyer.language if buyer else "") or company.language,
        ),
        method="ship",
        address=ship_to,
        external_id=_external_id(key),
        payment=PaymentRequest(provider=ON_ACCOUNT, means="on account"),
        audiences=buying.audiences,
        account=Account(company.pk, company.name),
        purchase_order=wishes.purchase_order.strip(),
        placed_by=actor.user,
        note=wishes.note,
        accepts_substitutes=wishes.accepts_substitutes,
    )
