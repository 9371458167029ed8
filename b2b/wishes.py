"""What a buyer says about an order besides its lines and where it goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """The answers of the checkout; `accepts_substitutes` as in `Order`."""

    purchase_order: str = ""
    note: str = ""
    accepts_substitutes: bool = False
