"""Fields that take nothing but what they say."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError


class PlainText(serializers.CharField):
    """One line of text: a JSON string without control characters."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("Send a text"), code="wrong_type")
        if not data.isprintable():
            raise ValidationError(_("No line breaks or control characters"), code="bad_character")
        return str(super().to_internal_value(data))


class Units(serializers.IntegerField):
    """A JSON integer: not 3.0, not "3", not true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise ValidationError(_("Send a whole number"), code="wrong_type")
        return data


class Moment(serializers.DateTimeField):
    """A moment with its zone: without one, the hour of a count would be anybody's guess."""

    default_error_messages: ClassVar = {
        "no_zone": _("Give the moment with its zone, like 2026-11-22T19:30:00Z or …+01:00")
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if is_naive(value):
            self.fail("no_zone")
        return super().enforce_timezone(value)
