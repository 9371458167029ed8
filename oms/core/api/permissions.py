"""Every API view names the permission each method needs; a view that names none is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from oms.core.actors import Actor
from oms.core.errors import NotAuthenticated, PermissionRefused
from oms.core.permissions import Permission, grants_for

if TYPE_CHECKING:  # rest_framework.views imports this module
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """The actor's key must carry a scope with the view's permission for this method.

    Views set `permissions_required = {"GET": Permission.ORDERS_VIEW, …}`.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            raise NotAuthenticated
        required: dict[str, Permission] = getattr(view, "permissions_required", {})
        method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
        permission = required.get(method)
        if permission is None:
            # A method the view does not have is let through to DRF's 405; one it has is closed.
            return not hasattr(view, method.lower())
        if not grants_for(cast(Actor, request.auth), permission).any:
            raise PermissionRefused(permission=permission.value)
        return True
