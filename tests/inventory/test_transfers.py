"""Transfers: two phases through the ledger, and no unit lost or made on the way."""

from datetime import date

import pytest
from django.db import transaction

from catalog.models import Sku
from inventory.errors import AlreadyBooked, InsufficientStock, Shortage
from inventory.models import (
    Allocation,
    ExpectedSupply,
    Location,
    Stock,
    StockMovement,
    Transfer,
    TransferDiscrepancy,
    TransferLine,
)
from inventory.selectors import availability
from inventory.selectors.transfers import in_transit_to, transfer_code, transfer_number
from inventory.services.adjustment import StockChange, adjust
from inventory.services.allocation import allocate, ship
from inventory.services.audit import stock_audit
from inventory.services.receiving import Arrival, transfer_receive, transfer_settle
from inventory.services.transfers import (
    TransferRequest,
    transfer_cancel,
    transfer_pick,
    transfer_request,
    transfer_ship,
)
from inventory.status import DiscrepancyKind, DiscrepancyOutcome, LocationKind, TransferStatus
from oms.core.actors import Actor, user_actor
from oms.core.errors import InvalidInput, InvalidTransition, PermissionRefused
from oms.core.models import AuditEntry, Event
from tests.core.factories import make_user
from tests.inventory.factories import (
    ACTOR,
    demand,
    figures,
    make_kit,
    make_location,
    make_sku,
    put,
)
from tests.inventory.transfers import requested, sent_to, shipped

pytestmark = pytest.mark.django_db
S, Outcome = TransferStatus, DiscrepancyOutcome


@pytest.fixture
def ends() -> tuple[Location, Location]:
    return make_location(kind=LocationKind.WAREHOUSE), make_location()


@pytest.fixture
def sku(ends) -> Sku:
    sku = make_sku()
    put(sku, ends[0], 10)
    return sku


def receive(transfer: Transfer, received: dict[Sku, int], reference: str = "1", **lost) -> Transfer:
    given = {name: {sku.pk: n for sku, n in units.items()} for name, units in lost.items()}
    arrival = Arrival(reference, {sku.pk: n for sku, n in received.items()}, **given)
    return transfer_receive(transfer.uid, arrival, actor=ACTOR)


def expected(transfer: Transfer) -> list[tuple[int, int, int]]:
    rows = ExpectedSupply.objects.filter(source=transfer.uid).order_by("sku")
    return list(rows.values_list("sku", "location", "quantity"))


def movements(kind: str) -> list[tuple[int, int]]:
    rows = StockMovement.objects.filter(kind=kind).order_by("id")
    return list(rows.values_list("location", "on_hand"))


class TestRequest:
    def test_it_claims_at_the_source_for_the_lines(self, ends, sku) -> None:
        transfer = requested(*ends, {sku: 4})
        assert figures(sku, ends[0]) == (10, 4)
        assert Allocation.objects.get().demand == transfer.lines.get().uid
        assert not expected(transfer)
        assert transfer.status == S.REQUESTED
        assert transfer.number > 1000

    def test_what_is_not_available_is_refused_and_named(self, ends, sku) -> None:
        with pytest.raises(InsufficientStock) as refused:
            requested(*ends, {sku: 11})
        assert refused.value.data["items"][0]["available"] == 10
        assert figures(sku, ends[0]) == (10, 0)

    def test_a_kit_travels_as_its_components(self, ends, sku) -> None:
        other = make_sku()
        put(other, ends[0], 10)
        kit = make_kit({sku: 2, other: 1})
        transfer = requested(*ends, {kit: 3, sku: 1})
        lines = {line.sku_id: line.requested for line in transfer.lines.all()}
        assert lines == {sku.pk: 7, other.pk: 3}

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"destination": 0}, "same"),
            ({"units": {}}, "empty"),
            ({"units": 0}, "bad_quantity"),
            ({"supplier": True}, "not_a_place"),
            ({"closed": True}, "not_a_place"),
        ],
    )
    def test_nonsense_is_refused(self, ends, sku, change, code) -> None:
        source, destination = ends
        if "destination" in change:
            destination = source
        if "supplier" in change:
            destination = make_location(kind=LocationKind.SUPPLIER)
        if "closed" in change:
            destination = make_location(is_active=False)
        units = change.get("units", 1)
        wanted = units if isinstance(units, dict) else {sku.pk: units}
        with pytest.raises(InvalidInput) as refused:
            transfer_request(TransferRequest(source, destination, wanted), actor=ACTOR)
        assert refused.value.issues[0].code == code

    def test_who_handles_stock_at_neither_end_may_not(self, ends, sku) -> None:
        for role, scope, allowed in (
            ("clerk", ends[0], True),
            ("clerk", ends[1], True),
            ("clerk", make_location(), False),
            ("auditor", None, False),
        ):
            actor = user_actor(make_user(role, scope=scope))
            if allowed:
                requested(*ends, {sku: 1}, actor=actor)
            else:
                with pytest.raises(PermissionRefused):
                    requested(*ends, {sku: 1}, actor=actor)

    def test_cancelling_gives_the_units_free(self, ends, sku) -> None:
        transfer = requested(*ends, {sku: 4})
        transfer_pick(transfer.uid, actor=ACTOR)
        assert transfer_cancel(transfer.uid, actor=ACTOR).status == S.CANCELLED
        assert figures(sku, ends[0]) == (10, 0)
        with pytest.raises(InvalidTransition):
            transfer_ship(transfer.uid, actor=ACTOR)


