"""The shape of a points table of the talent standards; the tables are data of
`resolvers.policy.talent_tables`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from resolvers.rules.talent_facts import (
    FACT_BOUNDS,
    ChineseLevel,
    Education,
    PlaceOfWork,
    SkillCertificate,
    TalentFact,
)

_Choice = TypeVar("_Choice", bound=StrEnum)


class TalentItem(StrEnum):
    """The lines of the table, in its order."""

    SALARY = "SALARY"
    QUALIFICATION = "QUALIFICATION"
    WORK_YEARS = "WORK_YEARS"
    MONTHS_PER_YEAR = "MONTHS_PER_YEAR"
    CHINESE = "CHINESE"
    PLACE_OF_WORK = "PLACE_OF_WORK"
    AGE = "AGE"
    EXTRA = "EXTRA"
    LOCAL = "LOCAL"


class TalentTableMalformed(ValueError):
    """A table that would leave somebody without a band, or could not be reached."""


@dataclass(frozen=True)
class Step:
    """From `lowest`, included, up to the next step. Years, months, or yuan a year."""

    lowest: int
    points: int


@dataclass(frozen=True)
class TalentTable:
    """One version. It holds from `valid_from`, a day in Asia/Shanghai, until a later one does.

    `local_maxima` is by city what can be claimed at most as local encouragement, of which no
    province gives more than `local_maximum`. Raises `TalentTableMalformed`.
    """

    version: str
    valid_from: date
    lowest_a: int
    lowest_b: int
    salary: Sequence[Step]
    education: Mapping[Education, int]
    skill_certificate: Mapping[SkillCertificate, int]
    work_years: Sequence[Step]
    months_per_year: Sequence[Step]
    chinese: Mapping[ChineseLevel, int]
    place_of_work: Mapping[PlaceOfWork, int]
    age: Sequence[Step]
    extra: int
    local_maximum: int
    local_maxima: Mapping[str, int]

    def __post_init__(self) -> None:
        _check_steps(self.salary, TalentFact.SALARY)
        _check_steps(self.work_years, TalentFact.WORK_YEARS)
        _check_steps(self.months_per_year, TalentFact.MONTHS_PER_YEAR)
        _check_steps(self.age, TalentFact.AGE)
        _check_choices(self.education, Education)
        _check_choices(self.skill_certificate, SkillCertificate)
        _check_choices(self.chinese, ChineseLevel)
        _check_choices(self.place_of_work, PlaceOfWork)
        if self.extra < 0 or any(
            not 0 <= most <= self.local_maximum for most in self.local_maxima.values()
        ):
            raise TalentTableMalformed("extra or local points")
        if not 0 < self.lowest_b < self.lowest_a <= self.maximum:
            raise TalentTableMalformed("category thresholds")

    @property
    def maxima(self) -> Mapping[TalentItem, int]:
        """The most that each item gives."""
        qualifications = (*self.education.values(), *self.skill_certificate.values())
        return {
            TalentItem.SALARY: _most(self.salary),
            TalentItem.QUALIFICATION: max(qualifications),
            TalentItem.WORK_YEARS: _most(self.work_years),
            TalentItem.MONTHS_PER_YEAR: _most(self.months_per_year),
            TalentItem.CHINESE: max(self.chinese.values()),
            TalentItem.PLACE_OF_WORK: max(self.place_of_work.values()),
            TalentItem.AGE: _most(self.age),
            TalentItem.EXTRA: self.extra,
            TalentItem.LOCAL: self.local_maximum,
        }

    @property
    def maximum(self) -> int:
        """The most that anybody can reach."""
        return sum(self.maxima.values())


def _most(steps: Sequence[Step]) -> int:
    return max(step.points for step in steps)


def _check_steps(steps: Sequence[Step], fact: TalentFact) -> None:
    """The first step begins with the lowest value of the fact, and each lies above the last."""
    begins = [step.lowest for step in steps]
    ascending = all(low < high for low, high in pairwise(begins))
    if begins[:1] != [FACT_BOUNDS[fact].lowest] or not ascending:
        raise TalentTableMalformed(f"steps of {fact}")
    if any(step.points < 0 for step in steps):
        raise TalentTableMalformed(f"points of {fact}")


def _check_choices(points: Mapping[_Choice, int], choices: type[_Choice]) -> None:
    if set(points) != set(choices) or min(points.values()) < 0:
        raise TalentTableMalformed(choices.__name__)
