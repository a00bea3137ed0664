"""By which beginnings of its words a name is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.names import RegisteredName
from resolvers.rules.names.prefixes import LONGEST, MAX_PREFIXES, prefixes_of, searched_prefixes
from tests.fictional_people import four_thousand

FOUND = (
    *("mu", "Mü", "müller", "mue", "MUELLER", "lude", "ludensch", "Lüdenscheidt", "jo", "joerg"),
    *("穆", "穆勒", "мю", "Йорг", "joerg müller", "müller jörg", "MUELLER<LUEDENSCHEIDT<<JOERG"),
    *("  jö,lü ", "穆勒 jo"),
)
MUELLER = RegisteredName("Müller-Lüdenscheidt", "Jörg Ö.", "穆勒", "Йорг Мюллер")


@pytest.mark.parametrize("text", FOUND)
def test_a_name_is_found_by_the_beginning_of_any_of_its_words(text: str) -> None:
    searched = searched_prefixes(text)
    assert searched
    assert set(searched) <= set(prefixes_of(MUELLER))


@pytest.mark.parametrize("text", ["uller", "mx", "lu勒", "勒", "org", "scheidt", "jorgmuller"])
def test_no_middle_and_no_other_word_finds_it(text: str) -> None:
    assert not set(searched_prefixes(text)) <= set(prefixes_of(MUELLER))


@pytest.mark.parametrize("text", ["", " ", "m", "J.", "ö", "-", "<<", "١", "a b c"])
def test_nothing_is_searched_by_less_than_two_letters(text: str) -> None:
    assert searched_prefixes(text) == ()


def test_a_single_sign_of_chinese_japanese_or_korean_is_enough() -> None:
    for sign, name in {"贝": "贝诺拉", "金": "金", "김": "김민준", "あ": "アオイ"}.items():
        assert set(searched_prefixes(sign)) <= set(prefixes_of(RegisteredName("", "", name)))
        assert searched_prefixes(sign)


def test_a_longer_word_is_searched_by_its_first_letters() -> None:
    assert searched_prefixes("Wolfeschlegelstein") == ("wolfesch",)
    assert "wolfesch" in prefixes_of(RegisteredName("Wolfeschlegelstein", "Hubert"))


def test_everybody_is_found_by_every_word_of_the_own_name() -> None:
    for person in four_thousand():
        one = person.holder
        name = RegisteredName(one.surname, one.given_names, one.chinese_name, one.native_name)
        prefixes = prefixes_of(name)
        assert len(prefixes) == len(set(prefixes)) <= MAX_PREFIXES
        assert all(len(prefix) <= LONGEST for prefix in prefixes)
        for part in (name.surname, name.given_names, name.chinese_name, name.native_name):
            assert set(searched_prefixes(part or "")) <= set(prefixes)


@given(st.text(max_size=300))
def test_any_text_can_be_searched_and_any_name_indexed(text: str) -> None:
    assert len(searched_prefixes(text)) <= 8
    assert len(prefixes_of(RegisteredName(text, text, text, text))) <= MAX_PREFIXES
