"""The people of the demo retailer: one list for the loader, the login page and the terminal.

Their password stands on the login page, in development only and only while they exist.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oms.core.models import User

PASSWORD = "demo"  # noqa: S105 - written on the login page, in development only


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """`role` names one of `oms.core.permissions.ROLES`; empty: a superuser."""

    username: str
    name: str
    role: str
    label: str | Promise
    language: str = ""
    password: str = PASSWORD


DEMO_LOGINS = (
    DemoLogin("admin", "Ada Admin", "", _("Administrator: everything, also the Django admin")),
    DemoLogin("ops", "Olga Neri", "operations_admin", _("Operations: orders, stock, companies")),
    DemoLogin("pricing", "Paolo Prezzi", "pricing_admin", _("Prices: price lists and discounts")),
    DemoLogin("auditor", "Aldo Conti", "auditor", _("Auditor: sees everything, changes nothing")),
    DemoLogin("manager", "Marta Villa", "store_manager", _("Store manager: one store's counter")),
    DemoLogin("clerk", "Carlo Banchi", "clerk", _("Store clerk: picks and hands over")),
    DemoLogin("clerk2", "Bianca Sala", "clerk", _("Store clerk of another store")),
    DemoLogin("picker", "Walter Magazzini", "clerk", _("Warehouse clerk: picks and ships")),
    DemoLogin("buyer", "Bruna Compri", "buyer", _("B2B buyer: orders for one company")),
    DemoLogin("buyer2", "Bruno Acquisti", "buyer", _("B2B buyer with contract prices")),
    DemoLogin("agent", "Andrea Giri", "agent", _("Agent: orders for several companies")),
)


def demo_logins_present() -> list[DemoLogin]:
    """Those of the list who can sign in here; nobody outside development."""
    if not settings.DEVELOPMENT:
        return []
    names = [login.username for login in DEMO_LOGINS]
    known = set(
        User.objects.filter(username__in=names, is_active=True).values_list("username", flat=True)
    )
    return [login for login in DEMO_LOGINS if login.username in known]
