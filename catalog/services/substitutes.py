"""Which SKUs may stand in for a SKU, the best one first."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.locks import skus_for_change
from catalog.models import Sku, Substitute
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import InvalidInput, Issue, NotFound, Text

MAX_SUBSTITUTES = 20
BATCH = 5000


@transaction.atomic
def sku_substitutes_set(sku_id: int, codes: Sequence[str], *, actor: Actor) -> None:
    """Let the SKUs with these codes, in this order, stand in for the SKU; nobody else does.

    Raises NotFound, InvalidInput naming `substitutes`.
    """
    found = skus_for_change([sku_id])
    if not found:
        raise NotFound
    (sku,) = found
    wanted = tuple(code.strip().upper() for code in codes)
    known = set(Sku.objects.filter(code__in=wanted).values_list("code", flat=True))
    if issues := substitutes_check(sku.code, wanted, known):
        raise InvalidInput(issues)
    before = substitute_codes([sku_id]).get(sku_id, ())
    if wanted == before:
        return
    substitutes_write({sku.code: wanted}, {sku.code: sku})
    changes = {"substitutes": [", ".join(before), ", ".join(wanted)]}
    audit_record("sku.changed", sku, actor=actor, data={"changes": changes})


def codes_of(text: str) -> tuple[str, ...]:
    """The codes in a text that lists them, with blanks, commas, semicolons or lines between."""
    return tuple(code.upper() for code in re.split(r"[\s;,]+", text) if code)


def substitutes_check(
    code: str, wanted: Sequence[str], known: Collection[str], row: int | None = None
) -> list[Issue]:
    """What is wrong with these codes as stand-ins for the SKU `code`; `known`: those there are."""
    message: Text
    issues = []
    for index, one in enumerate(wanted):
        if one == code:
            message = _("A SKU cannot stand in for itself")
        elif one in wanted[:index]:
            message = _("%(sku)s stands there twice") % {"sku": one}
        elif one not in known:
            message = _("There is no SKU %(sku)s") % {"sku": one}
        else:
            continue
        issues.append(Issue("substitutes", message, "substitute", row))
    if len(wanted) > MAX_SUBSTITUTES:
        message = _("At most %(n)s substitutes") % {"n": MAX_SUBSTITUTES}
        issues.append(Issue("substitutes", message, "too_many", row))
    return issues


def substitute_codes(sku_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """SKU id → the codes of its substitutes, the best one first; one query."""
    rows = Substitute.objects.filter(sku__in=list(sku_ids)).order_by("sku_id", "position")
    codes: dict[int, tuple[str, ...]] = {}
    for sku_id, code in rows.values_list("sku_id", "substitute__code"):
        codes[sku_id] = (*codes.get(sku_id, ()), code)
    return codes


def substitutes_write(wanted: Mapping[str, Sequence[str]], skus: Mapping[str, Sku]) -> None:
    """Replace the substitutes of `skus` (by code, locked or just written) by `wanted`."""
    Substitute.objects.filter(sku__in=[skus[code].pk for code in wanted]).delete()
    codes = {one for each in wanted.values() for one in each}
    if not codes:
        return
    ids = dict(Sku.objects.filter(code__in=codes).values_list("code", "pk"))
    Substitute.objects.bulk_create(
        [
            Substitute(sku=skus[code], substitute_id=ids[one], position=position)
            for code, each in sorted(wanted.items())
            for position, one in enumerate(each, 1)
            # Of a file of which the good rows alone are applied, a bad one is no SKU.
            if one in ids
        ],
        batch_size=BATCH,
    )
