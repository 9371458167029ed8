"""Which companies an actor may order for or see."""

from dataclasses import dataclass

from django.db.models import QuerySet

from b2b.models import Company
from oms.core.actors import Actor
from oms.core.models import User
from oms.core.permissions import Permission, grants_for
from oms.orders.models import Order
from oms.orders.requests import Address

MAX_ADDRESSES = 5


def companies_to_order_for(actor: Actor) -> QuerySet[Company]:
    """Active companies the actor may place orders for, by name."""
    companies: QuerySet[Company] = Company.objects.visible_to(actor, Permission.ORDERS_PLACE)
    return companies.filter(is_active=True).order_by("name")


def is_on_behalf(actor: Actor, company: Company) -> bool:
    """Whether the actor orders for a customer: agents and staff may see companies, buyers not."""
    grants = grants_for(actor, Permission.COMPANIES_VIEW)
    return grants.everything or company.pk in grants.scopes.get("company", frozenset())


def price_person(actor: Actor, company: Company) -> User | None:
    """Whose own prices apply: the buyer's; nobody's when somebody orders for a customer."""
    return None if is_on_behalf(actor, company) else actor.user


@dataclass(frozen=True, slots=True)
class ShipTo:
    """An address goods went to before, or the company's own."""

    key: str
    address: Address

    @property
    def text(self) -> str:
        place = f"{self.address.postcode} {self.address.city}".strip()
        return ", ".join(
            part for part in (self.address.street, place, self.address.country) if part
        )


def company_address(company: Company) -> Address:
    """The company's own address as orders take it."""
    return Address(
        street=company.street,
        postcode=company.postcode,
        city=company.city,
        country=company.country,
        latitude=company.latitude,
        longitude=company.longitude,
    )


def ship_to_choices(company: Company) -> list[ShipTo]:
    """The company's own address and the latest others its orders went to; one query."""
    choices: dict[tuple[str, ...], ShipTo] = {}
    if company.is_addressed:
        own = company_address(company)
        choices[_place(own)] = ShipTo("company", own)
    recent = (
        Order.objects.filter(account_id=company.pk, method="ship")
        .exclude(street="")
        .order_by("-id")
        .only("street", "postcode", "city", "country", "latitude", "longitude")[:50]
    )
    for order in recent:
        address = Address(
            street=order.street,
            postcode=order.postcode,
            city=order.city,
            country=order.country,
            latitude=order.latitude,
            longitude=order.longitude,
        )
        if len(choices) <= MAX_ADDRESSES:
            choices.setdefault(_place(address), ShipTo(f"order-{order.pk}", address))
    return list(choices.values())


def _place(address: Address) -> tuple[str, ...]:
    parts = (address.street, address.postcode, address.city, address.country)
    return tuple(part.strip().casefold() for part in parts)
