"""Masks show what their pattern says and nothing more, for short values too."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.policy.masking import MASKS, MAX_MASKED_WORDS, ShowEnds, mask

ENDS = {kind: pattern for kind, pattern in MASKS.items() if isinstance(pattern, ShowEnds)}
PASSPORTS = st.from_regex(r"[A-Z0-9]{5,14}", fullmatch=True)


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("name", "Ottmar Anselm Quellenbrück", "O*** A*** Q***"),
        ("name", "Jean-Loïc L'Hérissonnière", "J*** L***"),
        ("name", "E\u0301lodie Quartz", "É*** Q***"),
        ("name", "Оттмар Квелленбрюк", "О*** К***"),
        ("name", "星草 まどか", "星*** ま***"),
        ("name", "Otto F.", "O*** ***"),
        ("name", "'t Hoenderwoud", "*** H***"),
        ("name", "\u202eotto\u202c", "o***"),
        ("chinese_name", "谭望·奥拉", "谭***"),
        ("chinese_name", "谭", "***"),
        ("birth_date", "1987-06-05", "1987-**-**"),
        ("birth_date", "5 June 1987", "****-**-**"),
        ("birth_date", "1987-6-05", "****-**-**"),
        ("passport_number", "C01X00T47", "C****47"),
        ("passport_number", "E123456", "E****56"),
        ("passport_number", "E12345", "E****5"),
        ("passport_number", "E1234", "E****"),
        ("social_security_number", "DEU0C01X00T47", "DEU****T47"),
        ("social_security_number", "DEU000000C01X00T47", "DEU****T47"),
        ("social_security_number", "DEU0E1234", "DEU****"),
        ("work_permit_number", "LZ2024881234", "LZ****1234"),
        ("work_permit_number", "LZ1234", "LZ****"),
        ("permanent_resident_id", "911398199012310021", "9****21"),
        ("permanent_resident_id", "KAZ110090123100", "K****00"),
        ("residence_permit_number", "881234567", "8****67"),
        ("card_number", "A1234567", "****567"),
        ("bank_card", "6212345678901232", "****1232"),
        ("phone", "13800138000", "138****8000"),
        ("phone", "12345", "1****"),
    ],
)  # fmt: skip
def test_a_value_is_masked_by_its_pattern(kind: str, value: str, masked: str) -> None:
    assert mask(kind, value) == masked


@pytest.mark.parametrize("kind", sorted(MASKS))
@pytest.mark.parametrize("value", ["", " ", "7", "\u200b", "-"])
def test_nothing_or_next_to_nothing_shows_nothing(kind: str, value: str) -> None:
    assert set(mask(kind, value)) <= {"*", "-"}


def test_a_kind_without_a_pattern_is_an_error_and_never_shown() -> None:
    with pytest.raises(KeyError):
        mask("shoe_size", "42")


@given(st.sampled_from(sorted(MASKS)), st.text(st.characters(), max_size=200))
def test_no_text_raises_and_every_mask_is_short(kind: str, value: str) -> None:
    assert "***" in mask(kind, value) or mask(kind, value).endswith("**-**")
    assert len(mask(kind, value)) <= 5 * MAX_MASKED_WORDS


@given(st.sampled_from(sorted(ENDS)), st.from_regex(r"[A-Z1-9]{1,20}", fullmatch=True))
def test_at_least_the_hidden_number_of_characters_stays_hidden(kind: str, value: str) -> None:
    shown = mask(kind, value).replace("*", "")
    pattern = ENDS[kind]
    assert len(shown) <= pattern.leading + pattern.trailing
    assert len(shown) <= max(0, len(value) - pattern.hidden)
    head, tail = mask(kind, value).split("****")
    assert value.startswith(head)
    assert value.endswith(tail)


@given(st.sampled_from(sorted(ENDS)), st.from_regex(r"[A-Z1-9]{20,40}", fullmatch=True))
def test_the_length_of_a_long_value_does_not_show(kind: str, value: str) -> None:
    assert len(mask(kind, value)) == len(mask(kind, "X" * 20))


@example(["otto"] * (MAX_MASKED_WORDS + 1))
@given(st.lists(st.text("abcdéžя", min_size=2, max_size=20), min_size=1, max_size=30))
def test_a_masked_name_shows_first_letters_and_no_lengths(words: list[str]) -> None:
    shown = mask("name", " ".join(words))
    assert shown == " ".join(f"{word[0]}***" for word in words[:MAX_MASKED_WORDS])


@given(PASSPORTS, st.booleans())
def test_passport_and_social_security_number_do_not_complete_each_other(
    passport: str, padded: bool
) -> None:
    ssn = "DEU0" + (passport.rjust(14, "0") if padded else passport)
    head, tail = mask("passport_number", passport).split("****")
    _, ssn_tail = mask("social_security_number", ssn).split("****")
    assert passport.endswith(ssn_tail)
    known = len(head) + max(len(tail), len(ssn_tail))
    assert len(passport) - known >= 4
