"""Names of audiences. They live in the apps above, which are asked through settings.

`AUDIENCE_DIRECTORIES` maps a kind to the dotted path of a function `(keys) -> {key: name}`; called
with None it gives the first `OFFERED` of that kind, to choose from. A kind without one is shown by
its key.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from catalog.audiences import Audience, AudienceKind
from catalog.models import DiscountRuleAudience, PriceListAudience
from catalog.pricing.explain import AUDIENCE_KINDS
from catalog.pricing.types import Step

Directory = Callable[[Collection[str] | None], dict[str, str]]
# More than this many of a kind are not offered as ticks; they can be typed.
OFFERED = 200


def names_of(
    rows: QuerySet[Any], keys: Collection[str] | None, *, key: str, name: str
) -> dict[str, str]:
    """A directory's answer from the columns `key` and `name` of `rows`."""
    found = rows.order_by(name)[:OFFERED] if keys is None else rows.filter(**{f"{key}__in": keys})
    return {str(one): called for one, called in found.values_list(key, name)}


@cache
def directory_of(kind: str) -> Directory | None:
    """The directory settings name for a kind of audience."""
    path = settings.AUDIENCE_DIRECTORIES.get(kind)
    return import_string(path) if path else None


def audience_names(audiences: Iterable[Audience]) -> dict[str, str]:
    """What people call each audience; one query per kind at most."""
    wanted: dict[str, set[str]] = {}
    for audience in audiences:
        wanted.setdefault(str(audience.kind), set()).add(audience.key)
    names: dict[str, str] = {}
    for kind, keys in wanted.items():
        directory = directory_of(kind)
        found = directory(keys) if directory else {}
        for key in keys:
            names[f"{kind}:{key}" if key else kind] = found.get(key) or key or everyone()
    return names


def trace_names(traces: Iterable[Sequence[Step]]) -> dict[str, str]:
    """What the audiences in price traces are called; one query per kind at most."""
    found = {
        step["audience"].partition(":") for trace in traces for step in trace if "audience" in step
    }
    return audience_names(
        Audience(AudienceKind(kind), key) for kind, _mark, key in found if kind in AUDIENCE_KINDS
    )


def everyone() -> str:
    return str(AUDIENCE_KINDS[AudienceKind.EVERYONE])


def audience_label(audience: Audience, names: dict[str, str]) -> str:
    """ "Company Acme": the kind and the name."""
    if audience.kind == AudienceKind.EVERYONE:
        return everyone()
    return f"{AUDIENCE_KINDS[audience.kind]} {names.get(str(audience), audience.key)}"


def audience_word(audience: Audience, names: dict[str, str]) -> str:
    """ "Acme": the name alone where there is one, as people say it in a sentence."""
    name = names.get(str(audience), audience.key)
    return audience_label(audience, names) if name == audience.key else name


def audience_options() -> list[tuple[str, list[tuple[str, str]]]]:
    """Known audiences by kind, to choose from: those of the directories and those in use."""
    known: dict[str, dict[str, str]] = {str(kind): {} for kind in AudienceKind}
    for model in (PriceListAudience, DiscountRuleAudience):
        for kind, key in model.objects.values_list("kind", "key").distinct():
            known.setdefault(kind, {})[key] = key
    for kind, entries in known.items():
        directory = directory_of(kind)
        if directory:
            entries |= directory(None) | directory(set(entries))
    groups: list[tuple[str, list[tuple[str, str]]]] = [
        (str(AUDIENCE_KINDS[AudienceKind.EVERYONE]), [("everyone", everyone())])
    ]
    for kind in (
        AudienceKind.CHANNEL,
        AudienceKind.STORE,
        AudienceKind.GROUP,
        AudienceKind.COMPANY,
        AudienceKind.PERSON,
    ):
        named = sorted(known[kind].items(), key=lambda entry: entry[1].casefold())
        if named:
            options = [(f"{kind}:{key}", name) for key, name in named]
            groups.append((str(AUDIENCE_KINDS[kind]), options))
    return groups


def audience_of(text: str) -> Audience | None:
    """`company:acme` as an audience; None if it is not one."""
    kind, _mark, key = text.strip().partition(":")
    if kind not in AUDIENCE_KINDS:
        return None
    return Audience(AudienceKind(kind), key.strip())
