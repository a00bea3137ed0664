"""From letters to words, and the words that are not names: particles, suffixes, titles."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from resolvers.rules.names.letters import Letter, cleaned, is_written, letter_of

Word = tuple[Letter, ...]

_JOINERS = frozenset("·−")  # Catalan l·l; the minus sign that some keyboards give for a hyphen

_OF_SURNAMES = (
    "af al av bin bint da das de del della den der di do dos du e el ibn la las le los san santa "
    "st ter ten van von y zu zum zur"
)
_OF_GIVEN_NAMES = (
    "abd abdel abdul abdur abou abu al da das de del della di do dos du el la las los um umm"
)

SURNAME_PARTICLES = frozenset(_OF_SURNAMES.split())
"""Words at the head of a surname that catalogues put behind the given names."""

GIVEN_PARTICLES = frozenset(_OF_GIVEN_NAMES.split())
"""Words that make one given name with the word behind them. `Ben`, `Bin` and `Van` are given names
of their own and not here; so `bin` and `ibn` may be left out like any further name."""

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
"""Generational suffixes: some passports print them, some do not."""

TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms"})
"""Titles: some passports print a doctor's; people write the others out of habit."""


def words_of(text: str, *, hyphens_join: bool) -> list[Word]:
    """The words of `text`. Where `hyphens_join`, `Anna-Lena` is one word, otherwise two.
    Apostrophes always join; spaces, dots, commas, MRZ fillers and all else part."""
    words: list[Word] = []
    current: list[Letter] = []
    for char in cleaned(text) + " ":
        if is_written(char):
            current.append(letter_of(char))
        elif not (hyphens_join and (char in _JOINERS or unicodedata.category(char) == "Pd")):
            word = tuple(letter for letter in current if letter)
            if word:
                words.append(word)
            current = []
    return words


def key_of(word: Word) -> str:
    """The plain spelling of a word."""
    return "".join(letter[0] for letter in word)


def fold_name(text: str) -> str:
    """The plain spelling of a text, words parted by one space: `Ærøskøbing-Ålund` is
    `aeroskobing alund`. Folding twice changes nothing."""
    return " ".join(filter(None, map(key_of, words_of(text, hyphens_join=False))))


def units_of(words: Sequence[Word]) -> list[Word]:
    """Words with their particles: `al hassan karim` is two names, `al hassan` and `karim`."""
    units: list[Word] = []
    pending: Word = ()
    for word in words:
        pending += word
        if key_of(word) not in GIVEN_PARTICLES:
            units.append(pending)
            pending = ()
    if pending:
        units.append(pending)
    return units


def leading_particles(words: Sequence[Word]) -> int:
    """How many particles open a surname; the last word is never one."""
    count = 0
    while count < len(words) - 1 and key_of(words[count]) in SURNAME_PARTICLES:
        count += 1
    return count


def suffixes_of(words: Sequence[Word]) -> frozenset[str]:
    """The suffixes in a name. The first word is never one: `Ii` and `Iv` are surnames too."""
    return frozenset(key_of(word) for word in words[1:]) & SUFFIXES


def without_titles_and_suffixes(words: Sequence[Word]) -> list[Word]:
    first = 0
    while first < len(words) - 1 and key_of(words[first]) in TITLES:
        first += 1
    names = words[first:]
    return [*names[:1], *(word for word in names[1:] if key_of(word) not in SUFFIXES)]
