"""What a scanner typed. It is a keyboard, and the till may have another layout than it thinks.

A scanner set to a US keyboard at a French till types the shifted row for digits; that row is
unmistakable, so it is put right silently. Our own QR holds only letters that no layout moves.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oms.core.qr import QR_LETTERS

LETTERS = QR_LETTERS
DIGITS = "1234567890"
# The digit row of AZERTY without shift (and its upper-case reading), key by key.
AZERTY_ROW = str.maketrans("&é\"'(-è_çàÉÈÇÀ", "12345678902790")
MAX_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Verdict:
    tone: str
    word: str | Promise
    text: str | Promise


def read_scan(text: str) -> str:
    """What was scanned, with digits that came through an AZERTY layout put right."""
    text = text.strip()[:MAX_LENGTH]
    fixed = text.translate(AZERTY_ROW)
    # Only when nothing but the digit row came: an e-mail address or a name is left alone.
    return fixed if fixed != text and fixed.isascii() and fixed.isdigit() else text


def verdict_on(typed: str) -> Verdict:
    """What the result of scanning one of the test codes says about the scanner."""
    if typed == LETTERS:
        return Verdict("green", _("Letters arrive"), _("Pickup codes can be scanned here."))
    if typed == DIGITS:
        return Verdict("green", _("Digits arrive"), _("Barcodes can be scanned here."))
    if typed.upper() == LETTERS:
        return Verdict(
            "green",
            _("Letters arrive"),
            _("In small letters: caps lock is on. It does not matter."),
        )
    if read_scan(typed) == DIGITS:
        return Verdict(
            "green",
            _("Digits arrive, corrected"),
            _("The scanner is set to another keyboard than the till. Barcodes work all the same."),
        )
    if sorted(typed.upper()) == sorted(LETTERS) or len(typed) == len(DIGITS):
        return Verdict(
            "red",
            _("Wrong keyboard layout"),
            _("Set the scanner to the till's keyboard with the settings sheet of its manual."),
        )
    return Verdict(
        "amber", _("Something else arrived"), _("Scan one of the two codes on this page.")
    )
