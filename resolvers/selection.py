"""What a caller asked for, as a plain value: document fields and edges to related documents.

The schema floor makes it from GraphQL's field nodes; `resolvers.pipeline` compiles it. No GraphQL
type is known here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from resolvers.rules.roster import RosterFilter, TaskFilter
from resolvers.rules.tallies import Tally

T = TypeVar("T")


class BadCursor(ValueError):
    """A cursor that we did not make. Carries nothing of it."""


@dataclass(frozen=True)
class ListOrder:
    """A list and the instant by which it is walked, which must never change for a document, or
    whoever pages would miss one or see it twice.

    `ascending` is None where the relation says in which direction. A list that is offered in both
    directions is walked on one index, so the ids of one instant run the other way too.
    """

    mark: str
    path: str
    ascending: bool | None = None


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the list's mark, the order field's instant and the document's random id.
    Opaque to clients; holds no personal data."""

    mark: str
    at: datetime
    document_id: str

    def encode(self) -> str:
        millis = round(self.at.timestamp() * 1000)
        text = f"{self.mark}.{millis}.{self.document_id}"
        return base64.urlsafe_b64encode(text.encode()).decode()

    @classmethod
    def decode(cls, text: str, mark: str) -> Cursor:
        """Raises BadCursor, also for a cursor of another list or of the same in another order."""
        if len(text) > _MAX_CURSOR_LENGTH:
            raise BadCursor
        try:
            of, millis, document_id = (
                base64.b64decode(text, b"-_", validate=True).decode().split(".")
            )
            found = cls(of, datetime.fromtimestamp(int(millis) / 1000, UTC), document_id)
        except (ValueError, OverflowError, OSError, binascii.Error):
            raise BadCursor from None
        if found.mark != mark:
            raise BadCursor
        return found


_MAX_CURSOR_LENGTH = 160


@dataclass(frozen=True)
class Page:
    """`first` rows after a cursor; one more is read to know whether there are others. `order` where
    the list is walked otherwise than its relation says."""

    first: int
    after: Cursor | None = None
    order: ListOrder | None = None


@dataclass(frozen=True)
class Selection:
    """Dotted document paths to return, sealed fields to open, and edges by the key under which
    their rows are to stand. `opens`: a sealed text that is part of the record, such as the words of
    a decision, is to be read, which is no reveal of an identity. `shows`: what of a holder an
    employer is shown in full by duty, by the names of the audit trail. `made` is what was made of
    it, by what: a selection that is kept for the next operation keeps that too."""

    paths: frozenset[str] = frozenset()
    reveals: frozenset[str] = frozenset()
    opens: bool = False
    edges: Mapping[str, Edge] = field(default_factory=dict)
    shows: frozenset[str] = frozenset()
    made: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, name: str, make: Callable[[Selection], T]) -> T:
        """What `make` makes of this selection, under a name of its own."""
        if name not in self.made:
            self.made[name] = make(self)
        made: T = self.made[name]
        return made


@dataclass(frozen=True)
class Edge:
    """Follow `relation` and select there. `page` is None for a relation to one document; `where`
    narrows the rows, by values of our own making, `of_root` to those whose field of this name is
    the id of the read's root document. `wanted`, `tally` and `numbers` say the same of an
    employer's rows and are still to be told the clock and the keys (`resolvers.roster`); what comes
    of them are `where` and `counted`, the expression by which rows are counted instead of read
    ({}: all together)."""

    relation: str
    selection: Selection
    page: Page | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    wanted: RosterFilter | TaskFilter | None = None
    tally: Tally | None = None
    numbers: tuple[str, ...] | None = field(default=None, repr=False)
    counted: Mapping[str, Any] | None = None
    of_root: str | None = None


def reveals_anything(selection: Selection) -> bool:
    return bool(selection.reveals) or any(
        reveals_anything(edge.selection) for edge in selection.edges.values()
    )


def needs_key(selection: Selection) -> bool:
    """Whether something sealed is to be opened, here or below."""
    return (
        selection.opens
        or bool(selection.reveals)
        or bool(selection.shows)
        or any(needs_key(edge.selection) for edge in selection.edges.values())
    )
