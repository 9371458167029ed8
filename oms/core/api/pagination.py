"""Cursor pagination: stable while rows are inserted, no COUNT(*)."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from oms.core.errors import InvalidInput, Issue

# Query parameters of every list.
PAGING = ("limit", "cursor")


class CursorPagination(pagination.CursorPagination):
    """Newest first; `?limit=` up to 200, `?cursor=` opaque. Raises InvalidInput for others."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param, "")
        if not text:
            return self.page_size
        if text.isascii() and text.isdigit() and len(text) < 4:
            size = int(text)
            if 1 <= size <= self.max_page_size:
                return size
        message = _("Ask for 1 to %(most)s") % {"most": self.max_page_size}
        raise InvalidInput([Issue(self.page_size_query_param, message, "bad_limit")])

    def decode_cursor(self, request: Request) -> Any:
        try:
            return super().decode_cursor(request)
        except NotFound:
            message = _("Take it from `next` or `previous` as it is")
            raise InvalidInput([Issue("cursor", message, "bad_cursor")]) from None
