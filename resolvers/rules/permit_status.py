"""What a permit is worth at an instant. Pure.

A permit holds over `[valid_from, valid_until)`; `valid_until` is the midnight in Asia/Shanghai
after the printed, last valid day (FACTS.md).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from resolvers.vocabulary import PermitForm, PermitState, PermitStatus

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAYS_REMEMBERED: Final = 4_096
"""Of permits' first and last days there are not many more, and each row of a list has some."""


_ISSUED: Final = PermitState.ISSUED
_ACTIVE: Final = PermitStatus.ACTIVE
"""What nearly every row of a list is; its class looks a member up anew at each use."""


def permit_status(
    state: PermitState, valid_from: datetime, valid_until: datetime, now: datetime
) -> PermitStatus:
    if state is _ISSUED:
        if now < valid_from:
            return PermitStatus.NOT_YET_VALID
        return _ACTIVE if now < valid_until else PermitStatus.EXPIRED
    match state:
        case PermitState.CANCELLED:
            return PermitStatus.CANCELLED
        case PermitState.SUPERSEDED:
            return PermitStatus.SUPERSEDED
        case PermitState.AWAITING_ORIGINALS:
            return PermitStatus.AWAITING_ORIGINALS if now < valid_until else PermitStatus.EXPIRED


@lru_cache(maxsize=_DAYS_REMEMBERED)
def shanghai_day(instant: datetime) -> date:
    """The day on which an instant falls, wherever the server runs."""
    return instant.astimezone(SHANGHAI).date()


def starts_at(day: date) -> datetime:
    """`valid_from` of a first day: the midnight with which it begins, in UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def ends_at(printed: date) -> datetime:
    """`valid_until` of a printed day: the midnight after it, in UTC."""
    return starts_at(printed + timedelta(days=1))


@lru_cache(maxsize=_DAYS_REMEMBERED)
def printed_day(valid_until: datetime) -> date:
    """The last valid day, as it is printed."""
    return shanghai_day(valid_until - timedelta(microseconds=1))


def first_day(valid_from: datetime) -> date:
    return shanghai_day(valid_from)


def days_left(valid_until: datetime, now: datetime) -> int:
    """Whole days from today in Shanghai to the printed day: 0 on the last valid day, negative
    after it."""
    return (printed_day(valid_until) - shanghai_day(now)).days


def is_loadable(form: PermitForm, status: PermitStatus) -> bool:
    """Whether a permit goes onto a card: active and not an old plastic one ("no change, no
    replacement")."""
    return status is PermitStatus.ACTIVE and form is not PermitForm.PLASTIC
