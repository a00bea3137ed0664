"""When somebody is reminded of a last day. Pure.

A threshold is a number of days before the last day, 0 on it; `EXPIRED` is the day after. All days
are days of Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from resolvers.rules.permit_status import SHANGHAI

EXPIRED: Final = -1


@dataclass(frozen=True)
class DayHours:
    """From `opens` to `closes` in Asia/Shanghai, less `margin` at both ends: for clocks that are
    wrong, and for what is under way when the hours end."""

    opens: time
    closes: time
    margin: timedelta

    def hold_at(self, now: datetime) -> bool:
        local = now.astimezone(SHANGHAI)
        opens = datetime.combine(local.date(), self.opens, SHANGHAI)
        closes = datetime.combine(local.date(), self.closes, SHANGHAI)
        return opens + self.margin <= local < closes - self.margin


def nearest_threshold(
    thresholds: Collection[int], days_left: int, max_days_late: int
) -> int | None:
    """The one reminder that fits `days_left`: that of the threshold passed last. Behind the last
    day, where `days_left` is below 0, only EXPIRED fits, for `max_days_late` days."""
    if days_left < 0:
        fits = EXPIRED in thresholds and -days_left <= max_days_late
        return EXPIRED if fits else None
    return min((one for one in thresholds if one >= days_left), default=None)


def first_day_still_sent(
    thresholds: Collection[int], threshold: int, today: date, max_days_late: int
) -> date:
    """The earliest day whose reminders of `threshold` are still sent today if they were missed: on
    those due before it another threshold, or nothing, fits by now."""
    late = 0
    while nearest_threshold(thresholds, threshold - late - 1, max_days_late) == threshold:
        late += 1
    return today - timedelta(days=late)
