"""Carriers: a protocol, chosen in settings `CARRIERS` by code, and the own fleet as default."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Protocol

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Parcel:
    """What travels: grams, and kilometres as the crow flies."""

    weight_g: int
    distance_km: float


class Carrier(Protocol):
    """Says what a parcel costs and how long it takes."""

    code: ClassVar[str]

    def rate(self, parcel: Parcel) -> Decimal:
        """Cost of the parcel in the retailer's currency."""
        ...

    def days(self, parcel: Parcel) -> int:
        """Working days from hand-over to the door."""
        ...


class OwnFleet:
    """The retailer's own vans: a flat rate by weight, next day nearby and two days beyond."""

    code: ClassVar[str] = "own"
    label = _("Own fleet")

    BASE = Decimal("4.90")
    PER_KG = Decimal("0.35")
    NEARBY_KM = 150

    def rate(self, parcel: Parcel) -> Decimal:
        return self.BASE + self.PER_KG * Decimal(parcel.weight_g) / 1000

    def days(self, parcel: Parcel) -> int:
        return 1 if parcel.distance_km <= self.NEARBY_KM else 2
