"""What a caller asked for, as a plain value: document fields and edges to related documents.

The schema floor makes it from GraphQL's field nodes; `resolvers.pipeline` compiles it. No GraphQL
type is known here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


class BadCursor(ValueError):
    """A cursor that we did not make. Carries nothing of it."""


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the order field's instant and the document's random id. Opaque to
    clients; holds no personal data."""

    at: datetime
    document_id: str

    def encode(self) -> str:
        millis = round(self.at.timestamp() * 1000)
        return base64.urlsafe_b64encode(f"{millis}.{self.document_id}".encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Cursor:
        if len(text) > _MAX_CURSOR_LENGTH:
            raise BadCursor
        try:
            millis, document_id = base64.b64decode(text, b"-_", validate=True).decode().split(".")
            return cls(datetime.fromtimestamp(int(millis) / 1000, UTC), document_id)
        except (ValueError, OverflowError, OSError, binascii.Error):
            raise BadCursor from None


_MAX_CURSOR_LENGTH = 120


@dataclass(frozen=True)
class Page:
    """`first` rows after a cursor; one more is read to know whether there are others."""

    first: int
    after: Cursor | None = None


@dataclass(frozen=True)
class Selection:
    """Dotted document paths to return, sealed fields to open, and edges by the key under which
    their rows are to stand. `opens`: a sealed text that is part of the record, such as the words of
    a decision, is to be read, which is no reveal of an identity."""

    paths: frozenset[str] = frozenset()
    reveals: frozenset[str] = frozenset()
    opens: bool = False
    edges: Mapping[str, Edge] = field(default_factory=dict)


@dataclass(frozen=True)
class Edge:
    """Follow `relation` and select there. `page` is None for a relation to one document; `where`
    narrows the rows, by values of our own making."""

    relation: str
    selection: Selection
    page: Page | None = None
    where: Mapping[str, Any] = field(default_factory=dict)


def reveals_anything(selection: Selection) -> bool:
    return bool(selection.reveals) or any(
        reveals_anything(edge.selection) for edge in selection.edges.values()
    )


def needs_key(selection: Selection) -> bool:
    """Whether something sealed is to be opened, here or below."""
    return (
        selection.opens
        or bool(selection.reveals)
        or any(needs_key(edge.selection) for edge in selection.edges.values())
    )
