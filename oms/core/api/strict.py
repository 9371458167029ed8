"""What is sent is read strictly: a misspelt field or parameter is refused, never ignored."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from oms.core.errors import InvalidInput, Issue

SHOWN_UNKNOWN = 20


class StrictSerializer(serializers.Serializer[Any]):
    """An object with these fields and no others."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError([_("Send an object")], code="not_an_object")
        known = self.fields
        errors: dict[str, Any] = {}
        for key in data:
            if key not in known and len(errors) < SHOWN_UNKNOWN:
                errors[printable(key)] = [
                    ErrorDetail(str(_("There is no such field")), "unknown_field")
                ]
        try:
            value = super().to_internal_value(dict(data))
        except ValidationError as error:
            detail = error.detail
            raise ValidationError(errors | detail if isinstance(detail, dict) else detail) from None
        if errors:
            raise ValidationError(errors)
        return value


def query_known(request: Request, known: Iterable[str]) -> None:
    """Refuse a query parameter nobody reads: a misspelt filter must not answer with everything.

    Raises InvalidInput, also for NUL in one.
    """
    allowed = set(known)
    unknown = [name for name in request.query_params if name not in allowed]
    if unknown:
        raise InvalidInput(
            [
                Issue(printable(name), str(_("There is no such parameter")), "unknown_parameter")
                for name in unknown[:SHOWN_UNKNOWN]
            ]
        )
    nul_refuse(request.query_params)


def nul_refuse(sent: QueryDict) -> None:
    """No text of PostgreSQL has a NUL, and no keyboard: only a broken program sends one.

    Raises InvalidInput, naming each field.
    """
    wrong = [name for name, values in sent.lists() if any("\x00" in one for one in values)]
    if wrong:
        message = str(_("Null characters are not allowed."))
        raise InvalidInput(
            [Issue(printable(name), message, "null_characters_not_allowed") for name in wrong]
        )


def printable(key: object) -> str:
    """A member's name as it may be repeated in an answer: short, and encodable."""
    return str(key)[:60].encode("utf-8", "replace").decode()
