"""Audiences are stored by code and shown by name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.audiences import EVERYONE, Audience, AudienceKind
from catalog.directory import (
    audience_label,
    audience_names,
    audience_options,
    audience_word,
    trace_names,
)
from catalog.pricing.explain import explained
from tests.b2b.factories import make_company
from tests.catalog.factories import make_price_list
from tests.core.factories import make_user
from tests.inventory.factories import make_location
from tests.orders.factories import make_channel

pytestmark = pytest.mark.django_db
K = AudienceKind


def test_every_kind_is_called_by_its_name() -> None:
    company = make_company(code="rossi", name="Ferramenta Rossi", group="big-trade")
    store = make_location(name="Milano Centro")
    channel = make_channel()
    person = make_user(first_name="Ada", last_name="Byron")
    said = {
        Audience(K.COMPANY, company.code): "Company Ferramenta Rossi",
        Audience(K.GROUP, company.group): "Group Big trade",
        Audience(K.STORE, store.code): "Store Milano Centro",
        Audience(K.CHANNEL, channel.code): f"Channel {channel.name}",
        Audience(K.PERSON, str(person.uid)): "Person Ada Byron",
        Audience(K.PERSON, "not a uid"): "Person not a uid",
        Audience(K.COMPANY, "gone"): "Company gone",
        EVERYONE: "Everyone",
    }
    with CaptureQueriesContext(connection) as captured:
        names = audience_names(said)
    assert {one: audience_label(one, names) for one in said} == said
    assert len(captured) == 4
    words = [audience_word(one, names) for one in said]
    assert words[:5] == [
        "Ferramenta Rossi",
        "Big trade",
        "Milano Centro",
        channel.name,
        "Ada Byron",
    ]
    assert words[6:] == ["Company gone", "Everyone"]


def test_a_trace_names_who_a_price_was_for() -> None:
    make_company(code="acme", name="Acme S.r.l.")
    make_company(code="rossi", name="Ferramenta Rossi")
    price = {"step": "price", "name": "L", "min_quantity": 1, "amount": "1", "tax_included": True}
    said = {
        "company:acme": "for Acme S.r.l. · tax included",
        "company:rossi": "for Ferramenta Rossi · tax included",
        "company:gone": "for Company gone · tax included",
        "everyone": "for Everyone · tax included",
        "club:gold": "for club:gold · tax included",
    }
    traces = [[price | {"audience": audience}, {"step": "tax"}] for audience in said]
    with CaptureQueriesContext(connection) as captured:
        names = trace_names(traces)
    assert len(captured) == 1
    told = [explained(trace[:1], "EUR", names)[0]["text"] for trace in traces]
    assert told == list(said.values())


def test_names_are_offered_to_choose_from() -> None:
    make_company(code="rossi", name="Ferramenta Rossi", group="trade")
    options = dict(audience_options())
    assert options["Company"] == [("company:rossi", "Ferramenta Rossi")]
    assert options["Group"] == [("group:trade", "Trade")]


def test_the_list_of_price_lists_asks_for_names_once(client) -> None:
    client.force_login(make_user("pricing_admin"))
    counts = []
    for code in ("rossi", "bianchi"):
        make_company(code=code, name=code.upper())
        make_price_list(code=code, audiences=(f"company:{code}",))
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/office/prices/")
        counts.append(len(captured))
    assert "Company BIANCHI" in page.content.decode()
    assert counts[0] == counts[1]
