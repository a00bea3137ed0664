"""In which order the places of a status list are given out. Pure.

The order is a permutation keyed by the list's secret, so that neighbours in time are no neighbours
in the list and no place is given twice: four rounds of a Feistel network over two bytes, with
HMAC-SHA-256. Whoever has no secret sees random numbers; nothing else hangs on it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

SIZE: Final = 1 << 16
MAX_GIVEN: Final = SIZE // 4
"""Credentials of one list."""
DECOYS: Final = 2_048
"""Places that are never given out and look like a credential that holds: without them the list
would count those that do."""
_ROUNDS: Final = 4


def place_of(secret: bytes, turn: int) -> int:
    """The place of the credential that comes as `turn`, from 0."""
    if not 0 <= turn < SIZE:
        raise ValueError("a list has no such turn")
    left, right = divmod(turn, 256)
    for number in range(_ROUNDS):
        digest = hmac.digest(secret, bytes([number, right]), hashlib.sha256)
        left, right = right, left ^ digest[0]
    return left * 256 + right


def decoys_of(secret: bytes) -> list[int]:
    """The last turns of the order, which `MAX_GIVEN` never reaches."""
    return [place_of(secret, SIZE - 1 - turn) for turn in range(DECOYS)]
