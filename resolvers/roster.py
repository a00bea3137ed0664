"""What an employer is shown of the people whom it sponsors: its lists narrowed by the clock and
under its own keys, and the trail of whom it was shown in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auth.audit import MAX_PEOPLE, AuditAction, AuditLine
from auth.mongo import Document
from resolvers.graph import RELATIONS
from resolvers.pipeline import EDGES
from resolvers.rules.roster import RosterFilter, employments_match, permits_match
from resolvers.selection import Edge, Selection
from resolvers.store import employments


def narrowed(selection: Selection, collection: str, now: datetime) -> Selection:
    """The selection of an employer's desk with each filter of a list said as one of documents."""
    if not selection.edges:
        return selection
    edges = {key: _narrowed_edge(edge, collection, now) for key, edge in selection.edges.items()}
    return replace(selection, edges=edges)


def _narrowed_edge(edge: Edge, collection: str, now: datetime) -> Edge:
    related = RELATIONS[collection][edge.relation].collection
    below = narrowed(edge.selection, related, now)
    if edge.wanted is None:
        return replace(edge, selection=below)
    where = _where(edge.wanted, related, now)
    return replace(edge, selection=below, wanted=None, where={**edge.where, **where})


def _where(wanted: RosterFilter, collection: str, now: datetime) -> Mapping[str, Any]:
    match_of = employments_match if collection == employments.NAME else permits_match
    return match_of(wanted, now, ())


@dataclass(frozen=True)
class Shown:
    """A row of which an employer is shown something in full, and what."""

    object_id: str
    holder_id: str
    fields: frozenset[str]


def shown_in(collection: str, document: Document, selection: Selection) -> Iterator[Shown]:
    """Every such row in the tree below the document."""
    if selection.shows:
        yield Shown(document["_id"], document["holder_id"], selection.shows)
    for key, edge in selection.edges.items():
        if not edge.counts:
            related = RELATIONS[collection][edge.relation].collection
            for row in document[EDGES][key]:
                yield from shown_in(related, row, edge.selection)


def shown_lines(shown: Sequence[Shown]) -> list[AuditLine]:
    """One; more only where a line cannot name all people."""
    people = sorted({one.holder_id for one in shown})
    fields = sorted({name for one in shown for name in one.fields})
    lines = []
    for start in range(0, len(people), MAX_PEOPLE):
        named = people[start : start + MAX_PEOPLE]
        objects = sorted({one.object_id for one in shown if one.holder_id in set(named)})
        lines.append(
            AuditLine(
                AuditAction.EMPLOYEES_READ,
                named[0] if len(named) == 1 else None,
                objects=objects,
                fields=fields,
                people=named,
            )
        )
    return lines
