"""Statuses of the catalogue and the moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from oms.core.errors import Text


class SkuStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    DISCONTINUED = "discontinued", _("Discontinued")


class SkuCondition(models.TextChoices):
    """In what state a unit is sold; best first. Each has its own SKU, stock and prices."""

    NEW = "new", pgettext_lazy("condition", "New")
    OPENED = "opened", pgettext_lazy("condition", "Opened box")
    REFURBISHED = "refurbished", pgettext_lazy("condition", "Refurbished")
    USED = "used", pgettext_lazy("condition", "Used")


def name_in_condition(name: str, condition: str) -> str:
    """A SKU's name as people read it: with the condition, unless it is new."""
    if condition == SkuCondition.NEW:
        return name
    return f"{name} ({SkuCondition(condition).label.lower()})"


def conditions_named(word: str) -> list[str]:
    """The conditions whose label, in the reader's language, has a word that begins so.

    New is none of them: what is new does not bear it in its name. Of one or two letters, only a
    whole word counts.
    """
    typed = word.casefold()
    return [
        value
        for value, label in SkuCondition.choices
        if value != SkuCondition.NEW
        and any(
            one == typed or (len(typed) > 2 and one.startswith(typed))
            for one in str(label).casefold().split()
        )
    ]


class PublicationStatus(models.TextChoices):
    """A price list's or rule's life. Scheduled and expired are derived from its validity."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


PUBLICATION_TRANSITIONS: dict[str, frozenset[str]] = {
    PublicationStatus.DRAFT: frozenset({PublicationStatus.ACTIVE, PublicationStatus.ARCHIVED}),
    PublicationStatus.ACTIVE: frozenset({PublicationStatus.DRAFT, PublicationStatus.ARCHIVED}),
    PublicationStatus.ARCHIVED: frozenset({PublicationStatus.DRAFT}),
}

# Tax classes that every retailer has; others have the name the retailer gave them.
TAX_CLASSES: dict[str, Text] = {
    "standard": _("standard rate"),
    "reduced": _("reduced rate"),
    "super_reduced": _("super-reduced rate"),
    "zero": _("zero rate"),
}


def tax_class_name(code: str, given: str = "") -> str:
    """What a tax class is called in the reader's language; `given` is the retailer's own name."""
    return str(TAX_CLASSES.get(code) or given or code)
