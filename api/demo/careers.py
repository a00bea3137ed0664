"""A working life as days: which permits followed which, built backwards from the last one.

Validity follows FACTS.md: category A up to 5 years, B up to 2, C up to 1. An extension begins the
day after; another employer means that the permit is cancelled and a new one issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from api.demo.days import ONE_DAY
from api.demo.draw import Draw
from resolvers.vocabulary import PermitCategory

_EXTENDED_PERCENT = 68

VALIDITY_DAYS: Mapping[PermitCategory, tuple[int, ...]] = {
    PermitCategory.A: (730, 1095, 1095, 1825, 1825),
    PermitCategory.B: (365, 730, 730),
    PermitCategory.C: (180, 365, 365),
}


class Ending(Enum):
    """How the last permit stands. The plan's `ends_on` is its last printed day, or with CANCELLED
    the day of that."""

    RUNS_OUT = auto()
    CANCELLED = auto()
    EXTENDED_AHEAD = auto()


@dataclass(frozen=True)
class CareerPlan:
    category: PermitCategory
    permits: int
    ending: Ending
    ends_on: date
    validity_days: int | None = None
    """Of the last permit; drawn when None."""


@dataclass(frozen=True)
class Span:
    """One permit: its printed days, both valid, and how many employers came before.

    `left_on` is the day of an early cancellation. `extends` tells that it goes on from the span
    before it, for the same employer.
    """

    first_day: date
    last_day: date
    left_on: date | None
    job: int
    extends: bool

    @property
    def over_on(self) -> date:
        return self.last_day if self.left_on is None else self.left_on


def spans_of(draw: Draw, plan: CareerPlan) -> list[Span]:
    """Oldest first."""
    ends_on, left, job = plan.ends_on, plan.ending is Ending.CANCELLED, 0
    spans: list[Span] = []
    for ordinal in range(plan.permits):
        length = draw.pick(VALIDITY_DAYS[plan.category])
        if ordinal == 0 and plan.validity_days is not None:
            length = plan.validity_days
        first = ends_on - (
            (draw.between(length // 3, length - 2) if left else length - 1) * ONE_DAY
        )
        last = first + (length - 1) * ONE_DAY
        must_extend = ordinal == 0 and plan.ending is Ending.EXTENDED_AHEAD
        extends = ordinal < plan.permits - 1 and (must_extend or draw.chance(_EXTENDED_PERCENT))
        spans.append(Span(first, last, ends_on if left else None, job, extends))
        if extends:
            ends_on, left = first - ONE_DAY, False
        else:
            ends_on, left = first - timedelta(days=draw.between(1, 20)), True
            job += 1
    # Counted backwards above: the first employer is 0.
    jobs = spans[-1].job
    return [
        Span(span.first_day, span.last_day, span.left_on, jobs - span.job, span.extends)
        for span in reversed(spans)
    ]
