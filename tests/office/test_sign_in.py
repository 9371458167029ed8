import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Location
from oms.core.models import User
from oms.core.permissions import ROLES
from oms.office.demo_logins import DEMO_LOGINS, demo_logins_present
from tests.core.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in_and_back(client):
    assert client.get("/")["Location"] == reverse("login")
    assert client.get("/office/jobs/?q=x")["Location"] == "/login/?next=/office/jobs/%3Fq%3Dx"
    make_user("auditor", username="alice")
    answer = client.post(
        "/login/", {"username": "alice", "password": "demo", "next": "/office/jobs/?q=x"}
    )
    assert answer["Location"] == "/office/jobs/?q=x"


def test_nobody_is_sent_to_another_site(client):
    make_user("auditor", username="alice")
    answer = client.post(
        "/login/", {"username": "alice", "password": "demo", "next": "https://evil.example/"}
    )
    assert answer["Location"] == reverse("home")


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_a_wrong_password_and_a_wrong_name_look_the_same(client, username):
    make_user(username="alice")
    answer = client.post("/login/", {"username": username, "password": "wrong"})
    assert answer.status_code == 200
    assert b"There is a problem" in answer.content or b"error-summary" in answer.content
    assert "_auth_user_id" not in client.session


def test_everybody_lands_where_they_work(sign_in):
    store = Location.objects.create(code="MI", name="Milano", kind="store", collects=True)
    warehouse = Location.objects.create(code="PC", name="Piacenza", kind="warehouse")
    assert sign_in("auditor").get("/")["Location"] == reverse("office-home")
    assert sign_in("clerk", scope=store).get("/")["Location"] == reverse("counter")
    picker = sign_in("clerk", scope=warehouse)
    assert picker.get("/")["Location"] == reverse("fulfilment-list")
    assert picker.get("/", follow=True).status_code == 200
    nobody = sign_in().get("/")
    assert nobody.status_code == 403
    assert reverse("logout") in nobody.content.decode()


def test_signing_out_takes_a_post(office):
    assert office.get("/logout/").status_code == 405
    office.post("/logout/")
    assert office.get("/office/")["Location"].startswith("/login/")


def test_a_theme_and_a_language_are_kept_with_the_person(sign_in):
    browser = sign_in("auditor", username="alice")
    answer = browser.post("/preferences/", {"theme": "dark", "language": "it", "next": "/office/"})
    assert (answer.status_code, answer["Location"]) == (303, "/office/")
    alice = User.objects.get(username="alice")
    assert (alice.theme, alice.language) == ("dark", "it")
    other = Client()
    other.force_login(alice)
    page = other.get("/office/").content.decode()
    assert 'lang="it"' in page
    assert 'data-theme="dark"' in page
    browser.post("/preferences/", {"theme": "auto"})
    alice.refresh_from_db()
    assert alice.theme == ""


def test_a_stranger_keeps_them_in_the_browser(client):
    client.post("/preferences/", {"theme": "dark", "language": "pl", "next": "/login/"})
    page = client.get("/login/").content.decode()
    assert 'lang="pl"' in page
    assert 'data-theme="dark"' in page
    client.post("/preferences/", {"theme": "auto"})
    assert 'data-theme="auto"' in client.get("/login/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("theme", "pink"), ("language", "xx"), ("theme", "x" * 5000)]
)
def test_preferences_take_no_nonsense(client, field, value):
    answer = client.post("/preferences/", {field: value, "next": "//evil.example/"})
    assert answer["Location"] == reverse("home")
    assert not answer.cookies


def test_preferences_are_not_changed_by_a_link(client):
    assert client.get("/preferences/?theme=dark").status_code == 405


def test_demo_logins_show_in_development_while_they_exist(client, settings):
    settings.DEVELOPMENT = True
    assert "data-demo-user" not in client.get("/login/").content.decode()
    make_user("auditor", username="auditor")
    assert [login.username for login in demo_logins_present()] == ["auditor"]
    assert 'data-demo-user="auditor"' in client.get("/login/").content.decode()
    settings.DEVELOPMENT = False
    assert "data-demo-user" not in client.get("/login/").content.decode()


def test_every_role_has_a_demo_login():
    assert {login.role for login in DEMO_LOGINS} == {"", *ROLES}
