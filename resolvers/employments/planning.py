"""What is stored of a holder's employments against what the permits say. Pure: documents in, writes
out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auth.mongo import Document
from resolvers.employments.name_digests import NAME_PARTS, NameDigests
from resolvers.rules.employment import SponsoredPermit, Stretch, state_at, stretches_of

NewId = Callable[[], str]
DigestsFor = Callable[[str], NameDigests]
"""Employer id → digests of the holder's name as it is now."""


@dataclass
class Writes:
    """`changes` are by employment id, `permits` by the ids of permits that get the same fields."""

    inserts: list[Document] = field(default_factory=list)
    changes: dict[str, Document] = field(default_factory=dict)
    removals: list[str] = field(default_factory=list)
    permits: list[tuple[Sequence[str], Document]] = field(default_factory=list)


def planned_writes(
    permits: Sequence[Document],
    employments: Sequence[Document],
    digests_for: DigestsFor,
    new_id: NewId,
) -> Writes:
    """`permits` and `employments` are all of one holder. A stretch keeps the employment that one of
    its permits names already; an employment of which no permit is left goes."""
    writes, by_id = Writes(), {permit["_id"]: permit for permit in permits}
    left = {employment["_id"]: employment for employment in employments}
    for stretch in stretches_of([SponsoredPermit.of(permit) for permit in permits]):
        own = [by_id[permit.permit_id] for permit in stretch.permits]
        named = (permit["employment_id"] for permit in own)
        known = next((left.pop(one) for one in named if one in left), None)
        employment = _told(stretch, by_id, known, digests_for, new_id)
        if known is None:
            writes.inserts.append(employment)
        elif employment != known:
            writes.changes[known["_id"]] = {
                name: value for name, value in employment.items() if known[name] != value
            }
        _add_permits(writes, employment, own)
    writes.removals += left
    return writes


def _told(
    stretch: Stretch,
    by_id: Mapping[str, Document],
    known: Document | None,
    digests_for: DigestsFor,
    new_id: NewId,
) -> Document:
    """The employment as it is to be stored. Its digests are made once; a new name makes others."""
    newest = by_id[stretch.newest.permit_id]
    digests = NameDigests() if known is None else NameDigests.stored_in(known)
    if digests.key_version is None:
        digests = digests_for(stretch.employer_id)
    return {
        "_id": new_id() if known is None else known["_id"],
        "revision": 1 if known is None else known["revision"],
        "employer_id": stretch.employer_id,
        "holder_id": newest["holder_id"],
        "started_at": stretch.started_at,
        "ends_at": stretch.ends_at,
        "permit": _newest(newest, stretch),
        "name": None if known is None else known["name"],
        NAME_PARTS: None if known is None else known[NAME_PARTS],
        **digests.fields,
    }


def _newest(permit: Document, stretch: Stretch) -> Mapping[str, Any]:
    facts = {name: permit[name] for name in ("category", "city", "valid_from", "valid_until")}
    return {"id": permit["_id"], "state": str(state_at(stretch.newest, stretch.ends_at)), **facts}


def _add_permits(writes: Writes, employment: Document, own: Sequence[Document]) -> None:
    wanted = {"employment_id": employment["_id"], **NameDigests.stored_in(employment).fields}
    due = [
        permit["_id"]
        for permit in own
        if any(permit[name] != value for name, value in wanted.items())
    ]
    if due:
        writes.permits.append((due, wanted))
