"""What a channel may offer, over REST: now and by date. Asking claims nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.models import Location
from inventory.selectors import availability_by_sku
from inventory.selectors.arrivals import ByDate, available_by_date, earliest
from oms.core.actors import Actor
from oms.core.api.etags import tagged
from oms.core.api.schema import READING, problems
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.clock import now, retailer_zone
from oms.core.errors import InvalidInput, Issue
from oms.core.permissions import Permission, grants_for
from oms.orders import serializers
from oms.orders.api import answers, examples
from oms.orders.api.common import channel_of
from oms.orders.api.representation import Json
from oms.orders.selectors.offers import sold_by_code

TAGS = ["Availability and prices"]
ASKED = ("sku", "location", "channel", "compact", "expected", "quantity")
CHANNEL = OpenApiParameter(
    "channel", str, description="Whose rules apply; left out: the key's own channel."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the answer you hold: 304 without a body while it is still true.",
)
AVAILABLE = {
    "as_of": "2026-11-23T09:12:05.417Z",
    "channel": "eshop",
    "skus": [
        {
            "sku": "GRD-SHEARS-01",
            "available": 42,
            "locations": [
                {"location": "WH01", "available": 40, "ships": True, "collects": False},
                {"location": "MI01", "available": 2, "ships": False, "collects": True},
            ],
        }
    ],
    "unknown": ["NOPE-1"],
}
COMPACT = {
    "as_of": "2026-11-23T09:12:05.417Z",
    "channel": "eshop",
    "locations": [
        {"location": "WH01", "ships": True, "collects": False},
        {"location": "MI01", "ships": False, "collects": True},
    ],
    "skus": [
        {
            "sku": "GRD-SHEARS-01",
            "available": 42,
            "at": {"WH01": 40, "MI01": 2},
            "expected": [
                {
                    "location": "WH01",
                    "due_on": "2026-12-03",
                    "arriving": 12,
                    "available": 52,
                    "causes": ["purchase order 1007"],
                }
            ],
            "available_on": "2026-12-03",
        }
    ],
    "unknown": [],
}


class AvailabilityView(ApiView):
    """`/availability/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {
        "GET": Permission.STOCK_VIEW,
        "POST": Permission.STOCK_VIEW,
    }
    serializer_class = answers.AvailabilityAnswer
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="availability_read",
        summary="Available units of some SKUs",
        tags=TAGS,
        parameters=[
            OpenApiParameter(
                "sku", str, required=True, description="SKUs or GTINs, comma-separated."
            ),
            OpenApiParameter("location", str, description="Location codes, comma-separated."),
            CHANNEL,
            OpenApiParameter("compact", bool, description="Per SKU the units by location code."),
            OpenApiParameter("expected", bool, description="And what is on its way, by date."),
            OpenApiParameter(
                "quantity", int, description="And the first date on which so many can be had."
            ),
            IF_NONE_MATCH,
        ],
        responses={200: answers.AvailabilityAnswer, 304: None} | problems(*READING, InvalidInput),
        examples=[examples.answer_example("Found", AVAILABLE)],
    )
    def get(self, request: Request) -> Response:
        """Units the channel may sell now, per location: on hand less every claim, by the rules.

        A figure is true at `as_of`; only an order claims the units.
        """
        query_known(request, ASKED)
        return tagged(request, self._answer(_body_of(request)), apart=("as_of",))

    @extend_schema(
        operation_id="availability_batch",
        summary="Available units of up to 500 SKUs at up to 1,000 locations",
        tags=TAGS,
        request=serializers.AvailabilityInput,
        responses={200: answers.AvailabilityAnswer} | problems(*READING, InvalidInput),
        examples=[
            examples.request_example("Two SKUs", {"skus": ["GRD-SHEARS-01", "NOPE-1"]}),
            examples.request_example(
                "Compact, by date",
                {"skus": ["GRD-SHEARS-01"], "compact": True, "expected": True, "quantity": 50},
            ),
            examples.answer_example("Found", AVAILABLE),
            examples.answer_example("Compact, by date", COMPACT),
        ],
    )
    def post(self, request: Request) -> Response:
        """As `GET`, for many. Nothing is written: no Idempotency-Key is needed."""
        return Response(self._answer(request.data))

    def _answer(self, body: Any) -> Json:
        data = serializers.AVAILABILITY.run_validation(body)
        channel = channel_code(self.actor, data.get("channel"))
        places = [one for one in _chosen(self.actor, data.get("locations")) if one.is_active]
        sold, unknown = sold_by_code(data["skus"])
        dated: Mapping[int, dict[int, ByDate]] = {}
        if data["expected"] or "quantity" in data:
            dated = _dated(sold.values(), places, channel)
            units = {
                sku_id: {pk: one.now for pk, one in here.items() if one.now is not None}
                for sku_id, here in dated.items()
            }
        else:
            units = availability_by_sku(
                sold.values(), location_ids=[one.pk for one in places], channel=channel
            )
        shape = _compact if data["compact"] else _spelled_out
        skus = []
        for code, sku_id in sold.items():
            here = units.get(sku_id, {})
            row = {"sku": code, "available": sum(here.values())} | shape(here, places)
            skus.append(row | _later(dated.get(sku_id, {}), places, data))
        answer: Json = {"as_of": now(), "channel": channel or None}
        if data["compact"]:
            answer["locations"] = [_place_data(one) for one in places]
        return answer | {"skus": skus, "unknown": unknown}


def channel_code(actor: Actor, code: str | None) -> str:
    """The channel whose rules apply: the key's own or the named one; "": those for every channel.

    Raises InvalidInput.
    """
    if code or (actor.key is not None and actor.key.scope_kind == "channel"):
        return channel_of(actor, code, Permission.STOCK_VIEW).code
    return ""


def _body_of(request: Request) -> Json:
    query = request.query_params
    body: Json = {"skus": _listed(query.get("sku", ""))}
    if query.get("location"):
        body["locations"] = _listed(query["location"])
    if query.get("channel"):
        body["channel"] = query["channel"]
    for name in ("compact", "expected"):
        if name in query:
            body[name] = {"true": True, "false": False}.get(query[name], query[name])
    if "quantity" in query:
        text = query["quantity"]
        body["quantity"] = int(text) if text.isascii() and text.isdigit() else text
    return body


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def visible_places(actor: Actor) -> list[Location]:
    """The locations a key may ask about; one that is bound to a location sees that one alone."""
    found = Location.objects.all()
    grants = grants_for(actor, Permission.STOCK_VIEW)
    own = grants.scopes.get("location")
    if not grants.everything and own:
        found = found.filter(pk__in=own)
    return list(found.order_by("-priority", "code"))


def _chosen(actor: Actor, codes: Sequence[str] | None) -> list[Location]:
    """The visible locations, or those named. Raises InvalidInput naming each unknown one."""
    visible = visible_places(actor)
    if codes is None:
        return visible
    known = {one.code for one in visible}
    issues = [
        Issue(f"locations[{index}]", _("There is no such location"), "unknown_location", index + 1)
        for index, code in enumerate(codes)
        if code not in known
    ]
    if issues:
        raise InvalidInput(issues)
    return [one for one in visible if one.code in set(codes)]


def _dated(
    sku_ids: Iterable[int], places: Sequence[Location], channel: str
) -> dict[int, dict[int, ByDate]]:
    found = available_by_date(sku_ids, location_ids=[one.pk for one in places], channel=channel)
    dated: dict[int, dict[int, ByDate]] = {}
    for (sku_id, place), figures in found.items():
        dated.setdefault(sku_id, {})[place] = figures
    return dated


def _place_data(place: Location) -> Json:
    return {"location": place.code, "ships": place.ships, "collects": place.collects}


def _compact(units: Mapping[int, int], places: Sequence[Location]) -> Json:
    return {"at": {one.code: units[one.pk] for one in places if one.pk in units}}


def _spelled_out(units: Mapping[int, int], places: Sequence[Location]) -> Json:
    return {
        "locations": [
            _place_data(one) | {"available": units[one.pk]} for one in places if one.pk in units
        ]
    }


def _later(here: Mapping[int, ByDate], places: Sequence[Location], asked: Json) -> Json:
    data: Json = {}
    if asked["expected"]:
        data["expected"] = [
            {
                "location": one.code,
                "due_on": step.due_on,
                "arriving": step.arriving,
                "available": step.available,
                "causes": list(step.causes),
            }
            for one in places
            for step in (here[one.pk].steps if one.pk in here else ())
        ]
    if "quantity" in asked:
        data["available_on"] = earliest(here, asked["quantity"], today=_today())
    return data


def _today() -> date:
    return now().astimezone(retailer_zone()).date()
