"""Drawing from a path: the same path always gives the same draws, on every machine and version.

SHA-256 over path and counter, not `random`, whose methods may draw otherwise in another Python.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from api.ids import ALPHABET, ID_LENGTH

_T = TypeVar("_T")
_DRAW_BYTES = 4
_ID_CHARACTERS = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))


class Weighted(Generic[_T]):
    """Choices with their shares; a share is a positive whole number."""

    __slots__ = ("_bounds", "_choices")

    def __init__(self, *shares: tuple[_T, int]) -> None:
        self._choices = [choice for choice, _ in shares]
        self._bounds = list(accumulate(share for _, share in shares))

    @property
    def total(self) -> int:
        return self._bounds[-1]

    @property
    def choices(self) -> Sequence[_T]:
        return self._choices

    def at(self, place: int) -> _T:
        """The choice whose share covers `place`, counted from 0 below `total`."""
        return self._choices[bisect(self._bounds, place)]


class Draw:
    """A stream of numbers that follows from its path alone."""

    __slots__ = ("_bytes", "_counter", "_path", "_used")

    def __init__(self, path: str) -> None:
        self._path = path
        self._counter = 0
        self._bytes = b""
        self._used = 0

    def below(self, bound: int) -> int:
        """0 to `bound` - 1; `bound` is far below 2^32, so the bias does not show."""
        if self._used >= len(self._bytes):
            message = f"{self._path}#{self._counter}".encode()
            self._bytes = hashlib.sha512(message).digest()
            self._counter += 1
            self._used = 0
        end = self._used + _DRAW_BYTES
        drawn = int.from_bytes(self._bytes[self._used : end], "big")
        self._used = end
        return (drawn * bound) >> 32

    def between(self, lowest: int, highest: int) -> int:
        """Both ends included."""
        return lowest + self.below(highest - lowest + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, choices: Sequence[_T]) -> _T:
        return choices[self.below(len(choices))]

    def weighted(self, table: Weighted[_T]) -> _T:
        return table.at(self.below(table.total))


def drawn_id(kind: str, path: str) -> str:
    """An id in the form of `api.ids.new_id`, that follows from kind and path.

    What stands in the path before a colon leads the id (`shelf`): documents that are written
    together then lie together in every index, which keeps a large load within a small cache.
    """
    lead, _, _ = path.rpartition(":")
    digest = hashlib.sha256(f"{kind}:{path}".encode()).digest()
    drawn = digest[: ID_LENGTH - len(lead)].translate(_ID_CHARACTERS).decode()
    return f"{kind}_{lead}{drawn}"


def shelf(number: int) -> str:
    """Five characters that sort as the numbers do, below 32^5."""
    return "".join(ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))
