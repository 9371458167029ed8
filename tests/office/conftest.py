import pytest
from django.test import Client

from tests.core.factories import make_user


@pytest.fixture
def sign_in(db):
    """A browser of somebody with a role: `sign_in("auditor")`."""

    def open_browser(role: str = "", *, scope: object = None, **fields: object) -> Client:
        client = Client()
        client.force_login(make_user(role, scope=scope, **fields))
        return client

    return open_browser


@pytest.fixture
def office(sign_in):
    return sign_in("operations_admin")
