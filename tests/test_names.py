"""Real-name matching: the table of pairs, a sentence for each rule, and properties."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from resolvers.rules.names import MAX_NAME_LENGTH, RegisteredName, fold_name, names_match
from resolvers.rules.names.letters import letter_of
from resolvers.rules.names.pattern import Pattern
from resolvers.rules.names.transliteration import ARABIC, CYRILLIC, GREEK, LATIN, PLAIN, SPELLINGS
from resolvers.rules.names.words import GIVEN_PARTICLES, SUFFIXES, TITLES, words_of
from tests.name_pairs import PAIRS, Pair

REGISTERED = RegisteredName("Quellenbrück", "Ottmar Anselm", "奎仑·奥特", "Оттмар Квелленбрюк")

LATIN_WORD = st.text("abcdefghijklmnopqrstuvwxyzäöüßøåæñéłžşıþð", min_size=2, max_size=12).filter(
    lambda word: fold_name(word) not in SUFFIXES | TITLES
)
CHARACTERS = st.characters()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.orthography}: {pair.reason}")
def test_a_pair_of_the_table_is_judged_as_the_table_says(pair: Pair) -> None:
    assert names_match(pair.claimed, pair.registered) is pair.matches, pair.reason


def test_the_table_is_wide_enough_to_mean_something() -> None:
    assert len(set(PAIRS)) == len(PAIRS) >= 60
    assert len({pair.orthography for pair in PAIRS}) >= 12
    refused = [pair for pair in PAIRS if not pair.matches]
    assert len(refused) >= 20


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.orthography}: {pair.reason}")
def test_composition_case_and_invisible_characters_never_change_the_verdict(pair: Pair) -> None:
    for claimed in (
        unicodedata.normalize("NFD", pair.claimed),
        unicodedata.normalize("NFC", pair.claimed),
        pair.claimed.upper(),
        f"\u2067{pair.claimed}\u2069",
        f"  {pair.claimed}\t",
    ):
        assert names_match(claimed, pair.registered) is pair.matches, pair.reason


@pytest.mark.parametrize(
    "claimed", ["", " ", "\u3000\t", "-", "<<<", "'", "·", "。", "\u200b", "\u0301", "ー"]
)
def test_a_claim_without_letters_matches_nothing(claimed: str) -> None:
    for registered in (REGISTERED, RegisteredName("", ""), RegisteredName("-", "'", "·", " ")):
        assert not names_match(claimed, registered)


@pytest.mark.parametrize("claimed", ["奎仑·奥特", "Оттмар Квелленбрюк", "Ottmar Quellenbrueck"])
def test_each_registered_form_is_enough_by_itself(claimed: str) -> None:
    assert names_match(claimed, REGISTERED)


def test_the_forms_are_not_mixed() -> None:
    assert not names_match("Ottmar 奎仑·奥特", REGISTERED)
    assert not names_match("Quellenbrück 奥特", REGISTERED)


def test_a_claim_longer_than_the_limit_never_matches() -> None:
    assert names_match("Ottmar Quellenbrück".ljust(MAX_NAME_LENGTH), REGISTERED)
    assert not names_match("Ottmar Quellenbrück".ljust(MAX_NAME_LENGTH + 1), REGISTERED)


def test_a_registered_part_longer_than_the_limit_never_matches() -> None:
    name = "a" * (MAX_NAME_LENGTH + 1)
    assert not names_match(name[:MAX_NAME_LENGTH], RegisteredName(name, "", name, name))


def test_without_diacritics_on_either_side_the_digraph_is_another_name() -> None:
    assert not names_match("Ada Muller", RegisteredName("Mueller", "Ada"))
    assert not names_match("Ada Mueller", RegisteredName("Muller", "Ada"))
    assert names_match("Ada Müller", RegisteredName("Mueller", "Ada"))
    assert names_match("Ada Müller", RegisteredName("Muller", "Ada"))


def test_an_initial_is_a_word_of_its_own() -> None:
    registered = RegisteredName("Berghain", "Anna Sofia")
    assert names_match("Anna S. Berghain", registered)
    assert not names_match("Annas Berghain", registered)


def test_a_registered_initial_does_not_stand_for_a_longer_name() -> None:
    assert not names_match("Anna Sofia Berghain", RegisteredName("Berghain", "Anna S."))


def test_a_title_or_suffix_is_never_the_whole_name() -> None:
    assert names_match("Haruto Ii", RegisteredName("Ii", "Haruto"))
    assert names_match("Ii Haruto Jr", RegisteredName("Ii", "Haruto"))
    assert not names_match("Haruto", RegisteredName("Ii", "Haruto"))
    assert not names_match("Dr.", RegisteredName("Dr.", "Ottmar"))


def test_ben_is_a_given_name_and_abdul_half_of_one() -> None:
    assert names_match("Ben Orrowby", RegisteredName("Orrowby", "Ben Lucan"))
    assert not names_match("Abdul Orrowby", RegisteredName("Orrowby", "Abdul Karim"))


def test_a_person_with_only_a_surname_is_known_by_it() -> None:
    assert names_match("wulandaru", RegisteredName("Wulandaru", ""))


def test_a_native_line_of_many_words_is_not_turned() -> None:
    line = "один два три четыре пять шесть семь восемь девять"
    registered = RegisteredName("", "", None, line)
    assert names_match(line, registered)
    assert not names_match("девять " + line.removesuffix(" девять"), registered)


def test_every_spelling_of_the_tables_is_compared_in_plain_letters() -> None:
    assert len(SPELLINGS) == sum(map(len, (LATIN, CYRILLIC, GREEK, ARABIC)))
    for letter, spellings in SPELLINGS.items():
        assert len(letter) == 1
        assert unicodedata.normalize("NFKC", letter.casefold()) == letter
        assert all(
            not spelling or (spelling.isascii() and spelling.islower()) for spelling in spellings
        )
        assert set(spellings) <= set(letter_of(letter))
    assert all(len(letter) == 1 for letter in PLAIN)


@given(st.text(CHARACTERS, max_size=60))
@example("ǅ ﷺ ẞ ŉ ΐ ᾳ")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)


@given(st.text(CHARACTERS), st.text(CHARACTERS), st.text(CHARACTERS), st.text(CHARACTERS))
def test_no_text_raises(claimed: str, surname: str, chinese: str, native: str) -> None:
    registered = RegisteredName(surname, claimed, chinese, native)
    assert isinstance(names_match(claimed, registered), bool)


@given(st.text(CHARACTERS, max_size=90), st.text(CHARACTERS, max_size=90))
def test_everybody_matches_the_own_name(surname: str, given_names: str) -> None:
    assume(fold_name(surname + " " + given_names))
    registered = RegisteredName(surname, given_names)
    assert names_match(f"{surname} {given_names}", registered)
    assert names_match(f"{given_names} {surname}", registered)


@given(LATIN_WORD, LATIN_WORD, LATIN_WORD, LATIN_WORD)
def test_whole_names_match_both_ways_or_neither(a: str, b: str, c: str, d: str) -> None:
    one_way = names_match(f"{a} {b}", RegisteredName(d, c))
    other_way = names_match(f"{c} {d}", RegisteredName(b, a))
    assert one_way is other_way


@given(LATIN_WORD, LATIN_WORD, LATIN_WORD, st.sampled_from([" ", "  ", "-", "<<", "<", ", ", ". "]))
def test_case_order_and_separators_never_matter(
    surname: str, first: str, claimed: str, separator: str
) -> None:
    registered = RegisteredName(surname, first)
    verdict = names_match(f"{claimed} {surname}", registered)
    assert verdict is names_match(f"{claimed}{separator}{surname}", registered)
    assert verdict is names_match(f"{surname}{separator}{claimed}", registered)
    assert verdict is names_match(f"{claimed} {surname}".upper(), registered)
    assert verdict is names_match(" ".join(f"{surname} {claimed}"), registered)


@given(st.text("abcdefghiklmnopqrst", min_size=2), LATIN_WORD, LATIN_WORD)
def test_a_different_surname_never_matches(surname: str, given_name: str, middle: str) -> None:
    assume(len(surname) + len(given_name) + len(middle) < MAX_NAME_LENGTH - 10)
    registered = RegisteredName(surname, f"{given_name} {middle}")
    for different in (surname + "x", "v" + surname, surname[:-1] + "w"):
        assert not names_match(f"{given_name} {different}", registered)
        assert not names_match(f"{different} {given_name} {middle}", registered)


@given(st.lists(LATIN_WORD, min_size=2, max_size=5, unique=True), st.data())
def test_further_given_names_may_be_left_out_but_not_the_first(
    names: list[str], data: st.DataObject
) -> None:
    registered = RegisteredName("Xyxquarr", " ".join(names))
    kept = data.draw(st.sets(st.sampled_from(names[1:])))
    further = [name for name in names[1:] if name in kept]
    assume(GIVEN_PARTICLES.isdisjoint(map(fold_name, names)))
    assert names_match(" ".join([names[0], *further, "Xyxquarr"]), registered)
    assert not names_match("Xyxquarr", registered)


def test_hostile_names_cost_no_more_than_their_length() -> None:
    words = words_of("ü" * MAX_NAME_LENGTH, hyphens_join=True)
    pattern = Pattern()
    pattern.add_end(pattern.add_word(0, words[0]))
    places_per_letter = 1 + sum(len(spelling) - 1 for spelling in letter_of("ü"))
    assert pattern.size == 1 + MAX_NAME_LENGTH * places_per_letter
    assert pattern.accepts(words[0])
    assert not pattern.accepts([*words[0], letter_of("x")])


@pytest.mark.parametrize("char", ["ü", "ъ", "ﷺ", "\u0301", "щ", "가", "a\u0301", "é "])
def test_a_claim_of_the_limit_in_hostile_letters_gets_an_answer(char: str) -> None:
    claimed = (char * MAX_NAME_LENGTH)[:MAX_NAME_LENGTH]
    registered = RegisteredName(claimed, claimed, claimed, claimed)
    assert not names_match(claimed[:-1] + "x", registered)
