"""Who works in the store of the test's `shop`."""

import pytest
from django.test import Client

from oms.core.actors import Actor, user_actor
from oms.core.models import User
from tests.orders.factories import Shop
from tests.stores.factories import make_clerk


@pytest.fixture
def person(shop: Shop) -> User:
    return make_clerk(shop.store)


@pytest.fixture
def clerk(person: User) -> Actor:
    return user_actor(person)


@pytest.fixture
def till(person: User) -> Client:
    """A browser in which the clerk has signed in."""
    client = Client()
    client.force_login(person)
    return client
