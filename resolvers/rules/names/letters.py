"""From text to letters: each letter with the few spellings that stand for it.

A letter is a tuple of spellings, its plain form first: `ü` is `("u", "ue", "uxx")`. Two letters are
compared by walking their spellings (`pattern`), so a name never has to be multiplied out.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from resolvers.rules.names.transliteration import PLAIN, SPELLINGS

Letter = tuple[str, ...]
"""The spellings of one written letter, plain form first."""

_APOSTROPHES = "'`´‘’‛′׳՚Ꞌꞌʹʺʻʼʽʾʿˈ"
_UNSEEN = (
    "\u034f\u0640\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # joiner, tatweel, Hangul and Khmer fillers
    + "".join(map(chr, range(0x180B, 0x1810)))  # Mongolian variation selectors
    + "".join(map(chr, range(0xFE00, 0xFE10)))  # variation selectors
    + "".join(map(chr, range(0xE0100, 0xE01F0)))  # ideographic variation selectors
)
_DROPPED = dict.fromkeys(map(ord, _APOSTROPHES + _UNSEEN))
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)} | {0x309D: 0x30FD, 0x309E: 0x30FE}
_MYANMAR_TONE = "\u1037"
_NUKTA = 7


def cleaned(text: str) -> str:
    """One case, one width, one composition; no apostrophe, control, joiner or filler."""
    text = unicodedata.normalize("NFKC", _without_unseen(text)).casefold()
    return unicodedata.normalize("NFKC", _without_unseen(text))


def _without_unseen(text: str) -> str:
    text = text.translate(_DROPPED)
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def is_written(char: str) -> bool:
    """Whether `char` belongs to a word: letters, digits, and marks that ride on letters."""
    return unicodedata.category(char)[0] in "LMN"


@lru_cache(maxsize=4096)
def letter_of(char: str) -> Letter:
    """The spellings of one cleaned character; empty for a mark that people leave out.

    Keyed by single characters, so the cache holds no name.
    """
    spellings = [_plain(char)]
    form = char
    while True:
        spellings.extend(SPELLINGS.get(form, ()))
        decomposition = unicodedata.decomposition(form)
        if not decomposition or decomposition.startswith("<"):
            break
        # One mark at a time: ǘ is first a ü, which has spellings of its own, and then a u.
        form = chr(int(decomposition.split()[0], 16))
    unique = tuple(dict.fromkeys(spellings))
    return () if unique == ("",) else unique


def _plain(char: str) -> str:
    bare = [mark for mark in unicodedata.normalize("NFKD", char) if not _is_optional_mark(mark)]
    return "".join(PLAIN.get(base, base) for base in bare).translate(_KATAKANA)


def _is_optional_mark(char: str) -> bool:
    """Accents, Hebrew points, Arabic vowel signs and hamza, the Indic nukta. Not what makes another
    letter or syllable: Indic and Thai vowel signs, tone marks, viramas, Japanese voicing marks."""
    order = unicodedata.combining(char)
    return 10 <= order <= 36 or order >= 200 or (order == _NUKTA and char != _MYANMAR_TONE)
