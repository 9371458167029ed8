"""Keeping personal data and secrets out of logs."""

import re
from collections.abc import MutableMapping
from typing import Any

SECRET_KEYS = frozenset(
    {"password", "token", "authorization", "cookie", "secret", "email", "phone", "name", "address"}
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
CARD = re.compile(r"\b(?:\d[ -]?){13,19}\b")


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: values of personal fields, e-mail addresses and card numbers go."""
    for key, value in event.items():
        if key in SECRET_KEYS:
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = CARD.sub("[number]", EMAIL.sub("[email]", value))
    return event
