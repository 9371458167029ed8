"""Who a buyer is to the price engine: person, company, its parents, its group; and their names."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from b2b.models import Company
from catalog.audiences import Audience, AudienceKind
from catalog.directory import OFFERED, names_of
from oms.core.models import User

# Deeper chains of parents are taken for a mistake; `company_save` refuses circles.
MAX_GENERATIONS = 10

PARENTS = """
    WITH RECURSIVE chain(code, parent_id, depth) AS (
        SELECT code, parent_id, 1 FROM b2b_company WHERE id = %(parent)s
        UNION ALL
        SELECT company.code, company.parent_id, chain.depth + 1
        FROM chain JOIN b2b_company AS company ON company.id = chain.parent_id
        WHERE chain.depth < %(most)s)
    SELECT code FROM chain ORDER BY depth
"""


def company_audiences(company: Company, person: User | None = None) -> tuple[Audience, ...]:
    """The audiences of `company`, most specific first; at most one query.

    `person` is the buyer where prices may be their own. An agent gets the customer's prices, so
    for an agent there is no person.
    """
    audiences = [Audience(AudienceKind.PERSON, str(person.uid))] if person is not None else []
    audiences.append(Audience(AudienceKind.COMPANY, company.code))
    audiences += [Audience(AudienceKind.COMPANY, code) for code in parent_codes(company)]
    if company.group:
        audiences.append(Audience(AudienceKind.GROUP, company.group))
    return tuple(audiences)


def parent_codes(company: Company) -> list[str]:
    """Codes of the company's parents, nearest first."""
    if company.parent_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(PARENTS, {"parent": company.parent_id, "most": MAX_GENERATIONS})
        return [code for (code,) in cursor.fetchall()]


def company_names(codes: Collection[str] | None) -> dict[str, str]:
    """Company code → name; see `catalog.directory`."""
    return names_of(Company.objects.all(), codes, key="code", name="name")


def group_names(codes: Collection[str] | None) -> dict[str, str]:
    """Customer group → its code as a word: groups have no name of their own."""
    if codes is None:
        known = Company.objects.exclude(group="").order_by("group")
        codes = list(known.values_list("group", flat=True).distinct()[:OFFERED])
    return {code: code.replace("-", " ").replace("_", " ").capitalize() for code in codes}


def person_names(uids: Collection[str] | None) -> dict[str, str]:
    """Uid → name; nobody is offered to choose: a price of one's own is the exception."""
    known = [uid for uid in uids or () if _is_uuid(uid)]
    return {str(user.uid): user.display_name for user in User.objects.filter(uid__in=known)}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
