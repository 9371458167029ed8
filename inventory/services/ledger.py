"""Running ledger statements: prepared once per connection, one round trip each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from inventory.demand import Demand
from inventory.services.statements import LOCK_WANTED
from oms.core.actors import Actor
from oms.core.locks import require_transaction
from oms.core.sql import array, fetch_rows

MAX_CAUSE = 120
MAX_REASON = 40
MAX_ACTOR = 150


class Refusal(NamedTuple):
    """A row of what a ledger statement refused: all of the statement then did nothing."""

    problem: str
    sku: str
    location: str
    wanted: int
    there: int


def run(statement: str, params: Mapping[str, Any]) -> list[Refusal]:
    """Execute a ledger statement in the caller's transaction and return what it refused.

    Parameters are bound on the server, so that PostgreSQL plans the statement once per
    connection instead of every time: planning costs more than the work.
    """
    require_transaction()
    return [Refusal(*row) for row in fetch_rows(statement, params)]


def stock_lock(demands: Sequence[Demand], *, actor: Actor) -> None:
    """Lock the demands' stock rows in the one order, before several statements change them.

    Two statements would lock in two goes, and wait for somebody who locks all in one.
    """
    run(LOCK_WANTED, demand_params(demands, cause="", actor=actor))


def demand_params(
    demands: Sequence[Demand], *, cause: str, actor: Actor, reason: str = ""
) -> dict[str, Any]:
    """The parameters every statement over demands takes. Raises ValueError on units below one."""
    if any(demand.quantity < 1 for demand in demands):
        raise ValueError("A demand is for at least one unit")
    return {
        "demands": array(demand.uid for demand in demands),
        "skus": array(demand.sku_id for demand in demands),
        "locations": array(demand.location_id for demand in demands),
        "quantities": array(demand.quantity for demand in demands),
        "cause": cause[:MAX_CAUSE],
        "reason": reason[:MAX_REASON],
        "actor": actor.label[:MAX_ACTOR],
    }


def items(refusals: Iterable[Refusal], there: str) -> list[dict[str, Any]]:
    """Refusals as error data; `there` names what there was of it."""
    return [
        {"sku": row.sku, "location": row.location, "wanted": row.wanted, there: row.there}
        for row in refusals
    ]
