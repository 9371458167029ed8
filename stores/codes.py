"""Pickup codes and tokens: derived from the pickup's uid with a secret key, never stored in clear.

Three strings stand for a pickup, and each is good for one thing only:

- the *code*, 8 of 30 characters (39 bits), is what a customer reads aloud. The six other letters
  and digits are read as the one they look like, so every key a person may press means something;
- the *token*, 30 of 20 letters (129 bits), is what the customer's QR holds. Its letters are those
  that sit on the same key of QWERTY, QWERTZ and AZERTY keyboards, because a scanner is a keyboard
  and types by whatever layout the till has;
- the *bag code* is what the label on a bag holds, in the same letters. It is no secret and proves
  nothing about the person at the counter: it only spares the clerk the typing.
"""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from oms.core.qr import QR_LETTERS, letters_of, numbered_code, numbered_read, spell_number

# The look-alikes O, I, L, S, Z and U are left out, and read as the digit or letter they look like.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRTVWXY"
CODE_LENGTH = 8
LOOK_ALIKES = str.maketrans("OILSZU", "01152V")
QR_LENGTH = 30
BAG_PREFIX = "B"


def pickup_code(uid: UUID) -> str:
    """The code the customer reads aloud: 8 of 30 characters."""
    return _spell(_secret("code", uid.bytes), CODE_ALPHABET, CODE_LENGTH)


def pickup_token(uid: UUID) -> str:
    """The content of the customer's QR: 30 letters, 129 bits."""
    return _spell(_secret("token", uid.bytes), QR_LETTERS, QR_LENGTH)


def code_digest(code: str) -> str:
    """What is stored of a (normalised) code, to look it up by."""
    return _secret("code-digest", code.encode()).hex()


def token_digest(token: str) -> str:
    """What is stored of a (normalised) token, to look it up by."""
    return _secret("token-digest", token.encode()).hex()


def code_read(text: str) -> str | None:
    """The code somebody typed, in canonical form; None if it cannot be one.

    Case, spaces and hyphens do not matter, and look-alikes are taken for what they look like.
    """
    code = letters_of(text).translate(LOOK_ALIKES)
    if len(code) != CODE_LENGTH or any(char not in CODE_ALPHABET for char in code):
        return None
    return code


def token_read(text: str) -> str | None:
    """The token a scanner typed, in canonical form; None if it cannot be one."""
    token = letters_of(text)
    if len(token) != QR_LENGTH or any(char not in QR_LETTERS for char in token):
        return None
    return token


def bag_code(pickup_id: int) -> str:
    """What the label on a pickup's bag holds: B, the id in ten letters, a check letter."""
    return numbered_code(BAG_PREFIX, pickup_id)


def bag_read(text: str) -> int | None:
    """The pickup id of a scanned bag label; None if it is none."""
    return numbered_read(BAG_PREFIX, text)


def _secret(purpose: str, message: bytes) -> bytes:
    key = settings.PICKUP_CODE_KEY.encode()
    return hmac.new(key, b"pickup:" + purpose.encode() + b":" + message, hashlib.sha256).digest()


def _spell(digest: bytes, alphabet: str, length: int) -> str:
    # 256 bits over at most 130: the remainder's bias is below 2^-126.
    return spell_number(int.from_bytes(digest, "big"), alphabet, length)
