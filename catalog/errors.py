"""What the catalogue refuses, beyond the common errors."""

from oms.core.errors import Conflict, InvalidInput


class NoPrice(InvalidInput):
    """Some lines have no price for these audiences, currency and moment; each is named."""

    code = "no_price"


class NoTaxRate(InvalidInput):
    """Goods of some tax class have no rate at the place of supply; each line is named."""

    code = "no_tax_rate"


class InUse(Conflict):
    """Something else stands on what was to be taken away."""

    code = "in_use"
