"""Per request: who is acting, in which language and zone, how errors look, how long it took."""

import time
from collections.abc import Callable

from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from prometheus_client import Counter, Histogram

from oms.core.clock import retailer_zone
from oms.core.dberrors import as_domain_error
from oms.core.errors import DomainError

View = Callable[[HttpRequest], HttpResponse]

REQUESTS = Counter("oms_http_requests_total", "Requests", ["method", "route", "status"])
SECONDS = Histogram(
    "oms_http_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def metrics(get_response: View) -> View:
    """Count and time requests by route, never by path: an id must not become a label."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get_response(request)
        route = request.resolver_match.route if request.resolver_match else "unmatched"
        method = request.method or "GET"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - start)
        return response

    return middleware


def no_nul(get_response: View) -> View:
    """No text of PostgreSQL has a NUL, so nothing is named so, and nothing can be found by it.

    People cannot have typed it, so for them it is left out of what they look for; the API names
    the parameter.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise Http404
        query = request.META["QUERY_STRING"]
        if "%00" in query and not request.path.startswith("/api/"):
            request.META["QUERY_STRING"] = query.replace("%00", "")
        return get_response(request)

    return middleware


def preferences(get_response: View) -> View:
    """Activate the signed-in person's language and the retailer's time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return get_response(request)
        timezone.activate(retailer_zone())
        language = getattr(request.user, "language", "") if hasattr(request, "user") else ""
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return get_response(request)

    return middleware


class domain_errors:  # noqa: N801 - named like the other middleware
    """Translate typed errors of pages into an error page, or a toast for an htmx request."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = (
            as_domain_error(exception)
            if isinstance(exception, OperationalError | DatabaseError)
            else exception
        )
        if not isinstance(error, DomainError):
            return None
        template = (
            "ui/error_toast.html" if getattr(request, "htmx", False) else "errors/domain.html"
        )
        response = render(request, template, {"error": error}, status=error.status)
        if error.retry_after:
            response["Retry-After"] = str(error.retry_after)
        if getattr(request, "htmx", False):
            response["HX-Retarget"] = "#toasts"
            response["HX-Reswap"] = "beforeend"
        return response
