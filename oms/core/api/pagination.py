"""Cursor pagination: stable while rows are inserted, no COUNT(*)."""

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    """Newest first; `?limit=` up to 200, `?cursor=` opaque."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
