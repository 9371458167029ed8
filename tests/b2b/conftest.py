import pytest
from django.test import Client

from tests.b2b.factories import Trade, make_trade


@pytest.fixture
def trade(db) -> Trade:
    return make_trade()


@pytest.fixture
def anna(trade: Trade) -> Client:
    """Signed in as the buyer of company X."""
    client = Client()
    client.force_login(trade.anna)
    return client


@pytest.fixture
def agent(trade: Trade) -> Client:
    """Signed in as the agent of X and Y, with X chosen."""
    client = Client()
    client.force_login(trade.agent)
    client.post("/b2b/switch/choose/", {"code": trade.x.code})
    return client
