"""Within which days a procedure may be filed (FACTS.md). Pure.

A rule says how a window hangs on a day, its anchor: the printed day of a permit, the day of a
change, an entry, the last day of a stay. All days are days of Asia/Shanghai, all ends included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from resolvers.rules.permit_status import shanghai_day
from resolvers.rules.working_days import WorkingDayCalendar, add_working_days

MAX_YEARS_AWAY = 20
"""Further away a day is a slip of the pen: no permit, change or entry is filed for it."""


class WindowAnchor(StrEnum):
    """EXPIRY: the printed day of the permit. EVENT: the day of the change or of the end of the
    work. ENTRY: the day of entry, planned or done. STAY_END: the last day of the stay allowed."""

    EXPIRY = "EXPIRY"
    EVENT = "EVENT"
    ENTRY = "ENTRY"
    STAY_END = "STAY_END"


class DayUnit(StrEnum):
    CALENDAR_DAYS = "CALENDAR_DAYS"
    WORKING_DAYS = "WORKING_DAYS"


class LateFiling(StrEnum):
    """MARKED: taken and marked late, because a refusal would leave a wrong permit standing."""

    REFUSED = "REFUSED"
    MARKED = "MARKED"


class FilingOutcome(StrEnum):
    """OPEN and LATE may be filed, LATE is marked; TOO_EARLY and TOO_LATE are refused."""

    OPEN = "OPEN"
    LATE = "LATE"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"


@dataclass(frozen=True)
class WindowRule:
    """Days counted from the anchor, negative before it. `opens` is in calendar days, None for no
    first day; `closes` is in `unit`, and at least 1 in working days."""

    anchor: WindowAnchor
    opens: int | None
    closes: int
    unit: DayUnit
    late: LateFiling


@dataclass(frozen=True)
class FilingWindow:
    """`opens_on` to `closes_on`, both included. `provisional`: `closes_on` was counted with a year
    that the calendar does not know yet; `calendar_version` is None where no working days count."""

    opens_on: date | None
    closes_on: date
    late: LateFiling
    provisional: bool
    calendar_version: str | None

    def outcome_on(self, day: date) -> FilingOutcome:
        if self.opens_on is not None and day < self.opens_on:
            return FilingOutcome.TOO_EARLY
        if day <= self.closes_on:
            return FilingOutcome.OPEN
        if self.late is LateFiling.MARKED:
            return FilingOutcome.LATE
        return FilingOutcome.TOO_LATE

    def outcome_at(self, filed_at: datetime) -> FilingOutcome:
        """What a filing at that instant is, by the day it is in Asia/Shanghai."""
        return self.outcome_on(shanghai_day(filed_at))


def filing_window(rule: WindowRule, anchor: date, calendar: WorkingDayCalendar) -> FilingWindow:
    """The window that hangs on `anchor`, which must be plausible (`is_plausible`)."""
    opens_on = None if rule.opens is None else anchor + timedelta(days=rule.opens)
    if rule.unit is DayUnit.CALENDAR_DAYS:
        closes_on = anchor + timedelta(days=rule.closes)
        return FilingWindow(opens_on, closes_on, rule.late, False, None)
    due = add_working_days(calendar, anchor, rule.closes)
    return FilingWindow(opens_on, due.day, rule.late, due.provisional, due.calendar_version)


def is_plausible(day: date, now: datetime) -> bool:
    """Whether a day that somebody stated is within 20 years, so that every rule can count from
    it. Ask before a window or a validity is computed."""
    return abs(day.year - shanghai_day(now).year) <= MAX_YEARS_AWAY
