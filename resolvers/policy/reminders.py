"""Of what holders are reminded, how many days before, and at what hours: policy by day, as data.

A version is never edited once used: a new one is added with the day from which it holds. The
numbers are ours, set where FACTS.md gives a day on which something can still be done: an extension
of a permit is filed 90 to 30 days before its last day, one of a residence permit 30 or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.reminders import EXPIRED, DayHours


@dataclass(frozen=True)
class ReminderPolicy:
    """What holds from `valid_from` to the next version. `thresholds` are days before the last day,
    falling. What was missed on the last day is told for `max_days_late` days behind it."""

    version: str
    valid_from: date
    thresholds: Mapping[NoticeKind, tuple[int, ...]]
    max_days_late: int
    hours: DayHours


_PERMIT = (90, 60, 30, 14, 7, 1, 0, EXPIRED)

POLICIES: Sequence[ReminderPolicy] = (
    ReminderPolicy(
        version="reminders/2024-12-01",
        valid_from=date(2024, 12, 1),
        thresholds={
            NoticeKind.PERMIT_EXPIRING: _PERMIT,
            NoticeKind.RESIDENCE_PERMIT_EXPIRING: _PERMIT,
            # No permit outlasts the passport, and a new one takes its embassy months.
            NoticeKind.IDENTITY_DOCUMENT_EXPIRING: (180, 90, 30, 7, 0, EXPIRED),
            NoticeKind.TASK_DUE: (14, 7, 3, 1, 0, EXPIRED),
            # The day after, the lapse itself is told.
            NoticeKind.APPLICATION_LAPSING: (14, 7, 3, 1, 0),
        },
        max_days_late=7,
        hours=DayHours(time(9), time(20), margin=timedelta(minutes=1)),
    ),
)
"""Oldest first."""


def reminder_policy_on(day: date, versions: Sequence[ReminderPolicy] = POLICIES) -> ReminderPolicy:
    """The last version that holds on that day of Asia/Shanghai; before the first, the first."""
    return max(
        (one for one in versions if one.valid_from <= day),
        key=lambda one: one.valid_from,
        default=versions[0],
    )


def held_since(
    kind: NoticeKind, threshold: int, day: date, versions: Sequence[ReminderPolicy] = POLICIES
) -> date:
    """From when on the threshold has held until `day` without a break. A new one is not sent for
    days before it was policy."""
    since = reminder_policy_on(day, versions).valid_from
    for one in sorted(versions, key=lambda one: one.valid_from, reverse=True):
        if one.valid_from > day:
            continue
        if threshold not in one.thresholds.get(kind, ()):
            break
        since = one.valid_from
    return since
