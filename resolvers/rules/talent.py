"""Assessing a person by the points table of the talent standards (FACTS.md). Pure.

Points decide between A and B alone: fewer than B asks for give nothing by themselves, and other
routes lead to both categories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from resolvers.rules.talent_facts import (
    FACT_BOUNDS,
    Bounds,
    ExtraGround,
    TalentFact,
    TalentFactRefused,
    TalentFacts,
    TalentFault,
)
from resolvers.rules.talent_points import Step, TalentItem, TalentTable
from resolvers.vocabulary import PermitCategory

_Choice = TypeVar("_Choice", bound=StrEnum)


class TalentReason(StrEnum):
    """Why an item has its points."""

    FULL_POINTS = "FULL_POINTS"
    IN_BAND = "IN_BAND"
    NO_POINTS = "NO_POINTS"
    BY_EDUCATION = "BY_EDUCATION"
    BY_SKILL_CERTIFICATE = "BY_SKILL_CERTIFICATE"
    GROUND_STATED = "GROUND_STATED"
    COUNTED_ONCE = "COUNTED_ONCE"
    CLAIMED = "CLAIMED"


@dataclass(frozen=True)
class Band:
    """A line of an item, in itself: it can be told in words without its table.

    Either a range of numbers, `[lowest, below)` with `below` None for the last, or the `choices`
    (codes of closed enums) that give the same points; of the extra grounds those stated.
    """

    points: int
    lowest: int | None = None
    below: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssessedItem:
    """`next_band` is the nearest band that gives more, None when there is none: nobody grows
    younger."""

    item: TalentItem
    maximum: int
    band: Band
    next_band: Band | None
    reason: TalentReason

    @property
    def points(self) -> int:
        return self.band.points


@dataclass(frozen=True)
class NextCategory:
    category: PermitCategory
    points_missing: int


@dataclass(frozen=True)
class TalentAssessment:
    """`category` is A, B or None: points never give C. `next_category` is None at A."""

    facts: TalentFacts
    table_version: str
    total: int
    maximum: int
    category: PermitCategory | None
    next_category: NextCategory | None
    items: tuple[AssessedItem, ...]


@dataclass(frozen=True)
class TalentFactsRefused:
    """Every fact that cannot be assessed; at least one."""

    refusals: tuple[TalentFactRefused, ...]


def assess(facts: TalentFacts, table: TalentTable) -> TalentAssessment | TalentFactsRefused:
    """The points of `facts` by `table`, which is the one valid on `facts.assessed_on`."""
    refusals = tuple(_refusals(facts, table))
    if refusals:
        return TalentFactsRefused(refusals)
    items = tuple(_items(facts, table))
    total = sum(item.points for item in items)
    return TalentAssessment(
        facts=facts,
        table_version=table.version,
        total=total,
        maximum=table.maximum,
        category=_category(total, table),
        next_category=_next_category(total, table),
        items=items,
    )


def _refusals(facts: TalentFacts, table: TalentTable) -> Iterator[TalentFactRefused]:
    stated = {
        TalentFact.AGE: facts.age,
        TalentFact.SALARY: facts.salary_yuan,
        TalentFact.WORK_YEARS: facts.work_years,
        TalentFact.MONTHS_PER_YEAR: facts.months_per_year,
    }
    for fact, value in stated.items():
        fault = FACT_BOUNDS[fact].fault_of(value)
        if fault is not None:
            yield TalentFactRefused(fact, fault)
    most = table.local_maxima.get(facts.city)
    if most is None:
        yield TalentFactRefused(TalentFact.CITY, TalentFault.UNKNOWN)
    fault = Bounds(0, table.local_maximum if most is None else most).fault_of(facts.local_points)
    if fault is not None:
        yield TalentFactRefused(TalentFact.LOCAL_POINTS, fault)


def _category(total: int, table: TalentTable) -> PermitCategory | None:
    if total >= table.lowest_a:
        return PermitCategory.A
    return PermitCategory.B if total >= table.lowest_b else None


def _next_category(total: int, table: TalentTable) -> NextCategory | None:
    if total < table.lowest_b:
        return NextCategory(PermitCategory.B, table.lowest_b - total)
    if total < table.lowest_a:
        return NextCategory(PermitCategory.A, table.lowest_a - total)
    return None


def _items(facts: TalentFacts, table: TalentTable) -> Iterator[AssessedItem]:
    """One for each line, in the order of the table."""
    yield _by_steps(TalentItem.SALARY, facts.salary_yuan, table.salary)
    yield _qualification(facts, table)
    yield _by_steps(TalentItem.WORK_YEARS, facts.work_years, table.work_years)
    yield _by_steps(TalentItem.MONTHS_PER_YEAR, facts.months_per_year, table.months_per_year)
    yield _by_choice(TalentItem.CHINESE, facts.chinese, table.chinese)
    yield _by_choice(TalentItem.PLACE_OF_WORK, facts.place_of_work, table.place_of_work)
    yield _by_steps(TalentItem.AGE, facts.age, table.age)
    yield _extra(facts, table)
    yield _local(facts, table)


def _by_steps(item: TalentItem, value: int, steps: Sequence[Step]) -> AssessedItem:
    ends = [*(step.lowest for step in steps[1:]), None]
    bands = [
        Band(step.points, lowest=step.lowest, below=below)
        for step, below in zip(steps, ends, strict=True)
    ]
    at = max(index for index, step in enumerate(steps) if step.lowest <= value)
    more = (later for later in bands[at + 1 :] if later.points > bands[at].points)
    maximum = max(step.points for step in steps)
    reason = _reason(bands[at].points, maximum)
    return AssessedItem(item, maximum, bands[at], next(more, None), reason)


def _by_choice(item: TalentItem, choice: _Choice, choices: Mapping[_Choice, int]) -> AssessedItem:
    """The band of all choices with as many points, and the band that gives the next more."""
    points, maximum = choices[choice], max(choices.values())
    band, next_band = _bands_around(points, choices)
    return AssessedItem(item, maximum, band, next_band, _reason(points, maximum))


def _bands_around(points: int, choices: Mapping[_Choice, int]) -> tuple[Band, Band | None]:
    def band_of(given: int) -> Band:
        return Band(given, choices=tuple(one.value for one, has in choices.items() if has == given))

    more = [has for has in choices.values() if has > points]
    return band_of(points), band_of(min(more)) if more else None


def _reason(points: int, maximum: int) -> TalentReason:
    if points == 0:
        return TalentReason.NO_POINTS
    return TalentReason.FULL_POINTS if points == maximum else TalentReason.IN_BAND


def _qualification(facts: TalentFacts, table: TalentTable) -> AssessedItem:
    """Education or certificate, whichever gives more; education where both give the same."""
    by_education = table.education[facts.education]
    by_certificate = table.skill_certificate[facts.skill_certificate]
    points = max(by_education, by_certificate)
    both = dict[StrEnum, int](chain(table.education.items(), table.skill_certificate.items()))
    band, next_band = _bands_around(points, both)
    if points == 0:
        reason = TalentReason.NO_POINTS
    elif by_education == points:
        reason = TalentReason.BY_EDUCATION
    else:
        reason = TalentReason.BY_SKILL_CERTIFICATE
    return AssessedItem(TalentItem.QUALIFICATION, max(both.values()), band, next_band, reason)


def _extra(facts: TalentFacts, table: TalentTable) -> AssessedItem:
    stated = tuple(ground.value for ground in ExtraGround if ground in facts.extra)
    if not stated:
        every = Band(table.extra, choices=tuple(ground.value for ground in ExtraGround))
        band, next_band, reason = Band(0), every, TalentReason.NO_POINTS
        return AssessedItem(TalentItem.EXTRA, table.extra, band, next_band, reason)
    reason = TalentReason.GROUND_STATED if len(stated) == 1 else TalentReason.COUNTED_ONCE
    band = Band(table.extra, choices=stated)
    return AssessedItem(TalentItem.EXTRA, table.extra, band, None, reason)


def _local(facts: TalentFacts, table: TalentTable) -> AssessedItem:
    """As claimed: which achievements earn how much is the province's own."""
    points = facts.local_points
    band = Band(points, lowest=points, below=points + 1)
    is_less = points < table.local_maxima[facts.city]
    next_band = Band(points + 1, lowest=points + 1, below=points + 2) if is_less else None
    reason = TalentReason.CLAIMED if points else TalentReason.NO_POINTS
    return AssessedItem(TalentItem.LOCAL, table.local_maximum, band, next_band, reason)
