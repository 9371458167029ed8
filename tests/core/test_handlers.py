"""What no view answers: in the API's one shape for its clients, as a page for people."""

import pytest
from django.test import Client, RequestFactory

from oms.core import handlers
from oms.core.api.errors import PROBLEM
from tests.core.factories import make_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/v1/there-is-no-such-thing/", 404, "not_found"),
        ("/api/v1/skus/%00/", 404, "not_found"),
    ],
)
def test_the_api_answers_with_a_problem(address: str, status: int, code: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("address", "status"),
    [("/there-is-no-such-page/", 404), ("/office/%00/", 404), ("/login/?next=%00", 200)],
)
def test_people_are_answered_with_a_page(address: str, status: int) -> None:
    answer = Client().get(address)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")


def test_a_defect_is_a_problem_or_a_page_too() -> None:
    problem = handlers.server_error(RequestFactory().get("/api/v1/orders/"))
    assert (problem.status_code, problem["Content-Type"]) == (500, PROBLEM)
    page = handlers.server_error(RequestFactory().get("/office/"))
    assert page.status_code == 500
    assert page["Content-Type"].startswith("text/html")


def test_what_can_be_done_is_not_asked_of_an_address_but_of_the_schema() -> None:
    _key, token = make_key("orders:write", "orders:read")
    answer = Client().options("/api/v1/orders/", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
