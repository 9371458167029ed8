from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.servers.basehttp import WSGIServer
from django.test import override_settings
from django.utils import timezone, translation

from oms.core import wake

# Django's development server queues ten connections; a hundred clients come at once here.
WSGIServer.request_queue_size = 256


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Argon2 is slow and hungry on purpose; no test is about that."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def _fresh_wake_window() -> None:
    """A wake-up suppressed by the window of an earlier test would hide a missing one."""
    wake._next_wake.clear()


@pytest.fixture(autouse=True)
def _nobody_s_language() -> None:
    """A request leaves the language and the time zone of its reader to the thread's next one."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def clean_cache() -> None:
    cache.clear()
