"""API keys: `Authorization: Bearer oms_…`, compared by SHA-256 digest."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from oms.core.actors import Actor, key_actor
from oms.core.audit import audit_record
from oms.core.clock import now
from oms.core.errors import InvalidInput, Issue, NotFound
from oms.core.locks import lock_rows
from oms.core.models import ApiKey
from oms.core.permissions import API_SCOPES
from oms.core.sql import fetch_models

TOKEN_PREFIX = "oms_"  # noqa: S105 - the visible start of every key, not a secret
USED_RESOLUTION = timedelta(minutes=10)


def digest_of(token: str) -> str:
    """What is stored of a key: the token has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def api_key_create(
    *,
    name: str,
    scopes: list[str],
    actor: Actor,
    bound_to: tuple[str, models.Model] | None = None,
    expires_at: datetime | None = None,
    token: str | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the token is in the answer and nowhere else. Raises InvalidInput on bad scopes.

    `bound_to` is (scope kind, object), e.g. ("channel", channel). `token` is for demo data only.
    """
    unknown = [scope for scope in scopes if scope not in API_SCOPES]
    if unknown or not scopes:
        raise InvalidInput([Issue("scopes", f"Unknown or missing scopes: {', '.join(unknown)}")])
    token = token or TOKEN_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        prefix=token[:12],
        digest=digest_of(token),
        scopes=scopes,
        scope_kind=bound_to[0] if bound_to else "",
        scope_id=bound_to[1].pk if bound_to else None,
        expires_at=expires_at,
    )
    audit_record("api_key.created", key, actor=actor, data={"scopes": scopes})
    return key, token


@transaction.atomic
def api_key_revoke(key_id: int, *, actor: Actor) -> ApiKey:
    """Stop a key with its next request, for good. Raises NotFound; revoking twice is once."""
    rows = lock_rows(ApiKey.objects.filter(pk=key_id))
    if not rows:
        raise NotFound
    key = rows[0]
    if key.is_active:
        key.is_active = False
        key.save(update_fields=["is_active"])
        audit_record("api_key.revoked", key, actor=actor)
    return key


class ApiKeyAuthentication(BaseAuthentication):
    """Puts an `Actor` on `request.auth`; there is no user behind a key."""

    def authenticate(self, request: Request) -> tuple[None, Actor] | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        keys = fetch_models(
            ApiKey,
            "WHERE digest = %(digest)s::text AND is_active",
            {"digest": digest_of(token.strip())},
            defer=("prefix", "digest", "is_active", "created_at"),
        )
        key = keys[0] if keys else None
        moment = now()
        if key is None or (key.expires_at is not None and key.expires_at <= moment):
            raise AuthenticationFailed
        if key.last_used_at is None or moment - key.last_used_at > USED_RESOLUTION:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=moment)
        return None, key_actor(key)

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes API keys."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key: `oms_…`"}