class TestShip:
    def test_the_units_are_nobodys_and_expected(self, ends, sku) -> None:
        transfer = requested(*ends, {sku: 4})
        transfer_ship(transfer.uid, expected_on=date(2030, 1, 2), actor=ACTOR)
        assert figures(sku, ends[0]) == (6, 0)
        assert movements("transferred_out") == [(ends[0].pk, -4)]
        assert not Stock.objects.filter(location=ends[1]).exists()
        assert expected(transfer) == [(sku.pk, ends[1].pk, 4)]
        assert ExpectedSupply.objects.get().due_on == date(2030, 1, 2)
        assert in_transit_to([ends[1]]) == {(sku.pk, ends[1].pk): 4}
        assert stock_audit().clean

    def test_what_was_not_picked_is_free_again(self, ends, sku) -> None:
        other = make_sku()
        put(other, ends[0], 5)
        transfer = requested(*ends, {sku: 4, other: 5})
        transfer_ship(transfer.uid, units={sku.pk: 3}, actor=ACTOR)
        assert (figures(sku, ends[0]), figures(other, ends[0])) == ((7, 0), (5, 0))
        assert not Allocation.objects.exists()
        released = StockMovement.objects.filter(kind="released", reason="not sent")
        assert sorted(released.values_list("allocated", flat=True)) == [-5, -1]

    def test_once(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        with pytest.raises(InvalidTransition):
            transfer_ship(transfer.uid, actor=ACTOR)
        with pytest.raises(InvalidTransition):
            transfer_cancel(transfer.uid, actor=ACTOR)

    @pytest.mark.parametrize("units", [{}, {"sku": 5}, {"sku": -1}, {"other": 1}])
    def test_not_more_than_requested_and_not_nothing(self, ends, sku, units) -> None:
        transfer = requested(*ends, {sku: 4})
        other = make_sku()
        given = {{"sku": sku, "other": other}[name].pk: n for name, n in units.items()}
        with pytest.raises(InvalidInput):
            transfer_ship(transfer.uid, units=given, actor=ACTOR)
        assert figures(sku, ends[0]) == (10, 4)

    def test_a_shelf_that_has_less_ships_nothing(self, ends, sku) -> None:
        transfer = requested(*ends, {sku: 4})
        adjust([StockChange(sku.pk, ends[0].pk, -7)], cause="count", actor=ACTOR)
        with pytest.raises(Shortage):
            transfer_ship(transfer.uid, actor=ACTOR)
        assert Transfer.objects.get().status == S.REQUESTED

    def test_only_the_source_ships_and_only_the_destination_receives(self, ends, sku) -> None:
        there, here = (user_actor(make_user("clerk", scope=end)) for end in ends)
        transfer = requested(*ends, {sku: 4})
        with pytest.raises(PermissionRefused):
            transfer_ship(transfer.uid, actor=here)
        transfer_ship(transfer.uid, actor=there)
        arrival = Arrival("1", {sku.pk: 4})
        with pytest.raises(PermissionRefused):
            transfer_receive(transfer.uid, arrival, actor=there)
        assert transfer_receive(transfer.uid, arrival, actor=here).status == S.RECEIVED


class TestReceive:
    def test_in_parts(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        assert receive(transfer, {sku: 1}).status == S.PARTLY_RECEIVED
        assert expected(transfer) == [(sku.pk, ends[1].pk, 3)]
        assert receive(transfer, {sku: 3}, "2").status == S.RECEIVED
        assert figures(sku, ends[1]) == (4, 0)
        assert expected(transfer) == []
        assert in_transit_to([ends[1]]) == {}
        assert movements("transferred_in") == [(ends[1].pk, 1), (ends[1].pk, 3)]
        with pytest.raises(InvalidTransition):
            receive(transfer, {sku: 1}, "3")

    def test_a_report_that_nothing_came_counts_once(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        receive(transfer, {}, missing={sku: 1})
        with pytest.raises(AlreadyBooked), transaction.atomic():
            receive(transfer, {}, missing={sku: 1})
        assert TransferDiscrepancy.objects.get().units == 1

    def test_the_same_receipt_books_once(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        receive(transfer, {sku: 1})
        with pytest.raises(AlreadyBooked):
            receive(transfer, {sku: 1})
        assert figures(sku, ends[1]) == (1, 0)

    def test_missing_and_damaged_stay_in_transit_until_settled(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 6})
        receive(transfer, {sku: 3}, missing={sku: 2}, damaged={sku: 1})
        assert figures(sku, ends[1]) == (3, 0)
        assert expected(transfer) == []  # nobody may be promised what is lost
        assert in_transit_to([ends[1]]) == {(sku.pk, ends[1].pk): 3}
        with pytest.raises(InvalidInput):
            receive(transfer, {}, "2", missing={sku: 1})
        settled = transfer_settle(
            transfer.uid, outcome=Outcome.WRITTEN_OFF, note="fell off the lorry", actor=ACTOR
        )
        assert settled.status == S.RECEIVED
        line = TransferLine.objects.get()
        assert (line.received, line.written_off, line.in_transit) == (3, 3, 0)
        outcomes = TransferDiscrepancy.objects.values_list("outcome", "note").distinct()
        assert list(outcomes) == [("written_off", "fell off the lorry")]
        assert stock_audit().clean

    def test_what_was_missing_may_turn_up(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        receive(transfer, {sku: 1}, missing={sku: 3})
        receive(transfer, {sku: 2}, "2")
        found = TransferDiscrepancy.objects.order_by("pk").values_list("units", "outcome")
        assert list(found) == [(1, ""), (2, "arrived")]
        assert receive(transfer, {sku: 1}, "3").status == S.RECEIVED
        assert not TransferDiscrepancy.objects.filter(outcome="").exists()

    def test_more_than_sent_lies_there_and_is_named(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        stranger = make_sku()
        assert receive(transfer, {sku: 5, stranger: 2}).status == S.RECEIVED
        assert (figures(sku, ends[1]), figures(stranger, ends[1])) == ((5, 0), (2, 0))
        found = TransferDiscrepancy.objects.order_by("kind").values_list("kind", "units")
        assert list(found) == [(DiscrepancyKind.OVER, 1), (DiscrepancyKind.UNEXPECTED, 2)]

    def test_a_kit_cannot_arrive(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        with pytest.raises(InvalidInput) as refused:
            receive(transfer, {make_kit({sku: 2}): 1})
        assert refused.value.issues[0].code == "kit"

    def test_back_on_the_sources_shelf(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        receive(transfer, {sku: 1})
        transfer_settle(transfer.uid, outcome=Outcome.SENT_BACK, actor=ACTOR)
        assert (figures(sku, ends[0]), figures(sku, ends[1])) == ((9, 0), (1, 0))
        assert TransferDiscrepancy.objects.get().outcome == Outcome.SENT_BACK
        assert Transfer.objects.get().status == S.RECEIVED

    def test_one_line_is_settled_alone(self, ends, sku) -> None:
        other = make_sku()
        put(other, ends[0], 5)
        transfer = shipped(*ends, {sku: 4, other: 5})
        line = TransferLine.objects.get(sku=other)
        outcome = {"outcome": Outcome.WRITTEN_OFF, "note": "stolen"}
        transfer_settle(transfer.uid, line_id=line.pk, actor=ACTOR, **outcome)
        assert expected(transfer) == [(sku.pk, ends[1].pk, 4)]
        with pytest.raises(InvalidInput):
            transfer_settle(transfer.uid, line_id=line.pk, actor=ACTOR, **outcome)

    def test_writing_off_needs_the_permission_and_a_reason(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        clerk = user_actor(make_user("clerk", scope=ends[1]))
        manager = user_actor(make_user("store_manager", scope=ends[1]))
        with pytest.raises(PermissionRefused):
            settle(transfer, clerk, "lost")
        with pytest.raises(InvalidInput):
            settle(transfer, manager, " ")
        with pytest.raises(PermissionRefused):  # it is not their shelf
            transfer_settle(transfer.uid, outcome=Outcome.SENT_BACK, actor=manager)
        assert settle(transfer, manager, "lost").status == S.RECEIVED

    def test_the_story_is_kept(self, ends, sku) -> None:
        transfer = shipped(*ends, {sku: 4})
        receive(transfer, {sku: 3}, missing={sku: 1})
        actions = AuditEntry.objects.filter(object_type="inventory.transfer").order_by("id")
        assert [entry.action for entry in actions] == [
            "transfer.requested",
            "transfer.shipped",
            "transfer.received",
        ]
        assert actions.last().data == {"received": 3, "missing": 1}
        told = Event.objects.filter(aggregate_id=transfer.uid).order_by("position").last()
        assert told.type == "transfer.received"
        assert told.payload["lines"] == [
            {"sku": sku.code, "requested": 4, "shipped": 4, "received": 3}
        ]


def settle(transfer: Transfer, actor: Actor, note: str) -> Transfer:
    return transfer_settle(transfer.uid, outcome=Outcome.WRITTEN_OFF, note=note, actor=actor)


class TestBugsOfPeers:
    def test_medusa_16488_moving_units_checks_where_they_come_from_and_go_to(
        self, ends, sku
    ) -> None:
        """There a reservation moved to another location without a look at its stock.

        Here nothing claimed moves: a transfer claims what is free at the source, and at the
        destination units count only once they lie there.
        """
        order = demand(sku, ends[0], 8)
        allocate([order], cause="order", actor=ACTOR)
        with pytest.raises(InsufficientStock):
            requested(*ends, {sku: 3})
        transfer = sent_to(*ends, sku, 2)
        with pytest.raises(InsufficientStock):
            allocate([demand(sku, ends[1], 1)], cause="order", actor=ACTOR)
        receive(transfer, {sku: 2})
        assert availability([sku.pk])[sku.pk, ends[1].pk] == 2
        ship([order], cause="order", actor=ACTOR)
        assert stock_audit().clean

    def test_medusa_16338_units_leave_where_they_are_claimed_and_nowhere_else(
        self, ends, sku
    ) -> None:
        """There a fulfilment ignored the reservation's location and corrupted stock at both."""
        put(sku, ends[1], 5)
        theirs = demand(sku, ends[1], 4)
        allocate([theirs], cause="order", actor=ACTOR)
        transfer = shipped(*ends, {sku: 3})
        assert (figures(sku, ends[0]), figures(sku, ends[1])) == ((7, 0), (5, 4))
        receive(transfer, {sku: 3})
        assert (figures(sku, ends[0]), figures(sku, ends[1])) == ((7, 0), (8, 4))
        ship([theirs], cause="order", actor=ACTOR)
        assert (figures(sku, ends[0]), figures(sku, ends[1])) == ((7, 0), (4, 0))


def test_the_papers_name_the_transfer(ends, sku) -> None:
    transfer = requested(*ends, {sku: 1})
    code = transfer_code(transfer)
    assert transfer_number(code.lower()) == transfer.number
    assert transfer_number(f"#{transfer.number}") == transfer.number
    wrong = code[:-1] + ("B" if code[-1] != "B" else "C")
    assert transfer_number(wrong) is None
    assert transfer_number("GRD-1") is None
