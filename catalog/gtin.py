"""GTINs (barcodes of goods): GTIN-8, -12 (UPC), -13 (EAN) and -14 are one number with zeros."""

from django.utils.translation import gettext_lazy as _
from stdnum import ean
from stdnum.exceptions import ValidationError

from oms.core.errors import InvalidInput, Issue, Text

LENGTHS = (8, 12, 13, 14)


def normal_gtin(text: str) -> str:
    """A GTIN's shortest standard form, check digit verified: what is stored and compared.

    Blanks and hyphens may stand between the digits. Raises InvalidInput. The check digit is the
    GS1 General Specifications' modulo 10 (section 7.9), as python-stdnum computes it.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not is_gtin_shaped(digits):
        raise _invalid(_("A GTIN has 8, 12, 13 or 14 digits"), "gtin_length")
    try:
        ean.validate(digits)
    except ValidationError as error:
        raise _invalid(
            _("The last digit of this GTIN is not right: look for a typing error"),
            "gtin_check_digit",
        ) from error
    return shortest(digits)


def is_gtin_shaped(digits: str) -> bool:
    """Whether these are as many digits as a GTIN has; the check digit may be wrong."""
    return (
        digits.isascii() and digits.isdigit() and len(digits) in LENGTHS and digits.strip("0") != ""
    )


def shortest(digits: str) -> str:
    """The same number with as few leading zeros as a standard length allows; no check."""
    bare = digits.lstrip("0")
    length = next((length for length in LENGTHS if len(bare) <= length), len(bare))
    return bare.zfill(length)


def _invalid(message: Text, code: str) -> InvalidInput:
    return InvalidInput([Issue("gtin", message, code)])
