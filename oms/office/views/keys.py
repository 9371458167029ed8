"""Settings: API keys. A token is shown once, in the answer that made it."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.core.api.authentication import api_key_create, api_key_revoke
from oms.core.clock import now
from oms.core.models import ApiKey
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page
from oms.office.forms import BOUND_LABELS, SCOPE_LABELS, ApiKeyForm


@page(Permission.SETTINGS_MANAGE)
@require_GET
def settings_home(request: PageRequest) -> HttpResponse:
    """What there is to set, and where."""
    return render(request, "office/settings.html", {"may_admin": request.user.is_staff})


@page(Permission.SETTINGS_MANAGE)
@require_GET
def api_key_list(request: PageRequest) -> HttpResponse:
    """Every key: what it may do, for whom, and when it was last used."""
    keys = list(ApiKey.objects.order_by("-is_active", "-id"))
    names = _names_of(keys)
    moment = now()
    rows = [
        {
            "key": key,
            "state": _state(key, moment),
            "scopes": [SCOPE_LABELS.get(scope, scope) for scope in key.scopes],
            "bound_to": names.get((key.scope_kind, key.scope_id or 0), ""),
            "kind": BOUND_LABELS.get(key.scope_kind, ""),
        }
        for key in keys
    ]
    return render(request, "office/api_key_list.html", {"rows": rows, "count": len(rows)})


def _state(key: ApiKey, moment: Any) -> str:
    if not key.is_active:
        return "voided"
    return "expired" if key.expires_at and key.expires_at <= moment else "active"


def _names_of(keys: list[ApiKey]) -> dict[tuple[str, int], str]:
    """The names of what keys are bound to: one query per kind of scope."""
    names: dict[tuple[str, int], str] = {}
    for kind, path in settings.SCOPE_MODELS.items():
        ids = {key.scope_id for key in keys if key.scope_kind == kind}
        if ids:
            rows = apps.get_model(path)._default_manager.filter(pk__in=ids)
            names |= {(kind, row.pk): str(row) for row in rows}
    return names


@never_cache
@page(Permission.SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def api_key_new(request: PageRequest) -> HttpResponse:
    """Make a key. The answer to the POST is the only place its token is ever shown."""
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key, token = api_key_create(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            bound_to=form.scope_object(),
            expires_at=form.expires_at(),
            actor=request.actor,
        )
        return render(request, "office/api_key_created.html", {"key": key, "token": token})
    status = 422 if form.is_bound else 200
    return render(request, "office/api_key_new.html", {"form": form}, status=status)


@page(Permission.SETTINGS_MANAGE)
@require_POST
def api_key_revoke_view(request: PageRequest, pk: int) -> HttpResponse:
    """Stop a key for good."""
    key = api_key_revoke(pk, actor=request.actor)
    messages.success(request, _("“%(name)s” is revoked") % {"name": key.name})
    return redirect("api-key-list")
