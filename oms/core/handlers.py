"""Errors outside of every view: problem+json for who asks the API, a page for everybody else."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import defaults

from oms.core.api.errors import PROBLEM, problem
from oms.core.api.renderers import json_bytes
from oms.core.errors import DomainError, Internal, InvalidInput, NotFound, PermissionRefused

Handler = Callable[..., HttpResponseBase]


def _handler(error_of: Callable[[], DomainError], page: Handler) -> Handler:
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.path.startswith("/api/v1/"):
            return page(request, *args, **kwargs)
        error = error_of()
        return HttpResponse(json_bytes(problem(error)), status=error.status, content_type=PROBLEM)

    return handle


bad_request = _handler(lambda: InvalidInput([]), defaults.bad_request)
permission_denied = _handler(PermissionRefused, defaults.permission_denied)
not_found = _handler(NotFound, defaults.page_not_found)
server_error = _handler(Internal, defaults.server_error)
