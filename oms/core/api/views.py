"""The base of every API view: the actor, and idempotent writes."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, cast

from django.http import HttpResponse
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from oms.core.actors import Actor
from oms.core.api.parsers import JsonParser
from oms.core.api.renderers import json_bytes
from oms.core.api.strict import query_known
from oms.core.idempotency import Answer, fingerprint_of, idempotent
from oms.core.permissions import Permission

T = TypeVar("T")


class ApiView(GenericAPIView[Any]):
    """A view of `/api/v1/`. Subclasses set `permissions_required` per method."""

    permissions_required: ClassVar[dict[str, Permission]] = {}
    parser_classes = (JsonParser,)
    # No OPTIONS: what can be done is said by the schema.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    # Off where a body is too large to be kept: such a view reads it as a stream.
    keeps_body: ClassVar[bool] = True

    @property
    def actor(self) -> Actor:
        return cast(Actor, self.request.auth)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.keeps_body:
            # Read first, so that the exact bytes are still there for the fingerprint.
            _ = request._request.body
        super().initial(request, *args, **kwargs)

    def write_once(
        self, request: Request, perform: Callable[[], tuple[int, Any, dict[str, str]]]
    ) -> HttpResponse:
        """Answer a write with `perform`, (status, data, headers), once per Idempotency-Key.

        Raises InvalidInput without a usable key, KeyReused, KeyInFlight.
        """

        def answer() -> Answer:
            status, data, headers = perform()
            return Answer(status=status, body=json_bytes(data), headers=headers)

        kept = idempotent(
            principal=self.actor.principal,
            key=request.headers.get("Idempotency-Key", ""),
            fingerprint=fingerprint_of(
                str(request.method), request.get_full_path(), request._request.body
            ),
            perform=answer,
        )
        response = HttpResponse(kept.body, status=kept.status, content_type="application/json")
        for name, value in kept.headers.items():
            response[name] = value
        if kept.replayed:
            response["Idempotent-Replayed"] = "true"
        return response

    def move_once(
        self,
        request: Request,
        find: Callable[[], T],
        body: Serializer[Any],
        perform: Callable[[T, Any], object],
        answer: Callable[[], Any],
    ) -> HttpResponse:
        """Do something to what `find` returns, once, and answer with it as it then stands.

        It is found before the body is read: what is not there answers so, whatever was sent.
        """
        query_known(request, ())

        def once() -> tuple[int, Any, dict[str, str]]:
            perform(find(), body.run_validation(request.data))
            return 200, answer(), {}

        return self.write_once(request, once)
