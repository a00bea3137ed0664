"""What a permit is worth at an instant. Pure.

A permit holds over `[valid_from, valid_until)`; `valid_until` is the midnight in Asia/Shanghai
after the printed, last valid day (FACTS.md).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from resolvers.vocabulary import PermitForm, PermitState, PermitStatus

SHANGHAI = ZoneInfo("Asia/Shanghai")


def permit_status(
    state: PermitState, valid_from: datetime, valid_until: datetime, now: datetime
) -> PermitStatus:
    match state:
        case PermitState.CANCELLED:
            return PermitStatus.CANCELLED
        case PermitState.SUPERSEDED:
            return PermitStatus.SUPERSEDED
        case PermitState.AWAITING_ORIGINALS:
            return PermitStatus.AWAITING_ORIGINALS if now < valid_until else PermitStatus.EXPIRED
        case PermitState.ISSUED:
            if now < valid_from:
                return PermitStatus.NOT_YET_VALID
            return PermitStatus.ACTIVE if now < valid_until else PermitStatus.EXPIRED


def printed_day(valid_until: datetime) -> date:
    """The last valid day, as it is printed."""
    return (valid_until.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()


def first_day(valid_from: datetime) -> date:
    return valid_from.astimezone(SHANGHAI).date()


def days_left(valid_until: datetime, now: datetime) -> int:
    """Whole days from today in Shanghai to the printed day: 0 on the last valid day, negative
    after it."""
    return (printed_day(valid_until) - now.astimezone(SHANGHAI).date()).days


def is_loadable(form: PermitForm, status: PermitStatus) -> bool:
    """Whether a permit goes onto a card: active and not an old plastic one ("no change, no
    replacement")."""
    return status is PermitStatus.ACTIVE and form is not PermitForm.PLASTIC
