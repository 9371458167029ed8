import pytest
from django.core.cache import cache
from django.core.servers.basehttp import WSGIServer

from oms.core import wake

# Django's development server queues ten connections; a hundred clients come at once here.
WSGIServer.request_queue_size = 256


@pytest.fixture(autouse=True)
def _fresh_wake_window() -> None:
    """A wake-up suppressed by the window of an earlier test would hide a missing one."""
    wake._next_wake.clear()


@pytest.fixture
def clean_cache() -> None:
    cache.clear()
