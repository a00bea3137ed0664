"""By which beginnings of its words a name is found in a list. Pure.

A list of people is searched by the first letters of any word of a name, whatever its case, accents
or script. Words that are written with signs that each stand for a word or syllable (Chinese and
Japanese) are found from the first sign on, all others from the second letter on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from resolvers.rules.names.matching import MAX_NAME_LENGTH, RegisteredName
from resolvers.rules.names.words import Word, key_of, words_of

SHORTEST: Final = 2
LONGEST: Final = 8
"""A longer word is found by its first letters, as many as these."""
MAX_PREFIXES: Final = 120
"""Of one name; those of the last words are left out of a longer one."""
MAX_SEARCHED: Final = 8
"""Words that one search takes; further ones are not looked at."""

# A Korean syllable is compared as its letters, two or three, so it needs no place here.
_SIGNS: Final = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x9FFF))
_SIGNS_BEYOND: Final = 0x20000
_PLAIN_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")


def prefixes_of(name: RegisteredName) -> tuple[str, ...]:
    """Each once, at most `MAX_PREFIXES`; those of surname and given names first."""
    parts = (name.surname, name.given_names, name.chinese_name, name.native_name)
    found: dict[str, None] = {}
    for part in parts:
        for word in words_of((part or "")[:MAX_NAME_LENGTH], hyphens_join=False):
            for spelling in _spellings(word):
                found.update(dict.fromkeys(_beginnings(spelling)))
    return tuple(found)[:MAX_PREFIXES]


def searched_prefixes(text: str) -> tuple[str, ...]:
    """What a name must have all of to be found by `text`: the beginning of each of its words. A
    word that is too short to be searched is left out; empty where none is long enough."""
    words = words_of(text[:MAX_NAME_LENGTH], hyphens_join=False)
    cut = (key_of(word)[:LONGEST] for word in words)
    return tuple(dict.fromkeys(one for one in cut if len(one) >= _shortest(one)))[:MAX_SEARCHED]


def _spellings(word: Word) -> Iterator[str]:
    """`müller` and `mueller`: as it is typed without the marks, and as passports print it."""
    yield key_of(word)
    yield "".join(
        letter[1] if len(letter) > 1 and letter[0] in _PLAIN_LATIN else letter[0] for letter in word
    )


def _beginnings(word: str) -> Iterator[str]:
    for length in range(_shortest(word), min(len(word), LONGEST) + 1):
        yield word[:length]


def _shortest(word: str) -> int:
    first = ord(word[0]) if word else 0
    is_sign = first >= _SIGNS_BEYOND or any(low <= first <= high for low, high in _SIGNS)
    return 1 if is_sign else SHORTEST
