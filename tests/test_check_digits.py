"""Check digits: every wrong character is found, and most that changed places."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resolvers.rules.check_digits import (
    luhn_check_digit,
    mrz_check_digit,
    resident_id_check_character,
    uscc_check_character,
)
from resolvers.rules.country_codes import NUMERIC_BY_ALPHA_3
from resolvers.rules.numbers import (
    normalise_bank_card,
    normalise_credit_code,
    normalise_permanent_resident_id,
    parse_mrz_line2,
)

SPECIMEN_LINE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# A body whose weighted sum is 0 mod 31, so that its check character must be 0.
ZERO_SUM_BODY = "91440101000000014"

DIGITS = st.text("0123456789", min_size=1)
RESIDENT_BODIES = st.builds(
    lambda province, country, born, sequence: f"9{province}{country}{born:%Y%m%d}{sequence:03}",
    st.integers(11, 65),
    st.sampled_from(sorted(NUMERIC_BY_ALPHA_3.values())),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
)


@given(RESIDENT_BODIES, st.data())
def test_a_resident_id_check_finds_each_wrong_digit_and_swap(
    body: str, data: st.DataObject
) -> None:
    number = body + resident_id_check_character(body)
    assert normalise_permanent_resident_id(number) == number
    place = data.draw(st.integers(0, 16))
    wrong = _with_other_character(number, place, "0123456789", data)
    assert normalise_permanent_resident_id(wrong) is None
    assume(number[place] != number[place + 1])
    assert normalise_permanent_resident_id(_swapped(number, place)) is None


def test_a_credit_code_whose_sum_is_zero_has_the_check_character_zero() -> None:
    assert uscc_check_character(ZERO_SUM_BODY) == "0"
    assert normalise_credit_code(ZERO_SUM_BODY + "0") == ZERO_SUM_BODY + "0"


@given(st.from_regex(r"91[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True), st.data())
def test_a_credit_code_check_finds_each_wrong_character_and_swap(
    body: str, data: st.DataObject
) -> None:
    code = body + uscc_check_character(body)
    assert normalise_credit_code(code) == code
    place = data.draw(st.integers(0, 17))
    assert normalise_credit_code(_with_other_character(code, place, USCC_ALPHABET, data)) is None
    swapped = _swapped(code, data.draw(st.integers(0, 16)))
    assume(swapped != code)
    assert normalise_credit_code(swapped) is None


@given(st.from_regex(r"[1-9][0-9]{14,17}", fullmatch=True), st.data())
def test_a_bank_card_check_finds_each_wrong_digit(body: str, data: st.DataObject) -> None:
    number = body + luhn_check_digit(body)
    assert normalise_bank_card(number) == number
    place = data.draw(st.integers(0, len(number) - 1))
    assert normalise_bank_card(_with_other_character(number, place, "0123456789", data)) is None


@pytest.mark.parametrize("place", [place for place in range(44) if SPECIMEN_LINE[place].isdigit()])
def test_one_wrong_digit_anywhere_in_the_line_is_found(place: int) -> None:
    for digit in "0123456789":
        wrong = SPECIMEN_LINE[:place] + digit + SPECIMEN_LINE[place + 1 :]
        assert (parse_mrz_line2(wrong) is not None) is (wrong == SPECIMEN_LINE)


@given(DIGITS, st.data())
def test_an_mrz_check_digit_finds_each_wrong_digit(field: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(field) - 1))
    wrong = _with_other_character(field, place, "0123456789", data)
    assert mrz_check_digit(wrong) != mrz_check_digit(field)


@pytest.mark.parametrize("field", ["a", "É", " ", "-", "١"])
def test_a_check_digit_of_other_characters_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="MRZ"):
        mrz_check_digit(field)
    with pytest.raises(ValueError, match="digits"):
        luhn_check_digit(field)


def test_a_check_character_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="17 digits"):
        resident_id_check_character("9" * 16)
    with pytest.raises(ValueError, match="17 characters"):
        uscc_check_character("9" * 18)


def _with_other_character(text: str, place: int, alphabet: str, data: st.DataObject) -> str:
    others = sorted(set(alphabet) - {text[place]})
    return text[:place] + data.draw(st.sampled_from(others)) + text[place + 1 :]


def _swapped(text: str, place: int) -> str:
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
