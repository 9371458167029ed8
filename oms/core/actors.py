"""Who is acting: a person, an API key, the customer behind a signed link, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oms.core.models import ApiKey, User
    from oms.core.permissions import Grants


class ActorKind(StrEnum):
    USER = "user"
    API_KEY = "api_key"
    CUSTOMER = "customer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """Whoever causes a change; kept in the audit and on stock movements.

    `label` is what people read in a timeline: a user's display name, a key's name, "system".
    """

    kind: ActorKind
    label: str
    id: int | None = None
    user: User | None = None
    key: ApiKey | None = None
    # Grants are looked up once per permission and actor, that is once per request.
    grants: dict[str, Grants] = field(default_factory=dict, repr=False)

    @property
    def principal(self) -> str:
        """Stable identity, for idempotency and throttling."""
        return f"{self.kind}:{self.id or self.label}"


def system_actor(label: str = "system") -> Actor:
    """The actor of sweeps, imports at set-up, and management commands."""
    return Actor(kind=ActorKind.SYSTEM, label=label)


def user_actor(user: User) -> Actor:
    """The actor behind a signed-in person."""
    return Actor(kind=ActorKind.USER, label=user.display_name, id=user.pk, user=user)


def key_actor(key: ApiKey) -> Actor:
    """The actor behind an API key."""
    return Actor(kind=ActorKind.API_KEY, label=key.name, id=key.pk, key=key)
