"""The code that a letter prints and its QR does not hold. Pure; randomness is passed in.

Without it the digest in the QR could be searched: who photographs a QR could try names and numbers
until one fits. Fifteen characters of 29 are 72 bits, out of reach however few the names are.

The alphabet has one of each pair that people confuse: no 0 O, 1 I L, no S (5) and no Z (2). 29 is
prime, so one check character finds every single wrong character and every two changed over; a code
that was mistyped is told apart from one that is wrong, and costs no attempt.
"""

from __future__ import annotations

import unicodedata
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRTUVWXY"
CODE_LENGTH: Final = 16
GROUP: Final = 4
RANDOM_BYTES: Final = 32
"""More than the 10 that would do, so that the remainder below favours no character."""

_MEANT: Final = str.maketrans({"S": "5", "Z": "2"})


def new_printed_code(randomness: bytes) -> str:
    """`XXXX-XXXX-XXXX-XXXX` from `RANDOM_BYTES` random bytes."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"a printed code is drawn from {RANDOM_BYTES} bytes")
    number = int.from_bytes(randomness, "big")
    drawn = ""
    for _ in range(CODE_LENGTH - 1):
        number, place = divmod(number, len(ALPHABET))
        drawn += ALPHABET[place]
    code = drawn + _check_character(drawn)
    return "-".join(code[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def read_code(typed: str) -> str | None:
    """The sixteen characters of a code, however it was grouped and cased; None for what is none
    or was mistyped. S and Z are taken for the 5 and 2 that were printed."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    code = "".join(char for char in plain if char.isalnum()).translate(_MEANT)
    if len(code) != CODE_LENGTH or any(char not in ALPHABET for char in code):
        return None
    return code if code[-1] == _check_character(code[:-1]) else None


def _check_character(drawn: str) -> str:
    """The sum of place (from 1) times value, modulo 29."""
    total = sum(place * ALPHABET.index(char) for place, char in enumerate(drawn, 1))
    return ALPHABET[total % len(ALPHABET)]
