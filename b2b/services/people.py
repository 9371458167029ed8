"""Who may order for a company: buyers of its own, and agents."""

from django.db import transaction
from django.utils.translation import gettext as _

from b2b.locks import company_for_update
from b2b.selectors.people import role_of
from oms.core.actors import Actor
from oms.core.errors import InvalidInput, Issue
from oms.core.models import User
from oms.core.roles import role_grant, role_revoke

COMPANY_ROLES = ("buyer", "agent")


@transaction.atomic
def company_role_give(company_id: int, *, user: User, role: str, actor: Actor) -> None:
    """Make `user` a buyer or an agent of the company, instead of what they were there.

    Raises NotFound, InvalidInput (no such role, or a person who is not active).
    """
    company = company_for_update(company_id)
    if role not in COMPANY_ROLES:
        raise InvalidInput([Issue("role", _("Choose buyer or agent"), "unknown_role")])
    if not user.is_active:
        raise InvalidInput([Issue("person", _("This person's account is closed"), "inactive")])
    known = role_of(user, company)
    if known == role:
        return
    if known:
        role_revoke(user=user, role=known, actor=actor, scope=company)
    role_grant(user=user, role=role, actor=actor, scope=company)


@transaction.atomic
def company_role_take(company_id: int, *, user: User, actor: Actor) -> None:
    """Take whatever role `user` has at the company; effective on their next request.

    Raises NotFound, InvalidInput if they have none.
    """
    company = company_for_update(company_id)
    known = role_of(user, company)
    if not known:
        raise InvalidInput([Issue("person", _("This person has no role here"), "no_role")])
    role_revoke(user=user, role=known, actor=actor, scope=company)
