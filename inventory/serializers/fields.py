"""Fields that take nothing but what they say."""

from typing import Any

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
