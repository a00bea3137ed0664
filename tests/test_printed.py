"""What a letter prints, typed back: what may differ and what may not."""

from __future__ import annotations

import secrets
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.letters.printed import (
    DAYS,
    FIELDS_OF,
    MAX_VALUE_LENGTH,
    PrintedField,
    checked_values,
    compared,
    normalised,
    printed_digest,
)
from resolvers.letters.printed_code import ALPHABET, RANDOM_BYTES, new_printed_code, read_code
from resolvers.letters.printed_words import CHOICES
from resolvers.vocabulary import LetterKind

ROWS = {
    "file_number": "OCG-2026-7H0K1M2P",
    "full_name": "NGUYỄN THỊ ÁNH ĐÀO",
    "chinese_name": "阮氏英桃",
    "native_name": "Nguyễn Thị Ánh Đào",
    "nationality": "VNM",
    "passport_number": "C1234567",
    "permit_number": "44010020260001",
    "category": "B类：外国专业人才\nCategory B: professional",
    "employer": "珠江示例科技有限公司\nPearl River Example Technology Co., Ltd.",
    "post": "软件工程师\nSoftware engineer",
    "city": "广州市\nGuangzhou",
    "valid_from": "2026-11-24",
    "valid_until": "2028-11-23",
    "letter_until": "2027-05-23",
}
KIND = LetterKind.PERMIT_NOTIFICATION
LETTER_ID = "ltr_" + "0" * 26
DAY = date(2026, 11, 23)
_F = PrintedField


def code() -> str:
    return new_printed_code(bytes(RANDOM_BYTES))


def digest(rows: dict[str, str], **changed: str) -> bytes:
    return printed_digest(KIND, LETTER_ID, DAY, checked_values(KIND, rows | changed), code())


TYPED = {
    "full_name": [
        "nguyen thi anh dao",
        "Nguyễn, Thị Ánh-Đào",
        "NGUYEN THI ANH DAO",
        "ＮＧＵＹＥＮthianhdao",
    ],
    "chinese_name": ["阮 氏英桃"],
    "native_name": ["", "anything"],
    "file_number": ["ocg 2026 7HOKLM2P", "OCG–2026–7H0KIM2P"],
    "permit_number": ["4401 0020 2600 01"],
    "category": ["B", "b", "Category B: professional", "B类：外国专业人才", "B类 外国专业人才"],
    "employer": ["PEARL RIVER EXAMPLE TECHNOLOGY CO LTD 珠江示例科技有限公司"],
    "city": ["440100", "guangzhou", "广州市"],
    "valid_from": ["2026.11.24", "2026/11/24", "20261124", "2026年11月24日", " 2026 11 24 "],
}


@pytest.mark.parametrize("row", TYPED)
def test_what_people_type_from_paper_gives_the_digest_of_the_letter(row: str) -> None:
    for typed in TYPED[row]:
        assert digest(ROWS, **{row: typed}) == digest(ROWS), typed


@pytest.mark.parametrize("row", [field.value for field in FIELDS_OF[KIND]])
def test_any_one_altered_field_gives_another_digest(row: str) -> None:
    printed = ROWS[row]
    for altered in (printed + "1", printed[:-1], "", printed[1:] + printed[0]):
        if compared(_F(row), altered) != compared(_F(row), printed):
            assert digest(ROWS, **{row: altered}) != digest(ROWS), altered
    assert digest(ROWS, **{row: printed + "1"}) != digest(ROWS)


def test_another_kind_id_day_or_code_gives_another_digest() -> None:
    values = checked_values(KIND, {})
    one = printed_digest(KIND, LETTER_ID, DAY, values, code())
    other_code = new_printed_code(b"\x01" * RANDOM_BYTES)
    assert printed_digest(KIND, LETTER_ID, date(2026, 11, 24), values, code()) != one
    assert printed_digest(KIND, "ltr_" + "1" * 26, DAY, values, code()) != one
    assert printed_digest(KIND, LETTER_ID, DAY, values, other_code) != one


def test_no_row_is_printed_that_escapes_the_digest() -> None:
    with pytest.raises(ValueError, match="salary"):
        checked_values(KIND, ROWS | {"salary": "1"})
    with pytest.raises(ValueError, match="other fields"):
        printed_digest(KIND, LETTER_ID, DAY, {_F.FULL_NAME: "A"}, code())
    with pytest.raises(ValueError, match="characters"):
        digest(ROWS, full_name="A" * (MAX_VALUE_LENGTH + 1))
    with pytest.raises(ValueError, match="no printed code"):
        printed_digest(KIND, LETTER_ID, DAY, checked_values(KIND, {}), "1")


def test_letters_that_unicode_does_not_take_apart_are_written_plainly_all_the_same() -> None:
    assert normalised("Łódź Øystein ĐẶNG Þór İstanbul ılgaz Ærø Straße Əliyev") == (
        "lodzoysteindangthoristanbulilgazaerostrassealiyev".replace("aliyev", "eliyev")
    )
    assert normalised("O’Brien-Smith, Jr.") == "obriensmithjr"
    assert normalised("ʻOkina Kaʻōpūlani") == "okinakaopulani"
    assert normalised("—") == ""


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.dates(), st.sampled_from("-./ "))
def test_a_day_is_the_same_however_it_is_parted(day: date, mark: str) -> None:
    plain = day.strftime("%Y%m%d").zfill(8)
    typed = f"{day.year:04}{mark}{day.month}{mark}{day.day}"
    assert compared(_F.VALID_FROM, typed) == compared(_F.VALID_FROM, plain) == plain


def test_every_choice_is_told_from_the_others_by_each_of_its_texts() -> None:
    for row, words in CHOICES.items():
        field = _F(row)
        assert field not in DAYS
        for word, named in words.items():
            texts = (word, named.en, named.zh, f"{named.zh}\n{named.en}")
            assert {compared(field, text) for text in texts} == {normalised(word)}


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_a_code_reads_back_however_it_is_grouped_and_cased(randomness: bytes) -> None:
    drawn = new_printed_code(randomness)
    assert len(drawn) == 19
    plain = drawn.replace("-", "")
    for typed in (drawn, plain.lower(), f" {drawn.lower().replace('-', ' ')} "):
        assert read_code(typed) == plain
    assert read_code(drawn.replace("5", "S").replace("2", "z")) == plain


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES), st.data())
def test_one_wrong_character_or_two_changed_over_are_found(
    randomness: bytes, data: st.DataObject
) -> None:
    plain = new_printed_code(randomness).replace("-", "")
    place = data.draw(st.integers(0, 15))
    other = data.draw(st.sampled_from(ALPHABET).filter(lambda one: one != plain[place]))
    assert read_code(plain[:place] + other + plain[place + 1 :]) is None
    letters = list(plain)
    second = data.draw(st.integers(0, 15))
    letters[place], letters[second] = letters[second], letters[place]
    if "".join(letters) != plain:
        assert read_code("".join(letters)) is None


def test_a_code_is_too_long_to_be_searched() -> None:
    assert len(ALPHABET) ** 15 > 2**72
    assert len({new_printed_code(secrets.token_bytes(RANDOM_BYTES)) for _ in range(200)}) == 200
    for wrong in ("", "AAAA", "A" * 400, "0000-0000-0000-0000", "ⅷ" * 16):
        assert read_code(wrong) is None
