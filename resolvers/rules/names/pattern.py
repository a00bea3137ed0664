"""Compares two names letter by letter without multiplying out their spellings.

The registered name becomes a small graph without circles: an edge for each character of each
spelling, jumps over what may be left out. The claimed letters are walked through it with the set of
places reached so far. Work is at most claimed letters x spellings x places, whatever the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from resolvers.rules.names.letters import Letter

INITIAL = "."
"""Goes before a letter that stands for a whole name. No spelling has a dot."""


class Pattern:
    """Every way in which a registered name may be written. Places are numbers; 0 is the start."""

    def __init__(self) -> None:
        self._edges: list[list[tuple[str, int]]] = [[]]
        self._jumps: list[list[int]] = [[]]
        self._ends: set[int] = set()

    @property
    def size(self) -> int:
        """The number of places, which bounds the work of one claimed letter."""
        return len(self._edges)

    def add_word(self, start: int, word: Sequence[Letter]) -> int:
        """A word that must be written; answers the place behind it."""
        for letter in word:
            end = self._place()
            for spelling in letter:
                self._add_path(start, spelling, end)
            start = end
        return start

    def add_optional_word(
        self, start: int, word: Sequence[Letter], *, initial_stands: bool = False
    ) -> int:
        """A word that may be left out or, where `initial_stands`, be cut to its first letter."""
        end = self.add_word(start, word)
        self._jumps[start].append(end)
        if initial_stands:
            for first in sorted({spelling[:1] for spelling in word[0] if spelling}):
                self._add_path(start, INITIAL + first, end)
        return end

    def add_end(self, place: int) -> None:
        self._ends.add(place)

    def accepts(self, letters: Iterable[Letter]) -> bool:
        """Whether one spelling of `letters` is one of the ways."""
        places = self._with_jumps({0})
        for letter in letters:
            reached: set[int] = set()
            for spelling in letter:
                reached |= self._walk(places, spelling)
            places = reached
        return not self._ends.isdisjoint(places)

    def _walk(self, places: set[int], spelling: str) -> set[int]:
        for char in spelling:
            places = self._with_jumps(
                {end for place in places for label, end in self._edges[place] if label == char}
            )
        return places

    def _with_jumps(self, places: set[int]) -> set[int]:
        waiting = list(places)
        while waiting:
            for end in self._jumps[waiting.pop()]:
                if end not in places:
                    places.add(end)
                    waiting.append(end)
        return places

    def _place(self) -> int:
        self._edges.append([])
        self._jumps.append([])
        return len(self._edges) - 1

    def _add_path(self, start: int, spelling: str, end: int) -> None:
        if not spelling:
            self._jumps[start].append(end)
            return
        for char in spelling[:-1]:
            middle = self._place()
            self._edges[start].append((char, middle))
            start = middle
        self._edges[start].append((spelling[-1], end))
