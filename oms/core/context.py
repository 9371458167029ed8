"""What every page's template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from oms.core.actors import user_actor
from oms.core.models import User


def site(request: HttpRequest) -> dict[str, Any]:
    """The retailer's name, the actor, and the theme."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    return {
        "retailer_name": settings.RETAILER_NAME,
        "actor": user_actor(person) if person else None,
        "theme": (person.theme if person else "") or request.COOKIES.get("theme", ""),
        "languages": settings.LANGUAGES,
    }
