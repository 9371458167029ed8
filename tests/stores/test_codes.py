import re
from uuid import UUID, uuid4

import pytest

from oms.core.qr import QR_LETTERS, qr_svg
from stores.codes import (
    CODE_ALPHABET,
    bag_code,
    bag_read,
    code_digest,
    code_read,
    pickup_code,
    pickup_token,
    token_digest,
    token_read,
)
from stores.scanner import DIGITS, LETTERS, read_scan, verdict_on

UID = UUID("12345678-1234-5678-1234-567812345678")


def test_codes_are_derived_and_depend_on_the_key(settings) -> None:
    settings.PICKUP_CODE_KEY = "one"
    first = (pickup_code(UID), pickup_token(UID), code_digest("X"), token_digest("X"))
    assert first == (pickup_code(UID), pickup_token(UID), code_digest("X"), token_digest("X"))
    settings.PICKUP_CODE_KEY = "two"
    second = (pickup_code(UID), pickup_token(UID), code_digest("X"), token_digest("X"))
    assert not set(first) & set(second)


def test_codes_are_long_enough_and_spread_over_the_alphabet() -> None:
    codes = [pickup_code(uuid4()) for _ in range(500)]

    assert len(CODE_ALPHABET) == 30
    assert len(set(codes)) == 500
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) == set(CODE_ALPHABET)


def test_tokens_hold_128_bits_in_letters_no_keyboard_layout_moves() -> None:
    token = pickup_token(uuid4())

    assert len(QR_LETTERS) ** len(token) > 2**128
    assert not set(token) & set("AQWZYM0123456789")


def test_every_character_a_person_may_type_means_something() -> None:
    for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        assert code_read(char * 8) is not None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ab3d-efgh", "AB3DEFGH"),
        (" AB3D EFGH ", "AB3DEFGH"),
        ("OIL5 ZUS0", "01152V50"),
        ("ab3defg", None),
        ("AB3DEFGHJ", None),
        ("AB3DEFG€", None),
        ("", None),
    ],
)
def test_typed_codes_are_read_as_meant(typed: str, code: str | None) -> None:
    assert code_read(typed) == code


def test_a_derived_code_reads_as_itself() -> None:
    for _ in range(50):
        uid = uuid4()
        assert code_read(pickup_code(uid).lower()) == pickup_code(uid)
        assert token_read(pickup_token(uid).lower()) == pickup_token(uid)


def test_bag_codes_lead_back_to_the_pickup_and_notice_a_wrong_letter() -> None:
    for number in (1, 19, 20, 123_456_789):
        code = bag_code(number)
        assert bag_read(code.lower()) == number
        assert set(code) <= set(QR_LETTERS)
        for place in range(1, len(code)):
            other = "C" if code[place] != "C" else "D"
            assert bag_read(code[:place] + other + code[place + 1 :]) is None


def test_a_bag_code_is_neither_code_nor_token() -> None:
    assert code_read(bag_code(7)) is None
    assert token_read(bag_code(7)) is None


def test_the_qr_is_an_inline_picture_without_style() -> None:
    svg = qr_svg(pickup_token(UID))

    assert svg.startswith("<svg")
    assert not re.search(r"style=|<script", svg)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("çé\"'", "9234"),
        ("8001234000040", "8001234000040"),
        ("_ààé\"'(ààà'à", "800234500040"),
        ("Renè", "Renè"),
        ("anna@example.com", "anna@example.com"),
    ],
)
def test_shifted_digits_are_put_right_and_words_left_alone(typed: str, read: str) -> None:
    assert read_scan(typed) == read


@pytest.mark.parametrize(
    ("typed", "tone"),
    [
        (LETTERS, "green"),
        (LETTERS.lower(), "green"),
        (DIGITS, "green"),
        ("&é\"'(-è_çà", "green"),
        (LETTERS.replace("B", "~").replace("C", "B").replace("~", "C"), "red"),
        ("hello", "amber"),
    ],
)
def test_the_scanner_test_knows_what_went_wrong(typed: str, tone: str) -> None:
    assert verdict_on(typed).tone == tone
