import pytest

from oms.core.logs import redact


@pytest.mark.parametrize(
    "key", ["password", "token", "authorization", "cookie", "secret", "email", "phone", "name"]
)
def test_personal_and_secret_fields_go(key):
    assert redact(None, "info", {key: "ada", "event": "x"})[key] == "[redacted]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail to ada.b+x@example.co.uk failed", "mail to [email] failed"),
        ("paid with 4242 4242 4242 4242", "paid with [number]"),
        ("paid with 4242424242424242.", "paid with [number]."),
        ("order 100123 of 2026-11-22", "order 100123 of 2026-11-22"),
    ],
)
def test_addresses_and_card_numbers_go_from_any_text(text, shown):
    assert redact(None, "info", {"event": text})["event"] == shown


def test_what_is_nested_is_cleaned_too():
    event = redact(
        None,
        "info",
        {
            "event": "request",
            "order": {"email": "ada@example.com", "number": 100123, "note": "ring bob@x.it"},
            "people": ["ada@example.com", {"phone": "+39 02 1234"}],
        },
    )
    assert event["order"] == {"email": "[redacted]", "number": 100123, "note": "ring [email]"}
    assert event["people"] == ["[email]", {"phone": "[redacted]"}]


def test_a_traceback_is_cleaned_too():
    event = redact(None, "error", {"event": "x", "exception": "ValueError: ada@example.com"})
    assert event["exception"] == "ValueError: [email]"


def test_keys_are_redacted_whatever_their_case_and_prefix():
    event = redact(
        None, "info", {"Authorization": "Bearer oms_1", "customer_email": "a@b.it", "event": "x"}
    )
    assert event == {
        "Authorization": "[redacted]",
        "customer_email": "[redacted]",
        "event": "x",
    }


def test_api_tokens_go_from_any_text():
    text = "sent Bearer oms_Q5kmGwv1h2VmRQ0n8s7r6t5y4u3i2o1p"
    assert "Q5km" not in redact(None, "info", {"event": text})["event"]


@pytest.mark.parametrize(
    ("request_line", "shown"),
    [
        ("GET /office/search/?q=Ada+Lovelace", "GET /office/search/"),
        ("GET /track/eyJwIjoxMjM0NTY3ODkwMTIz:1abc:xyz/", "GET /track/[token]/"),
        (
            "GET /office/orders/0b5e2d1c-6f3a-4b77-9d0e-1f2a3b4c5d6e/",
            "GET /office/orders/0b5e2d1c-6f3a-4b77-9d0e-1f2a3b4c5d6e/",
        ),
    ],
)
def test_a_request_line_keeps_neither_search_words_nor_link_tokens(request_line, shown):
    assert redact(None, "info", {"event": "request_started", "request": request_line}) == {
        "event": "request_started",
        "request": shown,
    }
