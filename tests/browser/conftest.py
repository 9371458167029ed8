"""A Chromium beside the live server, and people who sign in to it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from oms.core.models import User
from tests.browser.watch import Watch
from tests.browser.worker import Worker, start_worker

PHONE = {"width": 360, "height": 800}
DESK = {"width": 1440, "height": 900}
# Without these it looks for updates and Google's hosts at every start.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
# Milliseconds; generous, because the machine may be busy with other things.
WITHIN = 20_000
expect.set_options(timeout=WITHIN)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module.

    Playwright keeps an event loop in this thread, beside which Django refuses the ORM unless told
    that it is meant; both end with the module, before any other test runs.
    """
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    # Chromium's own sandbox does not start for root.
    options = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ["OMS_CHROMIUM"], args=options
        )
        yield chromium
        chromium.close()
    patch.undo()


Open = Callable[..., Page]


@pytest.fixture
def open_browser(browser: Browser, live_server: Any) -> Iterator[Open]:
    """Makes a page of a new browser session: `open_browser(user, viewport=PHONE)`.

    `page.context.watch` is its Watch; whatever it saw fails the test at the end.
    """
    contexts: list[tuple[BrowserContext, Watch]] = []

    def opened(user: User | None = None, **options: Any) -> Page:
        options.setdefault("viewport", DESK)
        context = browser.new_context(base_url=live_server.url, locale="en-GB", **options)
        context.set_default_timeout(WITHIN)
        watch = Watch(context)
        contexts.append((context, watch))
        if user is not None:
            context.add_cookies([session_of(user, live_server.url)])
        page = context.new_page()
        page.watch = watch  # type: ignore[attr-defined]
        return page

    yield opened
    faults = [fault for _context, watch in contexts for fault in watch.faults]
    for context, _watch in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(open_browser: Open) -> Page:
    """Nobody's page on a desk."""
    return open_browser()


def session_of(user: User, url: str) -> Any:
    """The cookie of a session in which `user` has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def worker(live_server: Any, tmp_path: Any) -> Iterator[Worker]:
    """A Celery worker with beat in a process of its own, on the database and queue of the test."""
    running = start_worker(tmp_path)
    yield running
    running.stop()
