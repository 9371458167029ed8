"""Routes of the tests only: every error on the API and on a page, and an idempotent write."""

import threading
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from oms.core import errors
from oms.core.api.views import ApiView
from oms.core.errors import Issue
from oms.core.permissions import Permission
from tests.core.factories import make_user

ERRORS: dict[str, Exception] = {
    "invalid_input": errors.InvalidInput(
        [Issue("lines[0].sku", "There is no such SKU", "unknown_sku", row=3), Issue("x", "Bad")]
    ),
    "not_found": errors.NotFound(),
    "permission_denied": errors.PermissionRefused(permission="view_orders"),
    "conflict": errors.Conflict(),
    "invalid_transition": errors.InvalidTransition(what="order", current="open", wanted="x"),
    "stale_version": errors.StaleVersion(),
    "busy": errors.Busy(),
    "unavailable": errors.Unavailable(),
}
entered = threading.Event()
leave = threading.Event()


class Fail(ApiView):
    permissions_required = {"GET": Permission.ORDERS_VIEW}

    def get(self, _request: Request, code: str) -> Response:
        raise ERRORS[code]


class LostDatabase(ApiView):
    permissions_required = {"GET": Permission.ORDERS_VIEW}

    def get(self, _request: Request) -> Response:
        raise OperationalError("server closed the connection unexpectedly")


class Bug(ApiView):
    permissions_required = {"GET": Permission.ORDERS_VIEW}

    def get(self, _request: Request) -> Response:
        raise ZeroDivisionError("a secret detail")


class Unlisted(ApiView):
    """Names no permission, so nobody gets in."""

    def get(self, _request: Request) -> Response:
        return Response({})


class Lines(serializers.Serializer[Any]):
    sku = serializers.CharField()
    quantity = serializers.IntegerField(min_value=1)


class Body(serializers.Serializer[Any]):
    lines = Lines(many=True)


class Write(ApiView):
    """Makes a user: one effect that can be counted. `slow` waits for the test."""

    permissions_required = {"POST": Permission.ORDERS_PLACE}

    def post(self, request: Request) -> HttpResponse:
        def perform() -> tuple[int, Any, dict[str, str]]:
            if request.data.get("refuse"):
                raise errors.Conflict
            user = make_user()
            if request.data.get("slow"):
                entered.set()
                leave.wait(20)
            return 201, {"id": user.pk, "uid": str(user.uid)}, {"Location": f"/users/{user.pk}"}

        return self.write_once(request, perform)


class Check(ApiView):
    permissions_required = {"POST": Permission.ORDERS_PLACE}

    def post(self, request: Request) -> Response:
        Body(data=request.data).is_valid(raise_exception=True)
        return Response({})


def fail_page(_request: HttpRequest, code: str) -> HttpResponse:
    raise ERRORS[code]


urlpatterns = [
    path("api/fail/<slug:code>/", Fail.as_view()),
    path("api/lost/", LostDatabase.as_view()),
    path("api/bug/", Bug.as_view()),
    path("api/unlisted/", Unlisted.as_view()),
    path("api/write/", Write.as_view()),
    path("api/check/", Check.as_view()),
    path("page/fail/<slug:code>/", fail_page),
    path("", include("oms.urls")),
]
