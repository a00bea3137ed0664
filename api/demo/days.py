"""Days as documents hold them: midnights and office hours in Asia/Shanghai, as instants in UTC.

China has known no summer time since 1991, so eight hours are always right here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_OFFSET = timedelta(hours=8)
ONE_DAY = timedelta(days=1)
DAYS_PER_YEAR = 365


def midnight(day: date) -> datetime:
    """When that day begins."""
    return datetime.combine(day, time.min, UTC) - _OFFSET


def office_hour(day: date, minute: int) -> datetime:
    """`minute` minutes after nine o'clock of that day."""
    return datetime.combine(day, time(1), UTC) + timedelta(minutes=minute)


def day_of(instant: datetime) -> date:
    """The day that an instant falls on."""
    return (instant + _OFFSET).date()
