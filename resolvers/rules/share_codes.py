"""Share codes: nine characters that a holder hands to somebody who shall see a part of its record.
Pure; randomness is passed in.

The first tells the purpose, the last is a check character, the seven between are random: with 23
characters each, 31.7 bits, 3.4 billion codes of each purpose.

The alphabet has one of each group that people confuse in print or handwriting: no 0 O Q (D), no
1 I L, no Z (2), S (5), G (6), B (8) and U (V). Without A and E nothing is left that spells a word.
23 is prime, and the places have different weights, so one check character finds every single wrong
character and any two that were changed over, neighbours or not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from resolvers.rules.bundles import SharingPurpose

ALPHABET: Final = "23456789CDFHJKMNPRTVWXY"
CODE_LENGTH: Final = 9
GROUP: Final = 3
RANDOM_LENGTH: Final = 7
RANDOM_BYTES: Final = 32
"""More than the 4 that would do, so that the remainder below favours no character."""

PURPOSE_LETTERS: Final[Mapping[SharingPurpose, str]] = {
    SharingPurpose.WORK: "W",
    SharingPurpose.HOUSING: "H",
    SharingPurpose.BANKING: "K",
    SharingPurpose.EDUCATION: "D",
    SharingPurpose.INSURANCE: "N",
    SharingPurpose.PUBLIC_SERVICE: "P",
}
_PURPOSES: Final = {letter: purpose for purpose, letter in PURPOSE_LETTERS.items()}
_MEANT: Final = str.maketrans(
    {"0": "D", "O": "D", "Q": "D", "Z": "2", "S": "5", "G": "6", "B": "8", "U": "V"}
)
_DASHES: Final = frozenset("-‐‑‒–—―−_.")


def new_share_code(purpose: SharingPurpose, randomness: bytes) -> str:
    """Nine characters from `RANDOM_BYTES` bytes that nobody can guess."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"a share code is drawn from {RANDOM_BYTES} bytes")
    number = int.from_bytes(randomness, "big")
    drawn = PURPOSE_LETTERS[purpose]
    for _ in range(RANDOM_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        drawn += ALPHABET[place]
    return drawn + check_character(drawn)


def check_character(drawn: str) -> str:
    """What makes the sum of value times weight, 9 down to 1 from the left, divisible by 23."""
    total = sum((CODE_LENGTH - place) * ALPHABET.index(char) for place, char in enumerate(drawn))
    return ALPHABET[-total % len(ALPHABET)]


def read_share_code(typed: str) -> str | None:
    """The code, however it was spaced, hyphenated and cased; None for what is none or was mistyped.
    A character that we never print is taken for the one that looks like it."""
    code = plain_code(typed).translate(_MEANT)
    if len(code) != CODE_LENGTH or any(char not in ALPHABET for char in code):
        return None
    return code if code[0] in _PURPOSES and code[-1] == check_character(code[:-1]) else None


def plain_code(typed: str) -> str:
    """Upper case, without spaces and hyphens, and nothing else changed."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(char for char in plain if not char.isspace() and char not in _DASHES)


def purpose_of(code: str) -> SharingPurpose:
    """Of a code that `read_share_code` answered."""
    return _PURPOSES[code[0]]


def shown_code(code: str) -> str:
    """`XXX XXX XXX`, as it is read out and typed."""
    return " ".join(code[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


class ShareCodeState(StrEnum):
    """Why a code is good or not; computed, never stored."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    USED_UP = "USED_UP"
    LOCKED = "LOCKED"


@dataclass(frozen=True)
class ShareCodeFacts:
    """`locked_until` is the end of the block that wrong birth dates have brought, if there is
    one."""

    revoked_at: datetime | None
    expires_at: datetime
    uses_left: int
    locked_until: datetime | None = None


def share_code_state(facts: ShareCodeFacts, now: datetime) -> ShareCodeState:
    """What the holder did comes first, then what has ended by itself."""
    if facts.revoked_at is not None:
        return ShareCodeState.REVOKED
    if now >= facts.expires_at:
        return ShareCodeState.EXPIRED
    if facts.uses_left < 1:
        return ShareCodeState.USED_UP
    if facts.locked_until is not None and now < facts.locked_until:
        return ShareCodeState.LOCKED
    return ShareCodeState.ACTIVE
