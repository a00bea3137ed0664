"""What an employer reads by duty, as it was at the end of the employment: applied to every permit
and every name in the tree of its desk, however it was reached.

`with_sponsorship` has the employments joined, in the same command, and reads of a permit what is
kept as its employer sees it: that is the permit's own while the employment lasts, since every
change of a permit keeps both in step (`resolvers.employments.keeping`). `as_sponsor_sees` applies
the rule (`resolvers.rules.employer_access`) to what was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from auth.mongo import Document
from resolvers.graph import RELATIONS
from resolvers.joins import EDGES
from resolvers.rules.employer_access import Shown, period_at, shown_by_duty
from resolvers.rules.employment import SHOWN, SHOWN_FIELDS, as_at_end
from resolvers.selection import Edge, Selection
from resolvers.store import applications, contests, holders, permits

_KEY: Final = "gateway:sponsorship"
"""No response key of a client has a colon, so none can collide."""
_Below: TypeAlias = tuple[str, Edge, str]
"""An edge under its key, and the collection that it leads to."""
_LIVE: Final = Shown.LIVE
"""As nearly every row is; its class looks a member up anew at each use."""
_EMPLOYMENT: Final = Selection(frozenset({"ends_at", "name.masked"}))


def with_sponsorship(collection: str, selection: Selection) -> Selection:
    """With the employment of each permit, and of each person whom an application names."""
    edges = {
        key: edge
        if edge.counted is not None
        else replace(
            edge,
            selection=with_sponsorship(
                RELATIONS[collection][edge.relation].collection, edge.selection
            ),
        )
        for key, edge in selection.edges.items()
    }
    selection = replace(selection, edges=edges)
    sponsorship = {_KEY: Edge("sponsorship", _EMPLOYMENT, of_root="employer_id")}
    if collection == permits.NAME:
        shown = {f"{SHOWN}.{name}" for name in selection.paths.intersection(SHOWN_FIELDS)}
        paths = selection.paths.difference(SHOWN_FIELDS) | shown
        return replace(selection, paths=paths, edges={**edges, **sponsorship})
    if collection == applications.NAME and _names_somebody(collection, selection):
        return replace(selection, edges={**edges, **sponsorship})
    return selection


def _names_somebody(collection: str, selection: Selection) -> bool:
    return any(
        RELATIONS[collection][edge.relation].collection == holders.NAME
        for edge in selection.edges.values()
    )


def as_sponsor_sees(
    collection: str, document: Document, selection: Selection, now: datetime
) -> None:
    """Changes the edges of the document that was read."""
    for key, edge, related in _sponsored(collection, selection):
        rows: list[Document] = document[EDGES][key]
        if _KEY in edge.selection.edges:
            seen = (_seen(related, row, edge.selection, now) for row in rows)
            document[EDGES][key] = rows = [row for row in seen if row is not None]
        if _sponsored(related, edge.selection):
            for row in rows:
                as_sponsor_sees(related, row, edge.selection, now)


def _sponsored(collection: str, selection: Selection) -> Sequence[_Below]:
    """The edges under which an employment was joined, somewhere."""
    return selection.once(
        f"sponsored, of {collection}",
        lambda one: tuple(
            (key, edge, related)
            for key, edge in one.edges.items()
            if edge.counted is None
            for related in (RELATIONS[collection][edge.relation].collection,)
            if _KEY in edge.selection.edges or _sponsored(related, edge.selection)
        ),
    )


def _seen(collection: str, row: Document, selection: Selection, now: datetime) -> Document | None:
    """None is nothing of it: a permit of no employment with this employer. An application is its
    own, whether or not anybody is employed by it."""
    is_permit, joined = collection == permits.NAME, row[EDGES][_KEY]
    if not joined:
        return None if is_permit else row
    employment = joined[0]
    if is_permit and SHOWN in row:
        row.update(row[SHOWN])
    if shown_by_duty(period_at(employment["ends_at"], now)) is _LIVE:
        return row
    if is_permit:
        row = dict(as_at_end(row, employment["ends_at"], now))
        _hide_contests(row, selection)
    name = employment.get("name")
    if name:
        _rename(collection, row, selection, name)
    return row


def _hide_contests(row: Document, selection: Selection) -> None:
    """Whether the holder contests a record is of today, not of the end."""
    for key, edge in selection.edges.items():
        if RELATIONS[permits.NAME][edge.relation].collection == contests.NAME:
            row[EDGES] = {**row[EDGES], key: []}


def _rename(collection: str, row: Document, selection: Selection, name: Mapping[str, Any]) -> None:
    """The mask of the name that the employer knew."""
    for key, edge in selection.edges.items():
        if RELATIONS[collection][edge.relation].collection == holders.NAME:
            renamed = [_renamed(holder, name) for holder in row[EDGES][key]]
            row[EDGES] = {**row[EDGES], key: renamed}


def _renamed(holder: Document, name: Mapping[str, Any]) -> Document:
    """Another row may show the same holder's name of today."""
    if "full_name" not in holder:
        return holder
    return {**holder, "full_name": {**holder["full_name"], "masked": name["masked"]}}
