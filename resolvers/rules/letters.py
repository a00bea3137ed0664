"""How long a letter is good. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

NOTIFICATION_MONTHS = 6
"""FACTS.md [c]."""


def notification_until(decided_on: date) -> date:
    """The last day of a notification letter: six months after the decision, on the same day of the
    month, or on the last one of a shorter month."""
    months = decided_on.month - 1 + NOTIFICATION_MONTHS
    year, month = decided_on.year + months // 12, months % 12 + 1
    return date(year, month, min(decided_on.day, monthrange(year, month)[1]))
