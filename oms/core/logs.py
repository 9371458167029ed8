"""Keeping personal data and secrets out of logs."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"
# Whatever the last word of the key is: `email`, `customer_email`, `X-Email`.
SECRET_WORDS = frozenset(
    {"password", "token", "authorization", "cookie", "cookies", "secret", "email", "phone"}
)
# `task_name` and `ip_address` say nothing of a person; these alone do.
SECRET_KEYS = frozenset({"name", "address", "recipient", "first_name", "last_name"})
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
API_TOKEN = re.compile(r"\boms_[\w-]{8,}")
# What a person searched for, and the long tokens of signed links; a UUID names a row, not a person.
QUERY = re.compile(r"\?\S*")
LONG_SEGMENT = re.compile(r"/(?![0-9a-f]{8}-[0-9a-f-]{27}(?:/|$))[\w:.=-]{24,}")


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: personal fields, addresses, card numbers and tokens go."""
    for key, value in event.items():
        event[key] = _clean(str(key), value)
    request = event.get("request")
    if isinstance(request, str):
        event["request"] = LONG_SEGMENT.sub("/[token]", QUERY.sub("", request))
    return event


def _clean(key: str, value: Any) -> Any:
    if _is_secret(key):
        return REDACTED
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", item) for item in value]
    return value


def _is_secret(key: str) -> bool:
    words = re.split(r"[_\W]+", key.lower())
    return key.lower() in SECRET_KEYS or words[-1] in SECRET_WORDS


def _clean_text(text: str) -> str:
    return API_TOKEN.sub("[token]", CARD.sub("[number]", EMAIL.sub("[email]", text)))
