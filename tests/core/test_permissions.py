import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Location
from oms.core.actors import key_actor, system_actor, user_actor
from oms.core.errors import NotFound, PermissionRefused
from oms.core.models import AuditEntry, User
from oms.core.permissions import API_SCOPES, ROLES, Permission, grants_for, require
from oms.core.roles import role_grant, role_groups_sync, role_revoke
from tests.core.factories import make_actor, make_key, make_user

pytestmark = pytest.mark.django_db
P = Permission


def make_location(code):
    return Location.objects.create(code=code, name=code, kind="store")


@pytest.fixture
def milano():
    return make_location("MI")


@pytest.fixture
def torino():
    return make_location("TO")


def visible(actor, permission=P.STOCK_VIEW):
    return set(Location.objects.visible_to(actor, permission).values_list("code", flat=True))


def test_a_clerk_sees_her_store_and_no_other(milano, torino):
    clerk = make_actor("clerk", scope=milano)
    assert visible(clerk) == {"MI"}
    assert Location.objects.get_visible(clerk, P.STOCK_VIEW, pk=milano.pk) == milano
    with pytest.raises(NotFound):
        Location.objects.get_visible(clerk, P.STOCK_VIEW, pk=torino.pk)


def test_foreign_and_missing_answer_alike(milano, torino):
    clerk = make_actor("clerk", scope=milano)
    refusals = []
    for pk in (torino.pk, 999_999):
        with pytest.raises(NotFound) as refusal:
            Location.objects.get_visible(clerk, P.STOCK_VIEW, pk=pk)
        refusals.append((refusal.value.code, str(refusal.value), refusal.value.data))
    assert refusals[0] == refusals[1]


def test_a_permission_says_nothing_about_another(milano):
    clerk = make_actor("clerk", scope=milano)
    assert visible(clerk, P.STOCK_ADJUST) == set()
    require(clerk, P.STOCK_VIEW, scope=milano)
    with pytest.raises(PermissionRefused):
        require(clerk, P.STOCK_ADJUST, scope=milano)


def test_an_admin_sees_everything_and_a_stranger_nothing(milano, torino):
    assert visible(make_actor("operations_admin")) == {"MI", "TO"}
    assert visible(make_actor()) == set()
    assert visible(system_actor()) == {"MI", "TO"}


def test_require_on_a_scope_wants_that_scope(milano, torino):
    manager = make_actor("store_manager", scope=milano)
    require(manager, P.STOCK_ADJUST)
    require(manager, P.STOCK_ADJUST, scope=milano)
    with pytest.raises(PermissionRefused):
        require(manager, P.STOCK_ADJUST, scope=torino)
    with pytest.raises(PermissionRefused):
        require(manager, P.PRICES_MANAGE)


def test_a_bound_key_sees_its_scope_only(milano, torino):
    bound, _token = make_key("stock:read", bound_to=("location", milano))
    free, _token = make_key("stock:read")
    assert visible(key_actor(bound)) == {"MI"}
    assert visible(key_actor(free)) == {"MI", "TO"}
    assert visible(key_actor(free), P.STOCK_ADJUST) == set()


def test_a_key_bound_to_another_kind_of_scope_sees_nothing_here(milano):
    key, _token = make_key("stock:read")
    key.scope_kind, key.scope_id = "channel", milano.pk
    assert visible(key_actor(key)) == set()


def test_taking_a_role_works_on_the_next_request(milano):
    user = make_user("clerk", scope=milano)
    assert visible(user_actor(user)) == {"MI"}
    role_revoke(user=user, role="clerk", scope=milano, actor=system_actor())
    assert visible(user_actor(User.objects.get(pk=user.pk))) == set()


def test_a_disabled_person_may_nothing(milano):
    user = make_user("operations_admin")
    assert visible(user_actor(user)) == {"MI"}
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert visible(user_actor(User.objects.get(pk=user.pk))) == set()


def test_grants_are_looked_up_once_per_actor(milano):
    clerk = make_actor("clerk", scope=milano)
    grants_for(clerk, P.STOCK_VIEW)
    with CaptureQueriesContext(connection) as queries:
        for _time in range(5):
            grants_for(clerk, P.STOCK_VIEW)
    assert not queries


def test_granting_is_audited_and_can_be_repeated(milano):
    user = make_user()
    for _time in range(2):
        role_grant(user=user, role="clerk", scope=milano, actor=system_actor())
    assert visible(user_actor(user)) == {"MI"}
    entry = AuditEntry.objects.filter(action="role.granted").last()
    assert entry is not None
    assert entry.data["role"] == "clerk"


@pytest.mark.parametrize(("role", "scoped"), [("clerk", False), ("auditor", True)])
def test_a_role_on_the_wrong_kind_of_scope_is_a_mistake(role, scoped, milano):
    role_groups_sync()
    with pytest.raises(ValueError, match="granted on"):
        role_grant(
            user=make_user(), role=role, scope=milano if scoped else None, actor=system_actor()
        )


@pytest.mark.parametrize("role", [role for role in ROLES.values() if not role.scope])
def test_groups_hold_exactly_what_roles_say(role):
    actor = make_actor(role.name)
    held = {permission for permission in P if grants_for(actor, permission).everything}
    assert held == role.permissions


def test_an_auditor_changes_nothing():
    changing = {permission for permission in P if not permission.value.startswith("view_")}
    assert not ROLES["auditor"].permissions & changing


def test_a_scope_that_writes_also_reads():
    for name, permissions in API_SCOPES.items():
        area, _colon, kind = name.partition(":")
        if kind == "write":
            assert API_SCOPES.get(f"{area}:read", frozenset()) <= permissions
