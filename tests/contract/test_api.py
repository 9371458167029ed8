"""However a request is spoilt, the API answers as its schema says, and never with a defect."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import reverse
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from oms.core.permissions import API_SCOPES
from oms.wsgi import application
from tests.core.factories import make_key
from tests.permissions.test_api_matrix import ROUTES
from tests.permissions.world import World, make_world

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
JSON = "application/json"
# What somebody's program sends for anything, sooner or later.
SPOILT = (None, [None], {}, "\x00", "x" * 5000, -1, 10**30)
SPOILT_TEXT = ("\x00", "x" * 300, "-1", "1" + "0" * 30)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """The requests' connection is the test's: it is not given back after each of them."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def operations() -> Iterator[APIOperation]:
    for result in schemathesis.openapi.from_wsgi("/api/schema/", application).get_all_operations():
        yield result.ok()


def things(world: World) -> dict[str, dict[str, str]]:
    """By path with its parameters' names: what to put there so that it names something."""
    found = {}
    for name, (_methods, subject) in ROUTES.items():
        named = world.subjects.get(subject, ({}, {}))[0]
        path = reverse(name, kwargs=named)
        for parameter, value in named.items():
            path = path.replace(f"/{quote(str(value))}/", f"/{{{parameter}}}/")
        found[path] = {parameter: str(value) for parameter, value in named.items()}
    return found


def bodies(operation: APIOperation) -> Iterator[Any]:
    """Nonsense, and the documentation's examples with nonsense in every place."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return
    yield from SPOILT
    for example in content.get("examples", {}).values():
        yield example["value"]
        for path in places(example["value"]):
            for value in SPOILT:
                yield replaced(example["value"], path, value)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members: Any = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = list(enumerate(value))[:1]
    for key, member in members:
        yield (*path, key)
        yield from places(member, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    document = deepcopy(document)
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return document


def requests(operation: APIOperation, path: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Each part of the request spoilt, one at a time."""
    for body in bodies(operation):
        yield {"path_parameters": path, "body": body, "media_type": JSON}
    for parameter in operation.query:
        for text in SPOILT_TEXT:
            yield {"path_parameters": path, "query": {parameter.name: text}}
    for name in path:
        for text in SPOILT_TEXT:
            yield {"path_parameters": path | {name: text}}


def test_every_answer_is_one_that_the_schema_tells_of(one_connection: None) -> None:
    world = make_world()
    named = things(world)
    _key, token = make_key(*API_SCOPES)
    sent, failures = 0, {}
    for operation in operations():
        for request in requests(operation, named[operation.full_path]):
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
            sent += 1
            with transaction.atomic():
                try:
                    operation.Case(**request).call_and_validate(checks=CHECKS, headers=headers)
                except FailureGroup as error:
                    failures[operation.label] = f"{json.dumps(request)[:300]}\n{error.exceptions}"
                transaction.set_rollback(True)
    assert sent > 1_000
    assert not failures, "\n\n".join(f"{label}: {text}" for label, text in failures.items())
