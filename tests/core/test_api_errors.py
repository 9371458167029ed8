import pytest
from django.utils import translation
from rest_framework.test import APIClient

from tests.core.urls import ERRORS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.urls")]


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_is_problem_json_with_its_own_status_and_code(api, code):
    answer = api.get(f"/api/fail/{code}/")
    error = ERRORS[code]
    assert answer.status_code == error.status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["type"] == f"urn:oms:error:{code}"
    assert body["status"] == error.status
    assert body["title"]
    assert body["detail"]
    retry = str(error.retry_after) if error.retry_after else None
    assert answer.headers.get("Retry-After") == retry


def test_invalid_input_names_row_field_and_what_to_do(api):
    body = api.get("/api/fail/invalid_input/").json()
    assert body["errors"] == [
        {
            "field": "lines[0].sku",
            "message": "There is no such SKU",
            "code": "unknown_sku",
            "row": 3,
        },
        {"field": "x", "message": "Bad", "code": "invalid"},
    ]


def test_serializer_errors_have_the_same_shape_with_a_path_to_the_field(api):
    body = api.post("/api/check/", {"lines": [{"sku": "A", "quantity": 0}, {}]}, "json").json()
    fields = {(error["field"], error["code"]) for error in body["errors"]}
    assert fields == {
        ("lines[0].quantity", "min_value"),
        ("lines[1].sku", "required"),
        ("lines[1].quantity", "required"),
    }
    assert body["code"] == "invalid_input"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b"{", 400, "parse_error"),
        ("application/json", b'{"a": NaN}', 400, "parse_error"),
        ("text/plain", b"hello", 415, "unsupported_media_type"),
        ("application/json", b"[" * 100_000, 400, "parse_error"),
        ("application/json", b'"\xff"', 400, "parse_error"),
    ],
)
def test_unreadable_bodies_are_the_clients_fault(api, content_type, body, status, code):
    answer = api.generic("POST", "/api/check/", body, content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_an_unknown_method_is_405(api):
    answer = api.delete("/api/check/")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


def test_a_lost_database_is_503_with_retry_after(api):
    answer = api.get("/api/lost/")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"]


def test_a_bug_says_nothing_of_itself(api):
    answer = api.get("/api/bug/")
    assert answer.status_code == 500
    assert b"secret detail" not in answer.content


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer oms_wrong", "Basic YTpi", "Bearer a b"])
def test_without_a_valid_key_it_is_401(header):
    client = APIClient(headers={"Authorization": header}) if header else APIClient()
    answer = client.get("/api/fail/conflict/")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_view_that_names_no_permission_is_closed(api):
    assert api.get("/api/unlisted/").status_code == 403


def test_a_page_shows_the_error_in_words_with_its_status(client):
    answer = client.get("/page/fail/busy/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"
    assert "try again in a moment" in answer.content.decode()
    assert client.get("/page/fail/not_found/").status_code == 404


def test_an_htmx_request_gets_a_toast(client):
    answer = client.get("/page/fail/conflict/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#toasts"
    assert "<html" not in answer.content.decode()


def test_words_are_translated_when_they_are_read_not_when_they_are_raised(api):
    english = api.get("/api/fail/conflict/").json()["title"]
    with translation.override("it"):
        assert str(ERRORS["conflict"].title)
    assert english == "This cannot be done in the present state"
