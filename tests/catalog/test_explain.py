from decimal import Decimal

import pytest
from django.utils import translation

from catalog.pricing.explain import explained, reason_words, unit_price_words
from catalog.pricing.types import Reason
from oms.core.formats import MINUS
from tests.catalog.factories import make_price_list, make_rule, make_sku
from tests.catalog.test_pricing_examples import price


@pytest.mark.django_db
def test_trace_reads_as_steps():
    sku = make_sku()
    parent = make_price_list({sku: {1: "10", 5: "8"}}, ("channel:web",), name="Base")
    make_price_list(
        {}, ("company:acme",), parent=parent, name="Acme", adjustment_percent=Decimal("-12.5")
    )
    make_rule("10", name="Spring")
    make_rule("20", name="Many", min_quantity=1000)
    with translation.override("en"):
        steps = explained(price(sku, 5).trace, "EUR")
    words = [(step["outcome"], step["label"], step["text"], step["value"]) for step in steps]
    minus = f"{MINUS}12.5\N{NARROW NO-BREAK SPACE}%".replace(MINUS, "-")
    assert words[0] == (
        "applied",
        "Price list Acme",
        f"for Company acme · from 5 units · €8.00 in its parent list, changed by {minus}"
        " · tax included",
        "€7.00",
    )
    assert ("passed", "Many", "From 1,000 units on", "") in words
    assert words[-2][1:] == (
        "Spring",
        "10\N{NARROW NO-BREAK SPACE}% off for Everyone, from €7.00",
        "€6.30",
    )
    assert words[-1][0] == "result"


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("step", ["rule_passed", "list_passed"])
def test_every_reason_has_words(reason, step):
    figures = {"needed": 5, "given": "1", "by": "Other"}
    words = reason_words({"step": step, "reason": str(reason), "name": "It", **figures}, "EUR")
    assert words not in ("", str(reason))


def test_codes_of_a_newer_version_are_shown_as_they_are():
    steps = explained([{"step": "magic"}], "EUR")
    assert steps[0]["label"] == "magic"


@pytest.mark.parametrize(
    ("amount", "words"), [("100.0000", "€100.00"), ("0.0125", "€0.0125"), ("8.5", "€8.50")]
)
def test_unit_prices_keep_their_decimals(amount, words):
    with translation.override("en"):
        assert unit_price_words(Decimal(amount), "EUR") == words
