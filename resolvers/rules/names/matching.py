"""Whether a name as its bearer types it is the name that is registered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.rules.names.letters import Letter
from resolvers.rules.names.pattern import INITIAL, Pattern
from resolvers.rules.names.words import (
    SUFFIXES,
    TITLES,
    Word,
    key_of,
    leading_particles,
    suffixes_of,
    units_of,
    without_titles_and_suffixes,
    words_of,
)

MAX_NAME_LENGTH = 200
"""Characters of a claimed name, and of each registered part; a longer one never matches."""

_MAX_LETTERS = 2 * MAX_NAME_LENGTH  # some single characters stand for whole words
_MAX_TURNED_WORDS = 8
_COMMAS = re.compile("[,，、،]")


@dataclass(frozen=True)
class RegisteredName:
    """A name in the forms that the registration holds. `surname` or `given_names` may be empty,
    for people with one name; both are Latin, as the visual zone of the passport writes them, with
    their diacritics. `native_name` is in another script, in one line, either in its usual order or
    as `surname, given names`."""

    surname: str
    given_names: str
    chinese_name: str | None = None
    native_name: str | None = None


def names_match(claimed: str, registered: RegisteredName) -> bool:
    """Whether `claimed` is one of the registered forms of the name. Never raises.

    What does not matter: case, spaces, hyphens, apostrophes, dots, commas and MRZ fillers (`<`),
    width and composition of characters, invisible characters, diacritics. A letter with a diacritic
    equals its ICAO 9303-3 spellings (`Ü`: U, UE, UXX) on either side; `MUELLER` and `MULLER`,
    neither with a diacritic, are different names. Cyrillic, Greek and Arabic letters also equal
    their Latin spellings.

    What must be there:

    1. The whole surname, particles and both halves of a double surname included, in its order,
       before or after the given names. Leading particles may go to the end (`Berg, Jan van den`).
    2. The first given name in full. A hyphenated name is one name, and so is a particle with the
       word behind it (`Abdul Rahman`, `Al Hassan`).
    3. Further given names may be left out. Those written must be registered ones and in registered
       order. A separate single letter stands for such a name that it begins, never for a first one.
    4. Somebody with a single name part writes all of it. A surname alone never matches otherwise.
    5. Generational suffixes (Jr, Sr, II, III, IV) and leading titles may be left out or added, but
       two different suffixes do not match.
    6. A native name with a comma follows the same rules. Without one all its words are written,
       in the registered order or turned (`A B C`, `B C A`, `C A B`).
    7. A Chinese name is written whole; simplified and traditional characters differ.

    A name cut short in the MRZ is not accepted: it lacks what 1 and 2 ask for. An empty claim, or
    one without letters, matches nothing, and nor does one longer than `MAX_NAME_LENGTH`.
    """
    if len(claimed) > MAX_NAME_LENGTH:
        return False
    words = words_of(claimed, hyphens_join=False)
    if not words or sum(map(len, words)) > _MAX_LETTERS:
        return False
    # Every form is tried before the answer, so that the work tells little of which one fits.
    verdicts = [form.accepts(words) for form in _forms_of(registered)]
    return any(verdicts)


@dataclass(frozen=True)
class _Form:
    pattern: Pattern
    suffixes: frozenset[str]

    def accepts(self, words: Sequence[Word]) -> bool:
        if self.pattern.accepts(_letters_of(words)):
            return True
        claimed_suffixes = suffixes_of(words)
        if claimed_suffixes and self.suffixes and claimed_suffixes != self.suffixes:
            return False
        return self.pattern.accepts(_letters_of(without_titles_and_suffixes(words)))


def _letters_of(words: Sequence[Word]) -> list[Letter]:
    letters: list[Letter] = []
    for word in words:
        if len(word) == 1 and word[0][0].upper() != word[0][0]:
            initials = {INITIAL + spelling[0] for spelling in word[0] if spelling}
            letters.append((*word[0], *sorted(initials)))
        else:
            letters.extend(word)
    return letters


def _forms_of(registered: RegisteredName) -> list[_Form]:
    forms = [_form_of_parts(registered.surname, registered.given_names)]
    if registered.native_name is not None:
        surname, *given_names = _COMMAS.split(registered.native_name, maxsplit=1)
        if given_names:
            forms.append(_form_of_parts(surname, given_names[0]))
        else:
            forms.append(_form_of_line(registered.native_name, turned=True))
    if registered.chinese_name is not None:
        forms.append(_form_of_line(registered.chinese_name, turned=False))
    return [form for form in forms if form is not None]


def _form_of_parts(surname: str, given_names: str) -> _Form | None:
    if max(len(surname), len(given_names)) > MAX_NAME_LENGTH:
        return None
    surname_words = words_of(surname, hyphens_join=True)
    given_words = words_of(given_names, hyphens_join=True)
    if not surname_words or not given_words:
        return _form_of_line(surname if surname_words else given_names, turned=False)
    pattern = Pattern()
    pattern.add_end(_add_given(pattern, _add_whole(pattern, 0, surname_words), given_words))
    pattern.add_end(_add_whole(pattern, _add_given(pattern, 0, given_words), surname_words))
    particles = leading_particles(surname_words)
    if particles:
        place = _add_whole(pattern, 0, surname_words[particles:])
        place = _add_given(pattern, place, given_words)
        pattern.add_end(_add_whole(pattern, place, surname_words[:particles]))
    return _Form(pattern, suffixes_of(surname_words) | suffixes_of(given_words))


def _form_of_line(line: str, *, turned: bool) -> _Form | None:
    words = words_of(line, hyphens_join=True)
    if not words or len(line) > MAX_NAME_LENGTH:
        return None
    pattern = Pattern()
    turns = len(words) if turned and len(words) <= _MAX_TURNED_WORDS else 1
    for turn in range(turns):
        pattern.add_end(_add_whole(pattern, 0, [*words[turn:], *words[:turn]]))
    return _Form(pattern, suffixes_of(words))


def _add_whole(pattern: Pattern, place: int, words: Sequence[Word]) -> int:
    """All words of a part; only a title before it or a suffix behind may be left out."""
    for index, word in enumerate(words):
        is_title = index < len(words) - 1 and key_of(word) in TITLES
        is_suffix = index > 0 and key_of(word) in SUFFIXES
        add = pattern.add_optional_word if is_title or is_suffix else pattern.add_word
        place = add(place, word)
    return place


def _add_given(pattern: Pattern, place: int, words: Sequence[Word]) -> int:
    titles = len(words) - len(_after_titles(words))
    for title in words[:titles]:
        place = pattern.add_optional_word(place, title)
    first, *further = units_of(words[titles:])
    place = pattern.add_word(place, first)
    for unit in further:
        place = pattern.add_optional_word(place, unit, initial_stands=True)
    return place


def _after_titles(words: Sequence[Word]) -> Sequence[Word]:
    while len(words) > 1 and key_of(words[0]) in TITLES:
        words = words[1:]
    return words
