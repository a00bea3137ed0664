"""The working-day calendar, from a library that is kept up with the State Council's notices.

docs/decisions/0007-working-days.md says which library, what it knows and how it is brought up to
date. Only this file names it.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from hashlib import sha256

import chinese_calendar

from resolvers.rules.working_days import SATURDAY, WorkingDayCalendar


@cache
def published_calendar() -> WorkingDayCalendar:
    """All years that the installed library knows; read once per process."""
    return calendar_of(frozenset(chinese_calendar.holidays), frozenset(chinese_calendar.workdays))


def calendar_of(days_off: frozenset[date], worked: frozenset[date]) -> WorkingDayCalendar:
    """`days_off` with weekends among them, `worked` with the moved weekends, as notices list them.

    A year is published when its 1 October is a day off: every notice names National Day, and no
    other year's notice does. The first days of January would not do, since they can stand in the
    list of the year before. Raises ValueError where no year is published.
    """
    published = frozenset(day.year for day in days_off if (day.month, day.day) == (10, 1))
    if not published:
        raise ValueError("the calendar has no published year")
    off = frozenset(day for day in days_off if day.year in published and day.weekday() < SATURDAY)
    weekends = frozenset(
        day for day in worked if day.year in published and day.weekday() >= SATURDAY
    )
    return WorkingDayCalendar(_version(published, off, weekends), published, off, weekends)


def _version(published: frozenset[int], off: frozenset[date], weekends: frozenset[date]) -> str:
    """`CN-2026-` and a digest: the last published year, for people, and the content."""
    lines = [
        *(f"year {year}" for year in sorted(published)),
        *(f"off {day}" for day in sorted(off)),
        *(f"worked {day}" for day in sorted(weekends)),
    ]
    return f"CN-{max(published)}-{sha256(chr(10).join(lines).encode()).hexdigest()[:12]}"
