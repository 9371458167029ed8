"""One error shape for the API: RFC 9457 problem+json with a stable `code`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from oms.core.dberrors import as_domain_error
from oms.core.errors import (
    DomainError,
    InvalidInput,
    Issue,
    NotAuthenticated,
    NotFound,
    PermissionRefused,
)

PROBLEM = "application/problem+json"


def problem_response(error: Exception, _context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the answer to `error`, or None to let it become a 500."""
    if isinstance(error, DatabaseError | InterfaceError):
        error = as_domain_error(error)
    if not isinstance(error, DomainError):
        if isinstance(error, exceptions.APIException) and not isinstance(
            error,
            exceptions.ValidationError
            | exceptions.NotAuthenticated
            | exceptions.AuthenticationFailed
            | exceptions.NotFound
            | exceptions.PermissionDenied,
        ):
            return _framework_problem(error)
        translated = _translate(error)
        if translated is None:
            return None
        error = translated
    response = Response(problem(error), status=error.status, content_type=PROBLEM)
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def problem(error: DomainError) -> dict[str, Any]:
    """The problem+json members of a typed error."""
    return {
        "type": f"urn:oms:error:{error.code}",
        "code": error.code,
        "title": str(error.title),
        "status": error.status,
        "detail": str(error.detail),
        **error.data,
    }


def _translate(error: Exception) -> DomainError | None:
    if isinstance(error, exceptions.ValidationError):
        return InvalidInput(list(_issues(error.detail)))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return NotAuthenticated()
    if isinstance(error, Http404 | exceptions.NotFound):
        return NotFound()
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return PermissionRefused()
    return None


def _framework_problem(error: exceptions.APIException) -> Response:
    code = getattr(error.detail, "code", None) or error.default_code
    body = {
        "type": f"urn:oms:error:{code}",
        "code": str(code),
        "title": str(error.default_detail),
        "status": error.status_code,
        "detail": str(error.detail),
    }
    headers = {}
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return Response(body, status=error.status_code, headers=headers, content_type=PROBLEM)


def _issues(detail: Any, path: str = "") -> list[Issue]:
    if isinstance(detail, dict):
        return [
            issue for key, value in detail.items() for issue in _issues(value, _path(path, key))
        ]
    if isinstance(detail, list):
        return [
            issue
            for index, value in enumerate(detail)
            for issue in _issues(
                value, path if isinstance(value, exceptions.ErrorDetail) else _path(path, index)
            )
        ]
    return [Issue(path, str(detail), getattr(detail, "code", None) or "invalid")]


def _path(parent: str, key: object) -> str:
    """`lines[0].sku`: list positions in brackets, as a client would write them."""
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else str(key)
