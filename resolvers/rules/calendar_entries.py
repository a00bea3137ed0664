"""What stands in a holder's calendar: the last day of each paper and task. Pure.

A stored `valid_until` or `due_at` is the midnight after the printed, last day; a calendar shows the
printed one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.tasks import TaskKind
from resolvers.vocabulary import IdentityDocumentKind


class EntryKind(StrEnum):
    PERMIT = "PERMIT"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    PASSPORT = "PASSPORT"
    PERMANENT_RESIDENT_ID = "PERMANENT_RESIDENT_ID"
    APPLY_RESIDENCE_PERMIT = "APPLY_RESIDENCE_PERMIT"
    SETTLE_RESIDENCE_PERMIT = "SETTLE_RESIDENCE_PERMIT"
    OTHER_TASK = "OTHER_TASK"


_K = EntryKind
REMINDED_AS: Final[Mapping[EntryKind, NoticeKind]] = {
    _K.PERMIT: NoticeKind.PERMIT_EXPIRING,
    _K.RESIDENCE_PERMIT: NoticeKind.RESIDENCE_PERMIT_EXPIRING,
    _K.PASSPORT: NoticeKind.IDENTITY_DOCUMENT_EXPIRING,
    _K.PERMANENT_RESIDENT_ID: NoticeKind.IDENTITY_DOCUMENT_EXPIRING,
    _K.APPLY_RESIDENCE_PERMIT: NoticeKind.TASK_DUE,
    _K.SETTLE_RESIDENCE_PERMIT: NoticeKind.TASK_DUE,
    _K.OTHER_TASK: NoticeKind.TASK_DUE,
}
"""Whose thresholds the alarms have."""

OF_DOCUMENT: Final[Mapping[str, EntryKind]] = {
    IdentityDocumentKind.PASSPORT: _K.PASSPORT,
    IdentityDocumentKind.PERMANENT_RESIDENT_ID: _K.PERMANENT_RESIDENT_ID,
}
OF_TASK: Final[Mapping[str, EntryKind]] = {
    TaskKind.APPLY_RESIDENCE_PERMIT: _K.APPLY_RESIDENCE_PERMIT,
    TaskKind.SETTLE_RESIDENCE_PERMIT: _K.SETTLE_RESIDENCE_PERMIT,
}

_FIRST_SECOND: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CalendarEntry:
    """`record_id` is random and stays the same when the day moves; `said_at` is when the record
    was last stated; `alarms` are days before the day, 0 for the day itself."""

    record_id: str
    kind: EntryKind
    day: date
    said_at: datetime
    alarms: tuple[int, ...]

    @property
    def sequence(self) -> int:
        """Grows whenever the record is stated anew (RFC 5545, 3.8.7.4): whole seconds."""
        return max(0, int((self.said_at - _FIRST_SECOND).total_seconds()))


def alarms_of(thresholds: Collection[int]) -> tuple[int, ...]:
    """Without those behind the day, when there is nothing to be woken for. Earliest first."""
    return tuple(sorted({days for days in thresholds if days >= 0}, reverse=True))
