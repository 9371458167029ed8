"""Claims on stock: allocate, release, ship, and take a shipment back.

Each is one statement whatever the number of demands: it expands kits, sums duplicates, locks the
stock rows in the one order, checks under the lock, and only if everything is there changes stock,
claims and ledger together. A refusal changes nothing, so a caller may catch it and go on.
"""

from collections.abc import Callable, Sequence

from django.db import transaction

from inventory.demand import Demand
from inventory.errors import InsufficientStock, NotAllocated, Shortage
from inventory.services import statements
from inventory.services.holds import lapsed_end
from inventory.services.ledger import Refusal, demand_params, items, run, stock_lock
from inventory.status import MovementKind
from oms.core.actors import Actor


def allocate(demands: Sequence[Demand], *, cause: str, actor: Actor) -> None:
    """Claim all the demands or none; kits by component, duplicates summed.

    Raises InsufficientStock with every SKU and location that falls short.
    """
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor)
    refused = run(statements.ALLOCATE, params)
    if refused and lapsed_end(demands):
        refused = run(statements.ALLOCATE, params)
    if refused:
        raise InsufficientStock(items=items(refused, "available"))


def release(demands: Sequence[Demand], *, cause: str, actor: Actor, reason: str = "") -> None:
    """Give back `quantity` units of each demand's claim. Raises NotAllocated."""
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor, reason=reason)
    _refuse(run(statements.UNCLAIM, params | {"kind": MovementKind.RELEASED.value, "taken": 0}))


def ship(
    demands: Sequence[Demand],
    *,
    cause: str,
    actor: Actor,
    kind: MovementKind = MovementKind.SHIPPED,
) -> None:
    """Units leave: claim and on hand go down together. `kind` SOLD for a hand-over in a store.

    Raises NotAllocated, or Shortage when less lies on the shelf than should leave.
    """
    if not demands:
        return
    params = demand_params(demands, cause=cause, actor=actor)
    _refuse(run(statements.UNCLAIM, params | {"kind": kind.value, "taken": 1}))


def unship(demands: Sequence[Demand], *, cause: str, actor: Actor) -> None:
    """Take back what left: on hand and claim rise again, for exactly what the ledger says is gone.

    A kit comes back by its components of today. Two statements: the ledger must be read after the
    stock rows are locked, or two calls at once would both find the units gone. Raises NotAllocated.
    """
    if not demands:
        return
    stock_lock(demands, actor=actor)
    params = demand_params(demands, cause=cause, actor=actor)
    _refuse(run(statements.RECLAIM, params))


@transaction.atomic
def reallocate(
    here: Sequence[Demand],
    there: Sequence[Demand],
    *,
    cause: str,
    actor: Actor,
    reason: str = "",
    check: Callable[[], None] | None = None,
) -> None:
    """Claims move to other shelves: given back `here` and made `there`, or nothing happens.

    All rows lock at once, in the one order; `check` may refuse by an exception once they have.
    Raises NotAllocated, InsufficientStock.
    """
    stock_lock([*here, *there], actor=actor)
    if check is not None:
        check()
    release(here, cause=cause, actor=actor, reason=reason)
    allocate(there, cause=cause, actor=actor)


def _refuse(refused: Sequence[Refusal]) -> None:
    unclaimed = [row for row in refused if row.problem == "unclaimed"]
    if unclaimed:
        raise NotAllocated(items=items(unclaimed, "allocated"))
    if refused:
        raise Shortage(items=items(refused, "on_hand"))
