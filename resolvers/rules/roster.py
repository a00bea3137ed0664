"""What an employer's lists of people and permits are narrowed to, as a filter of documents. Pure.

A permit's status is never stored: each one is said by its stored state and the clock, as
`permit_status` computes it. What ends within some days is said day by day, since a permit always
ends with a day of Asia/Shanghai: so one index gives the rows of all those days in the list's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.tasks import TaskState
from resolvers.vocabulary import PermitCategory, PermitState, PermitStatus

MAX_DAYS_AHEAD: Final = 366
MAX_CITIES: Final = 20
MAX_DAYS_NAMED: Final = 190
"""MongoDB walks up to 200 places of an index at once; a longer span holds so many rows that they
are found by the way."""

Digests = Sequence[Sequence[bytes]]
"""For each part of a name, how it may be stored: once for each live key."""


@dataclass(frozen=True)
class RosterFilter:
    """What is None or empty narrows nothing. `name` is the beginning of each of some words of the
    name, as typed; `is_current` is of employments alone."""

    status: PermitStatus | None = None
    expiring_within: int | None = None
    cities: Sequence[str] = ()
    category: PermitCategory | None = None
    name: str | None = field(default=None, repr=False)
    is_current: bool | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it says the same at any instant, and of any employer."""
        ever_new = (self.status, self.expiring_within, self.name, self.is_current)
        return all(value is None for value in ever_new)


@dataclass(frozen=True)
class TaskFilter:
    """Of an employer's tasks. What is overdue is due within any number of days."""

    state: TaskState | None = None
    due_within: int | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it says the same at any instant."""
        return self.due_within is None


def tasks_match(wanted: TaskFilter, now: datetime) -> Mapping[str, Any]:
    match: dict[str, Any] = {}
    if wanted.state is not None:
        match["state"] = str(wanted.state)
    if wanted.due_within is not None:
        last = shanghai_day(now) + timedelta(days=wanted.due_within)
        match["due_at"] = {"$lte": ends_at(last)}
    return match


def permits_match(wanted: RosterFilter, now: datetime, digests: Digests) -> Mapping[str, Any]:
    """Of `permits`, by what their employer is shown of them."""
    return _all_of(_permit_clauses(wanted, now, "shown.") + _name_clauses(digests))


def employments_match(wanted: RosterFilter, now: datetime, digests: Digests) -> Mapping[str, Any]:
    """Of `employments`, by their newest permit."""
    clauses = _permit_clauses(wanted, now, "permit.") + _name_clauses(digests)
    if wanted.is_current is not None:
        clauses.append({"ends_at": {"$gt" if wanted.is_current else "$lte": now}})
    return _all_of(clauses)


def _all_of(clauses: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"$and": list(clauses)} if clauses else {}


def _permit_clauses(wanted: RosterFilter, now: datetime, at: str) -> list[Mapping[str, Any]]:
    clauses: list[Mapping[str, Any]] = []
    if wanted.status is not None:
        clauses += _prefixed(status_match(wanted.status, now), at)
    if wanted.expiring_within is not None:
        clauses += _prefixed(status_match(PermitStatus.ACTIVE, now), at)
        clauses.append({f"{at}valid_until": _within(now, wanted.expiring_within)})
    if wanted.cities:
        clauses.append({f"{at}city": {"$in": sorted(set(wanted.cities))}})
    if wanted.category is not None:
        clauses.append({f"{at}category": str(wanted.category)})
    return clauses


def _prefixed(match: Mapping[str, Any], at: str) -> list[Mapping[str, Any]]:
    return [{f"{at}{path}": value} for path, value in match.items()]


def _name_clauses(digests: Digests) -> list[Mapping[str, Any]]:
    return [{"name_prefixes": {"$in": list(candidates)}} for candidates in digests]


def _within(now: datetime, days: int) -> Mapping[str, Any]:
    """Last valid days from today to so many days on, both included, as `days_left` counts."""
    today = shanghai_day(now)
    if days <= MAX_DAYS_NAMED:
        return {"$in": [ends_at(today + timedelta(days=day)) for day in range(days + 1)]}
    return {"$gt": now, "$lte": ends_at(today + timedelta(days=days))}


def status_match(status: PermitStatus, now: datetime) -> Mapping[str, Any]:
    """Permits that have this status at `now`: the inverse of `permit_status`."""
    issued, awaiting = str(PermitState.ISSUED), str(PermitState.AWAITING_ORIGINALS)
    match status:
        case PermitStatus.ACTIVE:
            return {"state": issued, "valid_from": {"$lte": now}, "valid_until": {"$gt": now}}
        case PermitStatus.NOT_YET_VALID:
            return {"state": issued, "valid_from": {"$gt": now}}
        case PermitStatus.AWAITING_ORIGINALS:
            return {"state": awaiting, "valid_until": {"$gt": now}}
        case PermitStatus.EXPIRED:
            return {"state": {"$in": [issued, awaiting]}, "valid_until": {"$lte": now}}
        case PermitStatus.CANCELLED:
            return {"state": str(PermitState.CANCELLED)}
        case PermitStatus.SUPERSEDED:
            return {"state": str(PermitState.SUPERSEDED)}
