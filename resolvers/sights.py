"""Whom an employer saw and what of them, masked or in full: the lines of its read in the trail.

What each row shows is said once by the selection; a read then only notes whose rows it found. So a
read costs one insert, however many people it names: one line for all who were shown the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from auth.audit import MAX_OBJECTS, MAX_PEOPLE, AuditAction, AuditLine
from auth.mongo import Document
from resolvers.graph import RELATIONS
from resolvers.joins import EDGES
from resolvers.rules.seen import filtered_names, is_about_a_person, seen_names
from resolvers.selection import Edge, Selection
from resolvers.store import applications, employers, holders, papers, permits

HOLDER: Final = "holder_id"
"""Read of each row of the desk whose person the trail is to name."""
_APPLIED: Final = frozenset({applications.NAME, papers.NAME})
_NOT_SHOWN: Final = frozenset({"sponsorship"})
"""Relations that a rule alone follows."""


@dataclass(frozen=True)
class Sight:
    """Rows that stand under `key` and what each of them shows; `first` of them, where there may be
    one more."""

    key: str
    first: int | None
    action: AuditAction
    names: frozenset[str]
    has_id: bool
    below: tuple[Sight, ...]


def sights_of(selection: Selection) -> Sequence[Sight]:
    """Of a selection of the employer's own record: made once for an operation."""
    return selection.once("sights", lambda one: tuple(_sights(employers.NAME, one, is_desk=True)))


def _sights(collection: str, selection: Selection, *, is_desk: bool = False) -> Iterator[Sight]:
    for key, edge in selection.edges.items():
        related = RELATIONS[collection][edge.relation].collection
        if not is_about_a_person(related) or edge.relation in _NOT_SHOWN:
            continue
        if is_desk and HOLDER not in edge.selection.paths:
            continue
        yield Sight(
            key=key,
            first=None if edge.page is None else edge.page.first,
            action=(
                AuditAction.APPLICATIONS_READ if related in _APPLIED else AuditAction.EMPLOYEES_READ
            ),
            names=_names(related, edge),
            has_id=related != holders.NAME,
            below=tuple(_sights(related, edge.selection)),
        )


def _names(collection: str, edge: Edge) -> frozenset[str]:
    selection = edge.selection
    relations = (one.relation for one in selection.edges.values())
    names = seen_names(collection, selection.paths, relations) | selection.shows
    looked_up = {f"{permits.NAME}.number"} if edge.numbers is not None else frozenset()
    return names | looked_up | frozenset(filtered_names(edge.wanted))


@dataclass(slots=True)
class _Seen:
    """Of one person."""

    names: frozenset[str]
    objects: set[str]


_People: TypeAlias = dict[str, _Seen]
"""By holder."""


def sight_lines(
    document: Document, sights: Sequence[Sight], *, after_change: bool = False
) -> list[AuditLine]:
    """One for all of whom the same was shown; more where one cannot name all people. `after_change`
    the employer is told what it has just stated itself, which is no look at an application."""
    seen: dict[AuditAction, _People] = {}
    if sights:
        _note([(document[EDGES], None)], sights, seen)
    if after_change:
        seen.pop(AuditAction.APPLICATIONS_READ, None)
    return [line for action, people in seen.items() for line in _lines(action, people)]


def _lines(action: AuditAction, people: _People) -> Iterator[AuditLine]:
    alike: dict[frozenset[str], list[str]] = {}
    for holder_id, one in people.items():
        alike.setdefault(one.names, []).append(holder_id)
    for names, some in alike.items():
        for group in _groups(sorted(some), people):
            objects = set().union(*(people[one].objects for one in group))
            yield AuditLine(
                action,
                group[0] if len(group) == 1 else None,
                objects=sorted(objects)[:MAX_OBJECTS],
                fields=sorted(names),
                people=group,
            )


def _groups(some: Sequence[str], people: _People) -> Iterator[list[str]]:
    """Of people, each as many as one line can name with what was seen of them."""
    group: list[str] = []
    objects = 0
    for holder_id in some:
        seen = len(people[holder_id].objects)
        if group and (len(group) == MAX_PEOPLE or objects + seen > MAX_OBJECTS):
            yield group
            group, objects = [], 0
        group.append(holder_id)
        objects += seen
    if group:
        yield group


@lru_cache(maxsize=1_000)
def _both(names: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Of fields; the same two for all people of a list."""
    return names | others


def _note(
    parents: Sequence[tuple[Mapping[str, Sequence[Document]], str | None]],
    sights: Sequence[Sight],
    seen: dict[AuditAction, _People],
) -> None:
    """`parents` are rows' edges and whose row it is; whoever is below one is the same person."""
    for sight in sights:
        people = seen.setdefault(sight.action, {})
        below: list[tuple[Mapping[str, Sequence[Document]], str | None]] = []
        for edges, person in parents:
            rows = edges[sight.key]
            for row in rows if sight.first is None else rows[: sight.first]:
                whose: str | None = person or row[HOLDER]
                if whose is None:
                    continue
                objects = {row["_id"]} if sight.has_id else set()
                one = people.get(whose)
                if one is None:
                    people[whose] = _Seen(sight.names, objects)
                else:
                    one.names = _both(one.names, sight.names)
                    one.objects |= objects
                if sight.below:
                    below.append((row[EDGES], whose))
        _note(below, sight.below, seen)
