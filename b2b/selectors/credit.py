"""What a company owes and how much it may still order."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Q, Sum

from b2b.models import AccountPayment, Company
from oms.core.money import ZERO, round_money
from oms.orders.models import OrderLine, Tender
from oms.orders.status import OrderStatus, TenderStatus

ON_ACCOUNT = "on_account"
AMOUNT = DecimalField(max_digits=20, decimal_places=6)


@dataclass(frozen=True, slots=True)
class Credit:
    """`limit` None: no limit, and `left` None. Amounts in `currency`; `left` may be negative."""

    currency: str
    limit: Decimal | None
    open: Decimal
    payment_days: int

    @property
    def left(self) -> Decimal | None:
        return None if self.limit is None else self.limit - self.open

    def allows(self, amount: Decimal) -> bool:
        """Whether an order of `amount` stays within the limit."""
        return self.left is None or amount <= self.left


def credit_of(company: Company) -> Credit:
    """The company's credit now; three queries. Under the company's lock it stays true.

    Open = orders on account (what is left of them before the goods leave, what was invoiced less
    what was refunded after) − payments received.
    """
    return Credit(
        currency=company.currency,
        limit=company.credit_limit,
        open=_secured(company) + _invoiced(company) - _paid(company),
        payment_days=company.payment_days,
    )


def _secured(company: Company) -> Decimal:
    """Orders on account of which nothing left yet: the units neither cancelled nor returned."""
    remaining = F("quantity") - F("cancelled") - F("returned")
    total = (
        OrderLine.objects.filter(
            Q(order__tenders__provider=ON_ACCOUNT, order__tenders__status=TenderStatus.AUTHORISED),
            order__account_id=company.pk,
            order__currency=company.currency,
        )
        .exclude(order__status=OrderStatus.CANCELLED)
        .aggregate(
            sum=Sum(
                ExpressionWrapper(F("gross") * remaining / F("quantity"), output_field=AMOUNT),
                output_field=AMOUNT,
            )
        )["sum"]
    )
    return round_money(total or ZERO, company.currency)


def _invoiced(company: Company) -> Decimal:
    sums = Tender.objects.filter(
        provider=ON_ACCOUNT, order__account_id=company.pk, currency=company.currency
    ).aggregate(captured=Sum("captured"), refunded=Sum("refunded"))
    return (sums["captured"] or ZERO) - (sums["refunded"] or ZERO)


def _paid(company: Company) -> Decimal:
    paid = AccountPayment.objects.filter(company=company, currency=company.currency)
    return paid.aggregate(sum=Sum("amount"))["sum"] or ZERO
