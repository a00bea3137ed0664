"""How long a permit is granted. Pure.

Never past what was asked for, the cap of the category, the contract or the passport (FACTS.md).
A cap counts calendar years: from 5 March 2027 one year lasts to 4 March 2028.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ValidityBound(StrEnum):
    """What decides the last day; of several on the same day the first of this list."""

    REQUESTED = "REQUESTED"
    CATEGORY_CAP = "CATEGORY_CAP"
    CONTRACT = "CONTRACT"
    PASSPORT = "PASSPORT"


@dataclass(frozen=True)
class GrantedValidity:
    """`first_day` to `last_day`, both valid; `last_day` is printed. `resolvers.rules.permit_status`
    turns both into instants: `starts_at`, `ends_at`."""

    first_day: date
    last_day: date
    bound: ValidityBound


@dataclass(frozen=True)
class ValidityOver:
    """Nothing can be granted: this bound lies before the first day."""

    bound: ValidityBound
    last_day: date


def granted_validity(
    *,
    cap_years: int,
    first_day: date,
    requested_until: date,
    contract_until: date,
    passport_until: date,
) -> GrantedValidity | ValidityOver:
    """All days are plausible days of Asia/Shanghai (`resolvers.rules.windows.is_plausible`);
    `contract_until` and `passport_until` are the last days on which they hold."""
    ends = {
        ValidityBound.REQUESTED: requested_until,
        ValidityBound.CATEGORY_CAP: last_day_of_years(first_day, cap_years),
        ValidityBound.CONTRACT: contract_until,
        ValidityBound.PASSPORT: passport_until,
    }
    bound = min(ends, key=lambda one: ends[one])
    if ends[bound] < first_day:
        return ValidityOver(bound, ends[bound])
    return GrantedValidity(first_day, ends[bound], bound)


def last_day_of_years(first_day: date, years: int) -> date:
    """The day before the anniversary. Years from 29 February end on 28 February, whether or not
    the year in which they end has a 29th.

    Raises ValueError for fewer than one year and past year 9999.
    """
    if years < 1:
        raise ValueError("a validity is at least one year")
    year = first_day.year + years
    if (first_day.month, first_day.day) == (2, 29):
        return date(year, 2, 28)
    return first_day.replace(year=year) - timedelta(days=1)
