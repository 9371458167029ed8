import pytest
from rest_framework.test import APIClient

from tests.core.factories import make_key


@pytest.fixture
def api(db):
    """A client of the REST interface with a key for orders, on the tests' own routes."""
    _key, token = make_key("orders:read", "orders:write")
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
