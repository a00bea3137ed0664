"""Looks like one before within the hour, whose lines say what was seen by the line of the first.

A line that names 50 people has 50 keys in the index of their ledgers, each in another place, and
with its other names they cost MongoDB a fifth of all that a list of 50 costs it. A portal asks for
the same page again and again. So a line that says what another said within the hour, but for its
instant, request and address, leaves out who and what was seen: `repeats` leads to the line that
names it.

What is remembered is this process's own: digests of lines that the majority of the database has.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from auth.mongo import Document

SPAN: Final = timedelta(hours=1)
"""From the first look on, by the instants of the lines."""
MIN_PEOPLE: Final = 10
"""Of fewer it saves little: a line that repeats has a key too, in the index of `repeats`."""
MAX_KNOWN: Final = 5_000
"""Lines that are remembered; those that nobody repeated for longest are forgotten."""
MAX_REPEATS: Final = 100
"""Of one line, so that whoever reads it can be told all of them; a whole one comes next."""
REPEATING: Final[Mapping[str, Any]] = {"repeats": {"$type": "string"}}
"""The lines of looks like one before."""
LEFT_OUT: Final[Mapping[str, Any]] = {"people": [], "objects": [], "fields": []}
"""Of such a line: it stands in the first."""
_BETWEEN: Final = "\x1f"
_NONE: Final = "\x1e"


@dataclass(slots=True)
class _First:
    line_id: str
    at: datetime
    repeats: int = 0


class RepeatedLooks:
    """`shortened` says what is to be written; `remember` is told once it is there, and never of
    what may not be."""

    def __init__(self, most: int = MAX_KNOWN) -> None:
        self._most = most
        self._known: OrderedDict[bytes, _First] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def shortened(
        self, lines: Sequence[Document]
    ) -> tuple[Sequence[Document], Sequence[tuple[bytes, Document]]]:
        """The lines to write, and those among them that others may repeat, with their digests."""
        written, whole = [], []
        for line in lines:
            digest = digest_of(line)
            first = None if digest is None else self._first(digest, line["at"])
            if first is not None:
                line = {**line, **LEFT_OUT, "repeats": first.line_id}
            elif digest is not None:
                whole.append((digest, line))
            written.append(line)
        return written, whole

    def remember(self, whole: Sequence[tuple[bytes, Document]]) -> None:
        """The majority of the database has these."""
        for digest, line in whole:
            self._known[digest] = _First(line["_id"], line["at"])
            self._known.move_to_end(digest)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def _first(self, digest: bytes, at: datetime) -> _First | None:
        first = self._known.get(digest)
        if first is None or first.repeats >= MAX_REPEATS:
            return None
        if not timedelta(0) <= at - first.at < SPAN:
            return None
        first.repeats += 1
        self._known.move_to_end(digest)
        return first


def digest_of(line: Document) -> bytes | None:
    """Of everything that a line says but whose it is (`_id`), its instant, request and address;
    None for one that is stored whole in any case."""
    people, objects, actor = line["people"], line["objects"], line["actor"]
    if len(people) < MIN_PEOPLE or line["evidence"] is not None:
        return None
    parts = [
        line["action"],
        line["result"],
        *(_NONE if one is None else one for one in actor.values()),
        _NONE if line["holder_id"] is None else line["holder_id"],
        _NONE if line["purpose"] is None else line["purpose"],
        str(len(people)),
        *people,
        str(len(objects)),
        *objects,
        *line["fields"],
    ]
    text = _BETWEEN.join(parts)
    # No id, code or name has it; if one did, two lines could look the same.
    if text.count(_BETWEEN) != len(parts) - 1:
        return None
    return blake2b(text.encode(), digest_size=16).digest()
