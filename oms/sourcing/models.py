"""Stored sourcing decisions: what was chosen, what was not, and the one reason each lost."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """The answer to "why from there?", from the code that decided.

    `subject` is the uid of whatever was sourced (an order). `candidates` is a list of
    {"locations": [codes], "parcels", "distance_km", "chosen", "reason"}.
    """

    subject = models.UUIDField(db_index=True)
    rules = models.JSONField(_("rules"), default=list)
    demand = models.JSONField(_("demand"), default=list)
    plan = models.JSONField(_("plan"), default=list)
    candidates = models.JSONField(_("candidates"), default=list)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("sourcing decision")
        verbose_name_plural = _("sourcing decisions")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.subject}"
