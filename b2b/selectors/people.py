"""The people of a company, from the grants on it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from b2b.models import Company, CompanyUserObjectPermission
from oms.core.models import User
from oms.core.permissions import ROLES


@dataclass(frozen=True, slots=True)
class Person:
    user: User
    role: str

    @property
    def role_label(self) -> str | Promise:
        return ROLES[self.role].label


def company_people(company: Company) -> list[Person]:
    """Everyone with a role at the company, by name; one query."""
    users: dict[int, User] = {}
    held: dict[int, set[str]] = {}
    grants = CompanyUserObjectPermission.objects.filter(content_object=company)
    for grant in grants.select_related("user", "permission"):
        users[grant.user_id] = grant.user
        held.setdefault(grant.user_id, set()).add(grant.permission.codename)
    people = [Person(users[pk], _role_with(codenames)) for pk, codenames in held.items()]
    return sorted(people, key=lambda person: person.user.display_name.casefold())


def role_of(user: User, company: Company) -> str:
    """The role `user` was given on this company, or an empty string."""
    codenames = set(
        CompanyUserObjectPermission.objects.filter(content_object=company, user=user).values_list(
            "permission__codename", flat=True
        )
    )
    return _role_with(codenames) if codenames else ""


def _role_with(codenames: set[str]) -> str:
    """The role whose permissions these are; an agent has a buyer's and more."""
    agent = {permission.value for permission in ROLES["agent"].permissions}
    return "agent" if agent <= codenames else "buyer"
