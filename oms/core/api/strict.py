"""What is sent is read strictly: a misspelt field or parameter is refused, never ignored."""

from collections.abc import Iterable, Mapping
from typing import Any

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

    And one with NUL, which no text of PostgreSQL has. Raises InvalidInput.
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
    with_nul = [name for name, values in request.query_params.lists() if "\x00" in "".join(values)]
    if with_nul:
        message = str(_("Null characters are not allowed."))
        raise InvalidInput(
            [Issue(name, message, "null_characters_not_allowed") for name in with_nul]
        )


def printable(key: object) -> str:
    """A member's name as it may be repeated in an answer: short, and encodable."""
    return str(key)[:60].encode("utf-8", "replace").decode()
