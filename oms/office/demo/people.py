"""Everybody who works for Casa Verde or buys for a company, and the e-shop's API key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.hashers import make_password

from b2b.models import Company
from b2b.services.people import company_role_give
from inventory.models import Location
from oms.core.actors import Actor, key_actor, system_actor, user_actor
from oms.core.api.authentication import api_key_create
from oms.core.models import User
from oms.core.permissions import API_SCOPES
from oms.core.roles import role_grant, role_groups_sync
from oms.office.demo.companies import DEDICATED
from oms.office.demo.places import WAREHOUSE
from oms.office.demo_logins import DEMO_LOGINS, PASSWORD, DemoLogin
from oms.orders.models import Channel

API_TOKEN = "oms_demo_eshop_key"  # noqa: S105 - made in development only
DOMAIN = "casaverde.example"

# Where the logins of the demo work.
HOME_STORE = "MI-NAV"
OTHER_STORE = "BO-NAV"
BUYER_OF = "ferramenta-bianchi"
AGENT_OF = ("emporio-toscano", "casa-giardino", "bazar-mediterraneo", "miralago-garda")
# Clerks of the other stores: they work, but nobody signs in as them.
CLERKS = {
    "TO-LIN": "Tiziana Ferro",
    "GE-FIU": "Gino Parodi",
    "VE-MES": "Vera Zanon",
    "VR-BOR": "Viola Pasini",
    "FI-NOV": "Filippo Bardi",
    "PG-CEN": "Pia Ceccarelli",
    "RM-OST": "Romeo Sabatini",
    "NA-VOM": "Nunzia Esposito",
    "BA-POG": "Barbara Lorusso",
    "PA-LIB": "Paolo Cusimano",
}


@dataclass(slots=True)
class Staff:
    """The actors of the story. `stores` and `companies` are by code."""

    shop: Actor
    office: Actor
    picker: Actor
    agent: Actor
    manager: Actor
    stores: dict[str, Actor] = field(default_factory=dict)
    companies: dict[str, Actor] = field(default_factory=dict)

    def of(self, location: Location) -> Actor:
        """Who works there."""
        return self.stores.get(location.code, self.picker)


def people_make(
    locations: Mapping[str, Location],
    companies: Mapping[str, Company],
    channels: Mapping[str, Channel],
    *,
    actor: Actor,
) -> Staff:
    """Users with their roles, and the e-shop's key. Passwords: `demo_logins.PASSWORD`."""
    role_groups_sync()
    # One hash for all: making it takes as long as placing ten orders.
    password = make_password(PASSWORD)
    users = {login.username: _user(login, password) for login in DEMO_LOGINS}
    clerks = {
        code: User.objects.create(
            username=f"clerk.{code.lower()}",
            first_name=name.split()[0],
            last_name=name.split()[1],
            email=f"{code.lower()}@{DOMAIN}",
            password=make_password(None),
        )
        for code, name in CLERKS.items()
    }
    clerks |= {
        HOME_STORE: users["clerk"],
        OTHER_STORE: users["clerk2"],
        WAREHOUSE.code: users["picker"],
    }
    for code, user in clerks.items():
        role_grant(user=user, role="clerk", scope=locations[code], actor=actor)
    role_grant(
        user=users["manager"], role="store_manager", scope=locations[HOME_STORE], actor=actor
    )
    for name, role in (
        ("ops", "operations_admin"),
        ("pricing", "pricing_admin"),
        ("auditor", "auditor"),
    ):
        role_grant(user=users[name], role=role, actor=actor)
    _company_roles(users, companies, actor=actor)
    actors = {name: user_actor(user) for name, user in users.items()}
    return Staff(
        shop=_shop(channels["eshop"], actor=actor),
        office=actors["ops"],
        picker=actors["picker"],
        agent=actors["agent"],
        manager=actors["manager"],
        stores={code: user_actor(user) for code, user in clerks.items()},
        companies={BUYER_OF: actors["buyer"], DEDICATED: actors["buyer2"]}
        | dict.fromkeys(AGENT_OF, actors["agent"]),
    )


def _user(login: DemoLogin, password: str) -> User:
    first, _space, last = login.name.partition(" ")
    return User.objects.create(
        username=login.username,
        first_name=first,
        last_name=last,
        email=f"{login.username}@{DOMAIN}",
        language=login.language,
        password=password,
        is_staff=not login.role,
        is_superuser=not login.role,
    )


def _company_roles(
    users: Mapping[str, User], companies: Mapping[str, Company], *, actor: Actor
) -> None:
    given = [("buyer", BUYER_OF, "buyer"), ("buyer2", DEDICATED, "buyer")]
    given += [("agent", code, "agent") for code in AGENT_OF]
    for name, code, role in given:
        company_role_give(companies[code].pk, user=users[name], role=role, actor=actor)


def _shop(channel: Channel, *, actor: Actor) -> Actor:
    """The e-shop: its key, whose token everybody knows, is only made in development."""
    if not settings.DEVELOPMENT:
        return system_actor("E-shop")
    key, _token = api_key_create(
        name="E-shop",
        scopes=sorted(API_SCOPES),
        bound_to=("channel", channel),
        token=API_TOKEN,
        actor=actor,
    )
    return key_actor(key)
