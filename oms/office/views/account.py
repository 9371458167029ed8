"""Signing in, where one lands, and one's language and theme."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from oms.core.actors import Actor, user_actor
from oms.core.links import may_open
from oms.core.models import User
from oms.core.web import next_url
from oms.office.demo_logins import demo_logins_present
from stores.selectors import stores_of

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


class Login(LoginView):
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo_logins=demo_logins_present(), **kwargs)


login = Login.as_view()
logout = LogoutView.as_view()


def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the place they work at."""
    if not isinstance(request.user, User):
        return redirect("login")
    workplace = _workplace(user_actor(request.user))
    if workplace:
        return redirect(workplace)
    return render(request, "office/no_workplace.html", status=403)


def _workplace(actor: Actor) -> str:
    """The page at which a person starts; empty if they hold nothing yet."""
    if may_open(actor, "office-home"):
        return "office-home"
    if may_open(actor, "counter"):
        # Whoever picks in a warehouse has no counter.
        return "counter" if stores_of(actor).exists() else "fulfilment-list"
    return "b2b-home" if may_open(actor, "b2b-home") else ""


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep a language or a theme: with the person, and in this browser for the login page."""
    # 303: the browser must not post again to the page it came from.
    response = HttpResponseRedirect(next_url(request, reverse("home")), status=303)
    language, theme = request.POST.get("language"), request.POST.get("theme")
    changed: dict[str, str] = {}
    if language in dict(settings.LANGUAGES):
        changed["language"] = language
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme in (*THEMES, "auto"):
        # "auto" is the absence of a choice.
        changed["theme"] = theme if theme in THEMES else ""
        _remember(response, "theme", changed["theme"])
    if changed and isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(**changed)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    if value:
        response.set_cookie(
            name,
            value,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(name, samesite="Lax")
