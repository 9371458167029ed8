"""What price lists and discount rules have in common: versions, life cycle, audiences."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.audiences import Audience, AudienceKind
from catalog.models import DiscountRule, PriceList
from catalog.status import PUBLICATION_TRANSITIONS, PublicationStatus
from oms.core.errors import InvalidInput, InvalidTransition, Issue, StaleVersion

P = TypeVar("P", PriceList, DiscountRule)


def check_version(publication: PriceList | DiscountRule, version: int | None) -> None:
    """Raise StaleVersion if it was saved since `version` was read; None does not ask."""
    if version is not None and version != publication.version:
        raise StaleVersion(version=version, current=publication.version)


def move_to(publication: P, status: PublicationStatus) -> P:
    """Change the status of a locked row. Raises InvalidTransition."""
    current = PublicationStatus(publication.status)
    if status not in PUBLICATION_TRANSITIONS[current]:
        raise InvalidTransition(
            what=publication._meta.model_name or "",
            current=str(current.label),
            wanted=str(status.label),
        )
    publication.status = status
    publication.version += 1
    publication.save(update_fields=["status", "version", "updated_at"])
    return publication


def check_audiences(audiences: Iterable[Audience]) -> list[Issue]:
    """What is wrong with an assignment: a kind without its key, or everyone with one."""
    issues = []
    for audience in audiences:
        everyone = audience.kind == AudienceKind.EVERYONE
        if everyone == bool(audience.key) or len(audience.key) > 60:
            issues.append(Issue("audiences", _("Say which one, or choose everyone"), "audience"))
    return issues


def check_validity(valid_from: datetime | None, valid_to: datetime | None) -> list[Issue]:
    if valid_from and valid_to and valid_to <= valid_from:
        return [Issue("valid_to", _("This must be later than the start"), "validity")]
    return []


def check_fields(row: models.Model) -> None:
    """The model's own field checks as InvalidInput, each under its field."""
    try:
        row.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(
            [
                Issue("" if field == "__all__" else field, message, "invalid")
                for field, messages in error.message_dict.items()
                for message in messages
            ]
        ) from error


def assign(manager: Any, audiences: Iterable[Audience]) -> bool:
    """Make the assignments exactly `audiences`; whether anything changed."""
    wanted = {(str(audience.kind), audience.key) for audience in audiences}
    present = set(manager.values_list("kind", "key"))
    for kind, key in present - wanted:
        manager.filter(kind=kind, key=key).delete()
    manager.bulk_create(
        [manager.model(**manager.core_filters, kind=k, key=v) for k, v in wanted - present]
    )
    return wanted != present
