"""Every API view names the permission each method needs; a view that names none is refused."""

from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from oms.core.actors import Actor
from oms.core.errors import NotAuthenticated, PermissionRefused
from oms.core.permissions import Permission, grants_for


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
            return method not in view.http_method_names  # lets DRF answer 405 for unknown methods
        if not grants_for(cast(Actor, request.auth), permission).any:
            raise PermissionRefused(permission=permission.value)
        return True
