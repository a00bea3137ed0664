"""When an employer sponsors a holder: stretches of time, told from the holder's permits. Pure.

A stretch begins with the issue of a permit while this employer sponsors none of the holder's, takes
in every further permit that is issued for the same employer before its end, and ends

- with the last day of what stands then: a superseded permit counts no more once its successor is
  of the same stretch;
- with the cancellation, where that comes first;
- where another employer's permit begins to count: nobody is sponsored twice.

It is over at that instant without anybody's act. What comes later belongs to another stretch, also
for the same employer, and an employer sees of a stretch what there was at its end (`as_at_end`).
What that was is kept beside each permit (`shown_of`): once it is over, whatever becomes of the
permit, or is corrected in it, is written elsewhere, and neither shown, nor found, nor sorted by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from resolvers.vocabulary import PermitEvent, PermitState

_OVER: Mapping[PermitState, PermitEvent] = {
    PermitState.CANCELLED: PermitEvent.CANCELLED,
    PermitState.SUPERSEDED: PermitEvent.SUPERSEDED,
}

SHOWN = "shown"
SHOWN_FIELDS = (
    *("state", "category", "form", "post", "city", "valid_from", "valid_until", "issued_at"),
)
"""What an employer reads of a permit, or finds it by, and may be another one later."""


@dataclass(frozen=True)
class SponsoredPermit:
    """What the rule needs of a permit. `over_at` is when it was cancelled or superseded."""

    permit_id: str
    employer_id: str
    state: PermitState
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime
    superseded_by: str | None
    over_at: datetime | None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> SponsoredPermit:
        state = PermitState(stored["state"])
        return cls(
            permit_id=stored["_id"],
            employer_id=stored["employer_id"],
            state=state,
            valid_from=stored["valid_from"],
            valid_until=stored["valid_until"],
            issued_at=stored["issued_at"],
            superseded_by=stored["superseded_by"],
            over_at=_over_at(stored, state),
        )

    @property
    def counts_from(self) -> datetime:
        """From when on the employer sponsors by it, whatever another one did before."""
        return max(self.issued_at, self.valid_from)

    @property
    def ended_at(self) -> datetime:
        return self.valid_until if self.over_at is None else min(self.valid_until, self.over_at)


def _over_at(stored: Mapping[str, Any], state: PermitState) -> datetime | None:
    event = _OVER.get(state)
    if event is None:
        return None
    told: list[datetime] = [entry["at"] for entry in stored["history"] if entry["event"] == event]
    # Where no source says when, it counts up to its last day.
    return told[-1] if told else None


@dataclass
class Stretch:
    """`permits` in the order of their issue."""

    permits: list[SponsoredPermit]
    ends_at: datetime = field(init=False)

    @property
    def employer_id(self) -> str:
        return self.permits[0].employer_id

    @property
    def started_at(self) -> datetime:
        return self.permits[0].issued_at

    @property
    def newest(self) -> SponsoredPermit:
        return self.permits[-1]


def stretches_of(permits: Sequence[SponsoredPermit]) -> list[Stretch]:
    """All stretches of one holder, in the order in which they began. `permits` are all of his."""
    made: list[Stretch] = []
    for permit in sorted(permits, key=lambda one: (one.issued_at, one.permit_id)):
        own = [one for one in made if one.employer_id == permit.employer_id]
        if own and permit.issued_at < _end_of(own[-1], made, before=permit.permit_id):
            own[-1].permits.append(permit)
        else:
            made.append(Stretch([permit]))
    for stretch in made:
        stretch.ends_at = _end_of(stretch, made)
    return made


def _end_of(stretch: Stretch, known: Sequence[Stretch], *, before: str | None = None) -> datetime:
    """`before` is the permit that is about to be issued: what it supersedes stands until then."""
    within = {permit.permit_id for permit in stretch.permits}
    ends = [
        permit.valid_until if permit.superseded_by == before is not None else permit.ended_at
        for permit in stretch.permits
        if permit.superseded_by not in within
    ]
    counted_from = stretch.permits[0].counts_from
    others = [
        other.permits[0].counts_from
        for other in known
        if other.employer_id != stretch.employer_id and other.permits[0].counts_from > counted_from
    ]
    return max(stretch.started_at, min([max(ends, default=stretch.started_at), *others]))


def state_at(permit: SponsoredPermit, ends_at: datetime) -> PermitState:
    """The state at the end of its stretch, whatever became of it later."""
    if permit.over_at is not None and permit.over_at > ends_at:
        return PermitState.ISSUED
    return permit.state


def shown_of(stored: Mapping[str, Any], ends_at: datetime) -> Mapping[str, Any]:
    """What an employer is to be shown of a permit as it is stored now, if its stretch ends so.
    `listed_from` is the first day as it was when the permit was issued: the check of the originals
    makes it another one, and a list is in an order that never changes."""
    state, before = state_at(SponsoredPermit.of(stored), ends_at), stored.get(SHOWN)
    return {
        **{name: stored[name] for name in SHOWN_FIELDS},
        "state": str(state),
        "listed_from": stored["valid_from"] if before is None else before["listed_from"],
    }


def as_at_end(stored: Mapping[str, Any], ends_at: datetime, now: datetime) -> Mapping[str, Any]:
    """A stored permit, or those fields of it that were read, as its sponsor sees it: once the
    employment is over, nothing that happened or was corrected later. What was read of
    `SHOWN_FIELDS` must have been read of `shown` too."""
    if now < ends_at:
        return stored
    cut = dict(stored)
    for name in SHOWN_FIELDS:
        if name in stored:
            cut[name] = stored[SHOWN][name]
    if "history" in stored:
        cut["history"] = [entry for entry in stored["history"] if entry["at"] <= ends_at]
    if "superseded_by" in stored and cut.get("state") != PermitState.SUPERSEDED:
        cut["superseded_by"] = None
    if "source" in stored:
        told_at = min(stored["source"]["updated_at"], ends_at)
        cut["source"] = {**stored["source"], "updated_at": told_at}
    return cut
