"""What changed in what a channel may offer, over REST, for shops that keep a copy."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.core import signing
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.errors import CursorExpired
from inventory.selectors.changes import Position, changes_since
from inventory.services.changes import CURSOR_DAYS
from oms.core.api.schema import READING, problems
from oms.core.api.strict import query_known
from oms.core.api.views import ApiView
from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue
from oms.core.permissions import Permission
from oms.orders.api import answers, examples
from oms.orders.api.availability import CHANNEL, TAGS, channel_code, visible_places

SALT = "availability changes"
PAGE, MAX_PAGE = 200, 500
CHANGES = {
    "as_of": "2026-11-23T09:12:05.417Z",
    "channel": "eshop",
    "changes": [{"sku": "GRD-SHEARS-01", "at": {"WH01": 39, "MI01": 0}}],
    "cursor": "eyJzIjo5MTM0NCwidCI6MTc2Mzg5MDMyNX0:1vN2ab:hY…",
    "more": False,
}


class ChangesView(ApiView):
    """`/availability/changes/`."""

    permissions_required: ClassVar[dict[str, Permission]] = {"GET": Permission.STOCK_VIEW}
    serializer_class = answers.ChangesAnswer
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        operation_id="availability_changes",
        summary="What changed in availability",
        tags=TAGS,
        parameters=[
            OpenApiParameter(
                "since", str, description="The `cursor` of the last answer; left out: everything."
            ),
            OpenApiParameter("limit", int, description="SKUs in an answer, 1 to 500; usually 200."),
            CHANNEL,
        ],
        responses={200: answers.ChangesAnswer} | problems(*READING, InvalidInput, CursorExpired),
        examples=[examples.answer_example("Some", CHANGES)],
    )
    def get(self, request: Request) -> Response:
        """What may be sold now of each SKU and location that changed since the cursor.

        Orders, holds, syncs, counts, rules, kits, locations: whatever changes a figure. At least
        once: the same figure may come again, none is left out. Without `since` it begins with
        everything there is. While `more` is true go on at once, then every few seconds.
        """
        query_known(request, ("since", "limit", "channel"))
        query = request.query_params
        limit = _limit_of(query.get("limit", ""))
        channel = channel_code(self.actor, query.get("channel"))
        begun = now()
        reader = _Reader.read(query.get("since", ""), channel, begun)
        places = {one.pk: one for one in visible_places(self.actor)}
        page = changes_since(
            reader.position,
            channel=channel,
            locations=list(places),
            active=[pk for pk, one in places.items() if one.is_active],
            limit=limit,
        )
        return Response(
            {
                "as_of": now(),
                "channel": channel or None,
                "changes": [
                    {"sku": one.code, "at": {places[pk].code: n for pk, n in one.at.items()}}
                    for one in page.changes
                ],
                "cursor": reader.at(page.position).cursor(channel),
                "more": page.more,
            }
        )


class _Reader:
    """A position with the moments it was taken at, and its cursor."""

    def __init__(self, position: Position, since_at: datetime, horizon_at: datetime) -> None:
        self.position = position
        self.since_at = since_at
        self.horizon_at = horizon_at

    @classmethod
    def read(cls, cursor: str, channel: str, begun: datetime) -> "_Reader":
        """Raises InvalidInput, CursorExpired."""
        if not cursor:
            return cls(Position(), begun, begun)
        try:
            of, since, horizon, after, since_at, horizon_at = signing.loads(cursor, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            of = None
        if of != channel:
            message = _("Take it from the last answer for the same channel, as it is")
            raise InvalidInput([Issue("since", message, "bad_cursor")])
        moments = [datetime.fromtimestamp(at, begun.tzinfo) for at in (since_at, horizon_at)]
        if min(moments) < begun - timedelta(days=CURSOR_DAYS):
            raise CursorExpired
        # A new round begins now.
        horizon_began = begun if horizon is None else moments[1]
        return cls(Position(since, horizon, after), moments[0], horizon_began)

    def at(self, position: Position) -> "_Reader":
        """The same reader further on."""
        ended = position.horizon is None
        return _Reader(position, self.horizon_at if ended else self.since_at, self.horizon_at)

    def cursor(self, channel: str) -> str:
        place = self.position
        moments = [int(self.since_at.timestamp()), int(self.horizon_at.timestamp())]
        content = [channel, place.since, place.horizon, place.after, *moments]
        return signing.dumps(content, salt=SALT)


def _limit_of(text: str) -> int:
    if not text:
        return PAGE
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MAX_PAGE and len(text) < 4:
        return int(text)
    message = _("Ask for 1 to %(most)s") % {"most": MAX_PAGE}
    raise InvalidInput([Issue("limit", message, "bad_limit")])
