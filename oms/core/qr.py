"""QRs on our own paper: what they hold, and how they are drawn.

A scanner is a keyboard and types by whatever layout the till has, so a QR of ours holds only the
letters that sit on the same key of QWERTY, QWERTZ and AZERTY keyboards. A *numbered code* names one
row of a kind of paper: the kind's letter, the number in ten letters, a check letter. It is no
secret and proves nothing: it only spares the typing.
"""

import segno

# No A, Q, W, Z, Y, M and no digit: they move between keyboard layouts.
QR_LETTERS = "BCDEFGHIJKLNOPRSTUVX"
NUMBER_LENGTH = 10


def numbered_code(kind: str, number: int) -> str:
    """What the QR of paper number `number` holds; `kind` is one of the letters."""
    body = spell_number(number, QR_LETTERS, NUMBER_LENGTH)
    return kind + body + _check_letter(body)


def numbered_read(kind: str, text: str) -> int | None:
    """The number in a scanned code of this kind; None if it is none."""
    code = letters_of(text)
    if len(code) != NUMBER_LENGTH + 2 or code[0] != kind:
        return None
    body = code[1:-1]
    if any(char not in QR_LETTERS for char in body) or _check_letter(body) != code[-1]:
        return None
    number = 0
    for char in body:
        number = number * len(QR_LETTERS) + QR_LETTERS.index(char)
    return number


def qr_svg(content: str) -> str:
    """A QR as an inline SVG that scales with its box and prints black on white."""
    return str(
        segno.make(content, error="m", micro=False).svg_inline(
            border=2, omitsize=True, svgclass="qr", lineclass=None, light="#fff", dark="#000"
        )
    )


def letters_of(text: str) -> str:
    """The letters and digits of what was typed, in upper case."""
    return "".join(char for char in text.upper() if char.isascii() and char.isalnum())


def spell_number(number: int, alphabet: str, length: int) -> str:
    """The last `length` digits of a number, written in an alphabet of its own."""
    letters = []
    for _place in range(length):
        number, remainder = divmod(number, len(alphabet))
        letters.append(alphabet[remainder])
    return "".join(reversed(letters))


def _check_letter(body: str) -> str:
    """Sum weighted by 1 and 3 in turn, as GTINs do: finds every single wrong letter."""
    total = sum((1 + 2 * (place % 2)) * QR_LETTERS.index(char) for place, char in enumerate(body))
    return QR_LETTERS[total % len(QR_LETTERS)]
