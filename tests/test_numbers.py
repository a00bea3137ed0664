"""The numbers: vectors of the facts page, shapes, and what typing them is forgiven."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.rules.check_digits import (
    luhn_check_digit,
    mrz_check_digit,
    resident_id_check_character,
    uscc_check_character,
)
from resolvers.rules.country_codes import ALIASES, NOT_STATES, NUMERIC_BY_ALPHA_3
from resolvers.rules.numbers import (
    MAX_NUMBER_LENGTH,
    MrzLine2,
    normalise_bank_card,
    normalise_card_number,
    normalise_country,
    normalise_credit_code,
    normalise_passport_number,
    normalise_permanent_resident_id,
    normalise_phone,
    normalise_ssn,
    normalise_work_permit_number,
    parse_mrz_line2,
    resident_id_country,
    ssn_search_form,
)

SPECIMEN_LINE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
NORMALISERS: tuple[Callable[[str], str | None], ...] = (
    normalise_work_permit_number,
    normalise_ssn,
    normalise_passport_number,
    normalise_country,
    normalise_permanent_resident_id,
    normalise_card_number,
    normalise_credit_code,
    normalise_bank_card,
    normalise_phone,
)


@pytest.mark.parametrize("normalise", NORMALISERS)
@pytest.mark.parametrize(
    "text", ["", " ", "-", "<<<", "1" * (MAX_NUMBER_LENGTH + 1), "\ud800", "№42"]
)
def test_what_is_no_number_normalises_to_none(
    normalise: Callable[[str], str | None], text: str
) -> None:
    assert normalise(text) is None


@given(st.sampled_from(NORMALISERS), st.text(st.characters(), max_size=80))
@example(normalise_passport_number, "ß1234ı")
def test_any_text_gets_none_or_a_form_that_normalises_to_itself(
    normalise: Callable[[str], str | None], text: str
) -> None:
    canonical = normalise(text)
    if canonical is not None:
        assert canonical.isascii()
        assert normalise(canonical) == canonical


@given(st.from_regex(r"[A-Z0-9]{6,14}", fullmatch=True), st.data())
def test_case_width_spaces_and_hyphens_are_forgiven(number: str, data: st.DataObject) -> None:
    separator = data.draw(st.sampled_from([" ", "-", "\u2011", "\u00a0", "\u200b", "\u2212"]))
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    for typed in (number.lower(), separator.join(number), wide, f" {number}\n"):
        assert normalise_work_permit_number(typed) == number
        assert normalise_passport_number(typed) == number


def test_digits_of_other_scripts_are_digits() -> None:
    assert normalise_phone("١٣٨٠٠١٣٨٠٠٠") == "13800138000"
    assert normalise_work_permit_number("१२३४५६") == "123456"


@pytest.mark.parametrize("typed", ["ß12345", "ı12345", "é12345", "12345_", "12345/6", "Ⅻ12345é"])
def test_a_foreign_letter_or_sign_is_not_bent_into_a_number(typed: str) -> None:
    assert normalise_passport_number(typed) is None
    assert normalise_work_permit_number(typed) is None


@pytest.mark.parametrize(("length", "is_one"), [(5, False), (6, True), (20, True), (21, False)])
def test_a_work_permit_number_has_6_to_20_characters(length: int, is_one: bool) -> None:
    assert (normalise_work_permit_number("7" * length) is not None) is is_one


@pytest.mark.parametrize(("length", "is_one"), [(4, False), (5, True), (14, True), (15, False)])
def test_a_passport_number_has_5_to_14_characters(length: int, is_one: bool) -> None:
    assert (normalise_passport_number("X" * length) is not None) is is_one


def test_fillers_behind_a_short_passport_number_are_dropped() -> None:
    assert normalise_passport_number("X12345<<<") == "X12345"
    assert normalise_passport_number("X1<2345") is None


@pytest.mark.parametrize("number", ["DEU0C01X00T47", "DEU000000C01X00T47"])
def test_both_forms_of_a_social_security_number_are_one(number: str) -> None:
    assert normalise_ssn(number) == number
    assert ssn_search_form(number) == "DEU0C01X00T47"


@pytest.mark.parametrize("text", ["DE0C01X00T47", "DEUAC01X00T47", "DEU01234", "DEU0" + "1" * 15])
def test_a_misshapen_social_security_number_is_none(text: str) -> None:
    assert normalise_ssn(text) is None


@given(st.from_regex(r"[A-Z]{3}[0-9][A-Z1-9][A-Z0-9]{4,9}", fullmatch=True), st.integers(0, 4))
def test_padding_never_changes_the_search_form(number: str, zeros: int) -> None:
    assert ssn_search_form(number[:4] + "0" * zeros + number[4:]) == number


def test_the_search_form_keeps_the_reserved_digit_and_inner_zeros() -> None:
    assert ssn_search_form("DEU100C00X00T00") == "DEU1C00X00T00"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("deu", "DEU"), ("D", "DEU"), ("D<<", "DEU"), ("GBN", "GBR"), ("XKX", "RKS"),
        ("RKS", "RKS"), ("XXA", "XXA"), ("CHN", "CHN"), ("DE", None), ("ZZZ", None),
        ("UTO", None), ("276", None), ("Germany", None),
    ],
)  # fmt: skip
def test_a_country_is_an_alpha_3_code_or_what_an_mrz_writes(typed: str, code: str | None) -> None:
    assert normalise_country(typed) == code


def test_the_country_table_is_whole() -> None:
    assert len(NUMERIC_BY_ALPHA_3) == len(set(NUMERIC_BY_ALPHA_3.values())) == 249
    assert all(len(code) == 3 and code.isupper() for code in NUMERIC_BY_ALPHA_3)
    assert all(len(code) == 3 and code.isdigit() for code in NUMERIC_BY_ALPHA_3.values())
    assert not NOT_STATES.keys() & NUMERIC_BY_ALPHA_3.keys()
    assert set(ALIASES.values()) <= NUMERIC_BY_ALPHA_3.keys() | NOT_STATES.keys()
    assert not ALIASES.keys() & NUMERIC_BY_ALPHA_3.keys()


def test_the_resident_id_of_the_facts_is_good_and_its_neighbour_is_not() -> None:
    assert normalise_permanent_resident_id("911398199012310021") == "911398199012310021"
    assert normalise_permanent_resident_id("911398199012310022") is None
    assert resident_id_country("911398199012310021") == "KAZ"


@pytest.mark.parametrize(
    "body",
    [
        "91139819901331002",  # month 13
        "91139819900230002",  # 30 February
        "91139819010229002",  # no leap year
        "91139818991231002",  # the century of nobody alive
        "99139819901231002",  # no such province
        "81139819901231002",  # a foreigner's begins with 9
    ],
)
def test_a_resident_id_with_a_good_check_but_a_bad_structure_is_none(body: str) -> None:
    assert normalise_permanent_resident_id(body + resident_id_check_character(body)) is None


def test_the_check_character_of_a_resident_id_can_be_a_small_x() -> None:
    body = next(
        body
        for body in (f"91139819901231{sequence:03}" for sequence in range(1000))
        if resident_id_check_character(body) == "X"
    )
    assert normalise_permanent_resident_id(f"{body}x") == f"{body}X"


def test_an_old_resident_id_is_known_by_its_shape_alone() -> None:
    assert normalise_permanent_resident_id("kaz 110090123100") == "KAZ110090123100"
    assert normalise_permanent_resident_id("KAZ11009012310") is None
    assert resident_id_country("KAZ110090123100") == "KAZ"


def test_an_unknown_country_inside_a_resident_id_does_not_lock_its_holder_out() -> None:
    number = "91199919901231002" + resident_id_check_character("91199919901231002")
    assert normalise_permanent_resident_id(number) == number
    assert resident_id_country(number) is None


def test_the_credit_codes_of_the_facts() -> None:
    assert normalise_credit_code("91110108551385082Q") == "91110108551385082Q"
    assert normalise_credit_code("91350100M000100Y4A") is None


@pytest.mark.parametrize("letter", ["I", "O", "S", "V", "Z"])
def test_letters_that_look_like_digits_are_not_in_a_credit_code(letter: str) -> None:
    assert normalise_credit_code("9111010855138508" + letter + "Q") is None
    with pytest.raises(ValueError, match="substring"):
        uscc_check_character("9111010855138508" + letter)


def test_a_bank_card_has_16_to_19_digits_and_no_leading_zero() -> None:
    for length, is_one in ((15, False), (16, True), (19, True), (20, False)):
        body = "6" * (length - 1)
        assert (normalise_bank_card(body + luhn_check_digit(body)) is not None) is is_one
    assert normalise_bank_card("0" * 16) is None
    assert luhn_check_digit("7992739871") == "3"


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "+86 138 0013 8000",
        "0086-13800138000",
        "(86) 138.0013.8000",
        "＋８６13800138000",
    ],
)
def test_a_chinese_mobile_number_comes_with_or_without_its_prefix(typed: str) -> None:
    assert normalise_phone(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed",
    [
        "12800138000",
        "1380013800",
        "138001380000",
        "+8513800138000",
        "02012345678",
        "++8613800138000",
    ],
)
def test_what_is_no_chinese_mobile_number_is_none(typed: str) -> None:
    assert normalise_phone(typed) is None


@pytest.mark.parametrize(("length", "is_one"), [(7, False), (8, True), (9, True), (10, False)])
def test_a_social_security_card_number_has_8_or_9_characters(length: int, is_one: bool) -> None:
    assert (normalise_card_number("A" * length) is not None) is is_one


def test_the_specimen_line_is_read() -> None:
    assert parse_mrz_line2(SPECIMEN_LINE) == MrzLine2("L898902C3", None, "740812", "120415")
    assert mrz_check_digit("L898902C3") == "6"
    assert mrz_check_digit("<" * 9) == "0"


def test_a_line_of_a_german_passport_without_personal_number_is_read() -> None:
    head = "C01X00T478" + "D<<" + "640812" + mrz_check_digit("640812")
    head += "F" + "270228" + mrz_check_digit("270228")
    for personal in ("<" * 15, "<" * 14 + "0"):
        composite = mrz_check_digit(head[:10] + head[13:20] + head[21:] + personal)
        found = parse_mrz_line2(head + personal + composite)
        assert found == MrzLine2("C01X00T47", "DEU", "640812", "270228")
