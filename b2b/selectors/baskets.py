"""The basket of one person for one company, checked and priced."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from b2b.checking import CheckedOrder, check_lines
from b2b.models import Basket, BasketLine, Company
from b2b.prices import Buying, buying_for
from b2b.selectors.companies import company_address, price_person
from b2b.selectors.credit import Credit, credit_of
from b2b.wishes import Wishes
from inventory.models import Location
from oms.core.actors import Actor
from oms.orders.methods import method_of
from oms.orders.requests import Address


@dataclass(frozen=True)
class BasketView:
    """The basket as every page needs it. `key` is None until something was put in."""

    key: UUID | None
    buying: Buying
    checked: CheckedOrder
    credit: Credit
    wishes: Wishes
    address: Address
    own_address: bool
    # When goods ordered now leave, if a location ships at all.
    leaves_at: datetime | None

    @property
    def line_count(self) -> int:
        return len(self.checked.lines)

    @property
    def total(self) -> Decimal:
        """Net: what business buyers compare."""
        return self.checked.priced.net

    @property
    def currency(self) -> str:
        return self.checked.priced.currency

    @property
    def credit_left(self) -> Decimal | None:
        return self.credit.left

    @property
    def in_basket(self) -> dict[int, int]:
        """SKU id → units."""
        return {line.sku.pk: line.quantity for line in self.checked.lines}

    @property
    def problem(self) -> str:
        """The one thing that keeps the order from being placed, for the order bar."""
        stopped = len(self.checked.stopped)
        if stopped:
            text = ngettext("%(n)d line to put right", "%(n)d lines to put right", stopped)
            return text % {"n": stopped}
        return _("More than the credit left") if self.over_credit else ""

    @property
    def over_credit(self) -> bool:
        return not self.credit.allows(self.checked.priced.gross)

    @property
    def po_missing(self) -> bool:
        return self.buying.company.requires_po_number and not self.wishes.purchase_order


def basket_view(company: Company, actor: Actor) -> BasketView:
    """The actor's basket for `company`; a constant number of queries."""
    basket = Basket.objects.filter(user=actor.user, company=company).first()
    lines: list[BasketLine] = []
    if basket is not None:
        lines = list(BasketLine.objects.filter(basket=basket).select_related("sku__product"))
    address, own = basket_address(basket, company)
    buying = buying_for(
        company, person=price_person(actor, company), country=address.country or company.country
    )
    return BasketView(
        key=basket.uid if basket is not None else None,
        buying=buying,
        checked=check_lines(buying, [(line.sku, line.quantity) for line in lines]),
        credit=credit_of(company),
        wishes=basket_wishes(basket) if basket is not None else Wishes(),
        address=address,
        own_address=own,
        leaves_at=_leaves_at(buying.at),
    )


def _leaves_at(moment: datetime) -> datetime | None:
    """What the first location that ships promises for an order placed now."""
    location = (
        Location.objects.filter(is_active=True, ships=True).order_by("-priority", "id").first()
    )
    return method_of("ship").promise(location, moment) if location is not None else None


def basket_wishes(basket: Basket) -> Wishes:
    """What was answered in the checkout."""
    return Wishes(basket.purchase_order, basket.note, basket.accepts_substitutes)


def basket_address(basket: Basket | None, company: Company) -> tuple[Address, bool]:
    """Where the basket's goods go, and whether that is the company's own address."""
    if basket is None or not basket.street:
        return company_address(company), True
    return (
        Address(
            street=basket.street,
            postcode=basket.postcode,
            city=basket.city,
            country=basket.country,
            latitude=basket.latitude,
            longitude=basket.longitude,
        ),
        False,
    )
