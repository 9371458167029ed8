"""What the OpenAPI document says about every operation: its errors, and how writes are repeated.

Each error code is listed with its cause and with what to do, at the operation that may answer it.
"""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from oms.core.api.errors import PROBLEM, problem
from oms.core.errors import (
    Busy,
    DomainError,
    InvalidInput,
    Issue,
    KeyInFlight,
    KeyReused,
    NotAuthenticated,
    PermissionRefused,
)

ErrorClass = type[DomainError]

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "1 to 255 printable characters, new for each thing you want done (a UUID is fine). "
        "Sent again with the same request within 30 days, it gets the first answer byte for byte "
        "and the header `Idempotent-Replayed: true`; nothing is done twice."
    ),
)
REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="`true` when this is the stored answer to an earlier request.",
)

READING: tuple[ErrorClass, ...] = (NotAuthenticated, PermissionRefused, Busy)
WRITING: tuple[ErrorClass, ...] = (*READING, InvalidInput, KeyInFlight, KeyReused)


class IssueSerializer(serializers.Serializer[Any]):
    """One thing wrong with one field."""

    field = serializers.CharField(help_text="Where, as a path: `lines[0].quantity`.")
    message = serializers.CharField(help_text="What is wrong and what to do, for a person.")
    code = serializers.CharField(help_text="The same, for a program.")
    row = serializers.IntegerField(required=False, help_text="The row of a list or file, from 1.")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details. `code` is stable; `detail` is for people and may change."""

    type = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = IssueSerializer(many=True, required=False)  # type: ignore[assignment]  # its own word


def problems(*classes: ErrorClass, **examples: dict[str, Any]) -> dict[Any, OpenApiResponse]:
    """The `responses` of these errors, by status, with one example per code.

    `examples` gives the data members of an error by its code, e.g. `insufficient_stock={…}`.
    """
    by_status: dict[int, list[ErrorClass]] = {}
    for one in dict.fromkeys(classes):
        by_status.setdefault(one.status, []).append(one)
    return {
        (status, PROBLEM): OpenApiResponse(
            ProblemSerializer,
            description="; ".join(f"`{one.code}`: {one.title}" for one in group),
            examples=[_example(one, examples.get(one.code, {})) for one in group],
        )
        for status, group in sorted(by_status.items())
    }


def _example(error: ErrorClass, data: dict[str, Any]) -> OpenApiExample:
    if issubclass(error, InvalidInput):
        sample: DomainError = InvalidInput(
            [Issue("lines[0].quantity", "Order 1 to 1000000", "bad_quantity", 1)]
        )
        body = problem(sample) | {
            "code": error.code,
            "type": f"urn:oms:error:{error.code}",
            **data,
        }
    else:
        detail = data.pop("detail", None)
        body = {
            "type": f"urn:oms:error:{error.code}",
            "code": error.code,
            "title": str(error.title),
            "status": error.status,
            "detail": detail or str(error.title),
            **data,
        }
    return OpenApiExample(
        error.code,
        value=body,
        media_type=PROBLEM,
        response_only=True,
        status_codes=[str(error.status)],
    )


def expand_parameter(names: Iterable[str]) -> OpenApiParameter:
    """The `expand` parameter with the names one operation takes."""
    return OpenApiParameter(
        "expand",
        str,
        description="More of it, comma-separated: " + ", ".join(f"`{name}`" for name in names),
    )
