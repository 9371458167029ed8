"""What every page's template knows."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from oms.core.actors import user_actor
from oms.core.models import Job, User


def site(request: HttpRequest) -> dict[str, Any]:
    """The retailer's name, the actor, the theme; and how many jobs run, counted if it is shown."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    # The view's own actor has looked up its grants already.
    actor = getattr(request, "actor", None) or (user_actor(person) if person else None)

    @cache
    def running_jobs() -> int:
        return Job.objects.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).count()

    return {
        "retailer_name": settings.RETAILER_NAME,
        "retailer_currency": settings.RETAILER_CURRENCY,
        "actor": actor,
        "theme": (person.theme if person else "") or request.COOKIES.get("theme", ""),
        "languages": settings.LANGUAGES,
        "running_jobs": running_jobs,
    }
