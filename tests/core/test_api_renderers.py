"""Answers are written as DRF writes them."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer

from oms.core.api.renderers import JsonRenderer
from oms.orders.status import OrderStatus

VALUES = [
    {"text": "Caffè 'n' \"Tè\" \n \U0001f4e6", "yes": True, "none": None, "list": [1, 2.5, ()]},
    {1: "a key that is no text", "nested": {"deep": {}}},
    datetime(2026, 3, 29, 1, 30, 0, 120, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=2))),
    [date(2026, 2, 28), time(9, 30)],
    UUID("6f2a4a0e-8f1e-4d55-9b6e-0c7d8a1b2c3d"),
    Decimal("12.30"),
    timedelta(minutes=15),
    gettext_lazy("Order"),
    OrderStatus.OPEN,
]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_the_same_bytes(value) -> None:
    assert JsonRenderer().render(value) == JSONRenderer().render(value)


def test_nothing_is_nothing() -> None:
    assert JsonRenderer().render(None) == b""


def test_people_may_ask_for_an_indent() -> None:
    text = JsonRenderer().render({"a": [1]}, "application/json; indent=2")
    assert text == b'{\n  "a": [\n    1\n  ]\n}'
    assert json.loads(text) == {"a": [1]}


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        JsonRenderer().render({"a": object()})
