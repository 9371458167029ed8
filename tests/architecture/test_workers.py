"""How the suite is dealt out among its workers."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="not dealt out to workers")
@pytest.mark.xdist_group("dealt")
def test_tests_that_belong_together_go_to_one_worker(request: pytest.FixtureRequest) -> None:
    """pytest-xdist writes a test's group into its id; a pytest that hides the id loses it."""
    assert request.node.nodeid.endswith("@dealt")
