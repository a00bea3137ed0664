"""Working days of the Chinese calendar, with its moved working weekends. Pure.

The calendar is data: the State Council publishes the days off and the worked weekends of a year in
the November before it. For a year that is not published yet plain weekends stand in, and what was
counted is provisional: it is counted again when the year arrives.

All days are days of Asia/Shanghai.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

MAX_WORKING_DAYS = 250
"""More than any promise or window, about a year."""
MAX_SPAN_DAYS = 3_660
"""How many days are walked at most, some ten years."""
SATURDAY = 5
_LAST_WEEK = 25
"""New Year's Day can move days from this day of December on: the year's own notice names them only
up to here, the next year's the rest (in 2006 and 2011 it made 30 or 31 December worked)."""


@dataclass(frozen=True)
class WorkingDayCalendar:
    """`version` names the content: the same days have the same version.

    `days_off` are days from Monday to Friday without work, `worked_weekends` Saturdays and Sundays
    with it; both only of years in `published`.
    """

    version: str
    published: frozenset[int]
    days_off: frozenset[date]
    worked_weekends: frozenset[date]

    def is_published(self, year: int) -> bool:
        return year in self.published

    def is_settled(self, day: date) -> bool:
        """Whether no notice still to come can say otherwise of this day."""
        if day.month == 12 and day.day >= _LAST_WEEK and not self.is_published(day.year + 1):
            return False
        return self.is_published(day.year)

    def is_working_day(self, day: date) -> bool:
        if day.weekday() >= SATURDAY:
            return day in self.worked_weekends
        return day not in self.days_off


@dataclass(frozen=True)
class DueDay:
    """`provisional`: some day on the way is not settled yet by the calendar of that version."""

    day: date
    provisional: bool
    calendar_version: str


@dataclass(frozen=True)
class WorkingDayCount:
    days: int
    provisional: bool
    calendar_version: str


def add_working_days(calendar: WorkingDayCalendar, start: date, days: int) -> DueDay:
    """The `days`-th working day after `start`, which itself does not count (Civil Code art. 201).

    Raises ValueError for `days` outside 1 to `MAX_WORKING_DAYS`, for a calendar without so many
    working days in ten years, and for a day past year 9999.
    """
    if not 1 <= days <= MAX_WORKING_DAYS:
        raise ValueError(f"working days must be 1 to {MAX_WORKING_DAYS}")
    counted = 0
    provisional = False
    for ordinal in range(start.toordinal() + 1, start.toordinal() + 1 + MAX_SPAN_DAYS):
        day = date.fromordinal(ordinal)
        provisional = provisional or not calendar.is_settled(day)
        counted += calendar.is_working_day(day)
        if counted == days:
            return DueDay(day, provisional, calendar.version)
    raise ValueError("the calendar has too few working days")


def working_days_between(calendar: WorkingDayCalendar, start: date, end: date) -> WorkingDayCount:
    """The working days after `start` up to and with `end`; 0 where `end` is not after `start`.

    It is the inverse of `add_working_days`. Raises ValueError for more than `MAX_SPAN_DAYS`.
    """
    span = (end - start).days
    if span > MAX_SPAN_DAYS:
        raise ValueError(f"at most {MAX_SPAN_DAYS} days are counted")
    days = [start + timedelta(days=step) for step in range(1, span + 1)]
    return WorkingDayCount(
        days=sum(map(calendar.is_working_day, days)),
        provisional=not all(map(calendar.is_settled, days)),
        calendar_version=calendar.version,
    )
