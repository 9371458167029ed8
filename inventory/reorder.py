"""How much to order, and when: the reorder point and order-up-to level. Pure.

The (s, S) system under continuous review with variable demand and lead time, after E. A. Silver,
D. F. Pyke and D. J. Thomas, *Inventory and Production Management in Supply Chains*, 4th edition,
CRC Press 2017, chapters 6 and 7:

    s = d·L + z·√(L·σ_d² + d²·σ_L²)      reorder point
    S = s + lot                          order-up-to level

with d and σ_d the mean and standard deviation of a day's demand, L and σ_L those of the lead time
in days, and z the standard normal quantile of the service level (the chance that no stock-out
happens in a replenishment cycle). The lot is the demand of a review period, at least the supplier's
minimum, in whole packs. When the position (available + expected − back-orders) is below s, enough
is ordered to reach S, in whole packs.

Days without a sale count as days of no demand. For what sells on few days the normal distribution
is a rough guess, and such SKUs are marked: their average interval between selling days exceeds
1.32 (the boundary of intermittent demand of Syntetos, Boylan and Croston, *Journal of the
Operational Research Society* 56, 2005). Croston's method or its Syntetos-Boylan correction (SBA)
would estimate the mean from sizes and intervals apart; the plain mean is as large on average, errs
on neither side, and a person can check it with a calculator.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

INTERMITTENT_INTERVAL = 1.32
MAX_SERVICE = 0.9999
# What a computer's fractions may be off by: 6.000000001 packs are 6.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Demand:
    """What left in `days` days: units, the sum of the squares of each day's, days with any."""

    units: int
    squares: int
    selling_days: int
    days: int

    @property
    def mean(self) -> float:
        """Units a day."""
        return self.units / self.days

    @property
    def deviation(self) -> float:
        """The sample standard deviation of a day's units, days without any included."""
        if self.days < 2:
            return 0.0
        spread = self.squares - self.units * self.units / self.days
        return sqrt(max(spread, 0.0) / (self.days - 1))

    @property
    def intermittent(self) -> bool:
        """Sold on so few days that the figures say little."""
        return bool(self.selling_days) and self.days / self.selling_days > INTERMITTENT_INTERVAL


@dataclass(frozen=True, slots=True)
class Terms:
    """How a SKU is bought: days until it comes and their deviation, minimum and pack in units."""

    lead_time: float
    lead_time_deviation: float = 0.0
    minimum: int = 1
    pack: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """`service` level between 0.5 and 1; days of demand that one order should cover."""

    service: float = 0.95
    review_days: int = 7

    @property
    def z(self) -> float:
        return NormalDist().inv_cdf(min(max(self.service, 0.5), MAX_SERVICE))


@dataclass(frozen=True, slots=True)
class Proposal:
    """The answer with every term of the formula: "why 48?". Units."""

    mean: float
    deviation: float
    z: float
    lead_demand: float
    safety: float
    reorder_point: int
    lot: int
    position: int
    quantity: int

    @property
    def order_up_to(self) -> int:
        return self.reorder_point + self.lot


def propose(demand: Demand, terms: Terms, policy: Policy, *, position: int) -> Proposal:
    """What to order now; `quantity` is 0 while the position is not below the reorder point."""
    mean, deviation = demand.mean, demand.deviation
    lead_demand = mean * terms.lead_time
    variance = terms.lead_time * deviation**2 + (mean * terms.lead_time_deviation) ** 2
    safety = policy.z * sqrt(variance)
    reorder_point = ceil(lead_demand + safety - ROUNDING)
    lot = in_packs(max(ceil(mean * policy.review_days - ROUNDING), terms.minimum), terms.pack)
    quantity = 0
    if position < reorder_point:
        quantity = in_packs(reorder_point + lot - position, terms.pack)
    return Proposal(
        mean=mean,
        deviation=deviation,
        z=policy.z,
        lead_demand=lead_demand,
        safety=safety,
        reorder_point=reorder_point,
        lot=lot,
        position=position,
        quantity=quantity,
    )


def in_packs(units: int, pack: int) -> int:
    """`units` rounded up to whole packs."""
    return -(-units // pack) * pack
