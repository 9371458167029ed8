"""Statuses of the catalogue and the moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SkuStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    DISCONTINUED = "discontinued", _("Discontinued")


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
