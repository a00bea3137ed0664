"""What an employer sees of a holder: duty × consent × employment period × field. Pure.

- By duty: the permits that it sponsors and the holder's name, live while it sponsors him, and
  afterwards as they were at the end.
- By consent: what a standing grant names, live, and nothing of it from the instant at which the
  grant or the employment ends.
- Everything else: not at all.

What an employer files itself is its own, whoever it is about, and not a matter of this rule. One
page for readers is made from here and from the graph: docs/employer-access.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from resolvers.rules.bundles import FIELDS, Bundle
from resolvers.rules.grants import GrantStatus, grant_status


class EmploymentPeriod(StrEnum):
    """Of one employer and one holder. NONE: it never sponsored him."""

    NONE = "NONE"
    CURRENT = "CURRENT"
    ENDED = "ENDED"


class Shown(StrEnum):
    LIVE = "LIVE"
    AS_AT_END = "AS_AT_END"
    NOT = "NOT"


DUTY_FIELDS: Final = frozenset(
    {
        "employments.started_at",
        "employments.ends_at",
        "holders.full_name",
        "permits.number",
        "permits.category",
        "permits.employer",
        "permits.form",
        "permits.post",
        "permits.city",
        "permits.valid_from",
        "permits.valid_until",
        "permits.status",
        "permits.issued_at",
        "permits.history",
        "permits.source",
    }
)
"""What the law has an employer know of whom it sponsors, by the names of `bundles.FIELDS`."""


_CURRENT: Final = EmploymentPeriod.CURRENT
_LIVE: Final = Shown.LIVE
"""What nearly every row of a list is; its class looks a member up anew at each use."""


def period_at(employment_ends_at: datetime | None, now: datetime) -> EmploymentPeriod:
    """`employment_ends_at` is None where there is no employment."""
    if employment_ends_at is None:
        return EmploymentPeriod.NONE
    return _CURRENT if now < employment_ends_at else EmploymentPeriod.ENDED


def shown_by_duty(period: EmploymentPeriod) -> Shown:
    if period is _CURRENT:
        return _LIVE
    match period:
        case EmploymentPeriod.ENDED:
            return Shown.AS_AT_END
        case EmploymentPeriod.NONE:
            return Shown.NOT


def bundles_shown(
    grant: Mapping[str, Any], employment_ends_at: datetime | None, now: datetime
) -> frozenset[Bundle]:
    """What a stored grant lets its employer see now; none of a grant that does not stand."""
    if grant_status(grant, employment_ends_at, now) is not GrantStatus.STANDING:
        return frozenset()
    return frozenset(map(Bundle, grant["bundles"]))


def how_shown(field: str, period: EmploymentPeriod, granted: Collection[Bundle]) -> Shown:
    """`granted` are the bundles of the grants that stand, were the employment current."""
    if period is EmploymentPeriod.CURRENT and any(field in FIELDS[bundle] for bundle in granted):
        return Shown.LIVE
    return shown_by_duty(period) if field in DUTY_FIELDS else Shown.NOT
