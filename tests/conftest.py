import pytest
from django.core.cache import cache

from oms.core import wake


@pytest.fixture(autouse=True)
def _fresh_wake_window() -> None:
    """A wake-up suppressed by the window of an earlier test would hide a missing one."""
    wake._next_wake.clear()


@pytest.fixture
def clean_cache() -> None:
    cache.clear()
