"""What is stored of a holder's employments against what the permits say. Pure: documents in, writes
out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from auth.mongo import Document
from resolvers.employments.name_digests import NAME_PARTS, NameDigests
from resolvers.rules.employment import SHOWN, SponsoredPermit, Stretch, shown_of, stretches_of

NewId = Callable[[], str]
DigestsFor = Callable[[str], NameDigests]
"""Employer id → digests of the holder's name and number as they are now."""


@dataclass
class Writes:
    """`changes` are by employment id, `permits` by permit id."""

    inserts: list[Document] = field(default_factory=list)
    changes: dict[str, Document] = field(default_factory=dict)
    removals: list[str] = field(default_factory=list)
    permits: dict[str, Document] = field(default_factory=dict)


def planned_writes(
    permits: Sequence[Document],
    employments: Sequence[Document],
    digests_for: DigestsFor,
    new_id: NewId,
    now: datetime,
) -> Writes:
    """`permits` and `employments` are all of one holder. A stretch keeps the employment that one of
    its permits names already; an employment of which no permit is left goes. What one that was over
    before shows of its permits stays."""
    writes, by_id = Writes(), {permit["_id"]: permit for permit in permits}
    left = {employment["_id"]: employment for employment in employments}
    for stretch in stretches_of([SponsoredPermit.of(permit) for permit in permits]):
        own = [by_id[permit.permit_id] for permit in stretch.permits]
        named = (permit["employment_id"] for permit in own)
        known = next((left.pop(one) for one in named if one in left), None)
        ends = [stretch.ends_at] if known is None else [stretch.ends_at, known["ends_at"]]
        shown = {
            permit["_id"]: permit[SHOWN]
            if permit[SHOWN] is not None and max(ends) <= now
            else shown_of(permit, stretch.ends_at)
            for permit in own
        }
        if known is not None and known["name"] is not None and now < stretch.ends_at:
            # It goes on after all, with the name that the holder has now.
            digests = digests_for(stretch.employer_id)
            known = {**known, "name": None, NAME_PARTS: None, **digests.fields}
        employment = _told(stretch, shown, known, digests_for, new_id, own[0]["holder_id"])
        if known is None:
            writes.inserts.append(employment)
        elif employment != known:
            writes.changes[known["_id"]] = {
                name: value for name, value in employment.items() if known[name] != value
            }
        _add_permits(writes, employment, own, shown)
    writes.removals += left
    return writes


def _told(
    stretch: Stretch,
    shown: Mapping[str, Mapping[str, Any]],
    known: Document | None,
    digests_for: DigestsFor,
    new_id: NewId,
    holder_id: str,
) -> Document:
    """The employment as it is to be stored. Its digests are made once; a new name makes others."""
    newest = stretch.newest.permit_id
    digests = NameDigests() if known is None else NameDigests.stored_in(known)
    if digests.key_version is None:
        digests = digests_for(stretch.employer_id)
    elif digests.number is None:
        digests = replace(digests, number=digests_for(stretch.employer_id).number)
    return {
        "_id": new_id() if known is None else known["_id"],
        "revision": 1 if known is None else known["revision"],
        "employer_id": stretch.employer_id,
        "holder_id": holder_id,
        "started_at": stretch.started_at,
        "ends_at": stretch.ends_at,
        "permit": {"id": newest} | {name: shown[newest][name] for name in _OF_NEWEST},
        "name": None if known is None else known["name"],
        NAME_PARTS: None if known is None else known[NAME_PARTS],
        **digests.fields,
    }


_OF_NEWEST = ("category", "state", "city", "valid_from", "valid_until")


def _add_permits(
    writes: Writes,
    employment: Document,
    own: Sequence[Document],
    shown: Mapping[str, Mapping[str, Any]],
) -> None:
    digests = NameDigests.stored_in(employment).repeated
    for permit in own:
        wanted = {"employment_id": employment["_id"], SHOWN: shown[permit["_id"]], **digests}
        if any(permit[name] != value for name, value in wanted.items()):
            writes.permits[permit["_id"]] = wanted
