"""Addresses of pages, for those who may open them: no link leads its reader to a closed door."""

from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from oms.core.actors import Actor
from oms.core.permissions import Permission, grants_for


def link(actor: Actor | None, page: str, *args: Any) -> str:
    """The address of a page by its URL name; empty if the page is not for `actor`."""
    return reverse(page, args=args) if may_open(actor, page) else ""


def may_open(actor: Actor | None, page: str) -> bool:
    """Whether `actor` holds, on anything, the permission that a page's view asks for.

    What of its data they see is another question. Raises KeyError for a page that does not exist.
    """
    permission = _permissions(get_resolver())[page]
    return permission is None or (actor is not None and grants_for(actor, permission).any)


@cache
def _permissions(resolver: URLResolver) -> dict[str, Permission | None]:
    """Page → the permission that `oms.core.web.page` left on its view; None for everybody."""
    found: dict[str, Permission | None] = {}
    left: list[Any] = list(resolver.url_patterns)
    while left:
        one = left.pop()
        if isinstance(one, URLResolver):
            # Names with a namespace are the Django admin's.
            left += one.url_patterns if one.namespace is None else []
        elif isinstance(one, URLPattern) and one.name:
            found[one.name] = getattr(one.callback, "permission", None)
    return found
