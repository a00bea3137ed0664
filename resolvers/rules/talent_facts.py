"""What is stated about a person for the points table of the talent standards (FACTS.md). Pure.

Money is whole yuan: every band begins at whole yuan, so fen that are dropped change no band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Education(StrEnum):
    """The highest degree. OTHER is anything below a bachelor's."""

    DOCTOR = "DOCTOR"
    MASTER = "MASTER"
    BACHELOR = "BACHELOR"
    OTHER = "OTHER"


class SkillCertificate(StrEnum):
    """The highest vocational certificate."""

    TOP_VOCATIONAL = "TOP_VOCATIONAL"
    TECHNICIAN = "TECHNICIAN"
    SENIOR_WORKER = "SENIOR_WORKER"
    NONE = "NONE"


class ChineseLevel(StrEnum):
    """The strongest ground for points for Chinese."""

    FORMER_CHINESE_NATIONAL = "FORMER_CHINESE_NATIONAL"
    DEGREE_TAUGHT_IN_CHINESE = "DEGREE_TAUGHT_IN_CHINESE"
    HSK_5_OR_HIGHER = "HSK_5_OR_HIGHER"
    HSK_4 = "HSK_4"
    HSK_3 = "HSK_3"
    HSK_2 = "HSK_2"
    HSK_1 = "HSK_1"
    NONE = "NONE"


class PlaceOfWork(StrEnum):
    """The kind of region that the post is in."""

    WEST = "WEST"
    NORTH_EAST_OLD_INDUSTRIAL_BASE = "NORTH_EAST_OLD_INDUSTRIAL_BASE"
    POOR_COUNTY = "POOR_COUNTY"
    OTHER = "OTHER"


class ExtraGround(StrEnum):
    """Grounds for the extra points, which are given once however many there are."""

    HIGH_LEVEL_UNIVERSITY = "HIGH_LEVEL_UNIVERSITY"
    FORTUNE_500_JOB = "FORTUNE_500_JOB"
    PATENTS = "PATENTS"
    FIVE_YEARS_IN_CHINA = "FIVE_YEARS_IN_CHINA"


@dataclass(frozen=True)
class TalentFacts:
    """`assessed_on` is the day in Asia/Shanghai for which `age` holds and by which the table is
    chosen. `work_years` are completed years of relevant work. `city` is a code of
    `resolvers.policy.places`, whose province sets the points of local encouragement;
    `local_points` are those claimed."""

    assessed_on: date
    age: int
    salary_yuan: int
    education: Education
    skill_certificate: SkillCertificate
    work_years: int
    months_per_year: int
    chinese: ChineseLevel
    place_of_work: PlaceOfWork
    extra: frozenset[ExtraGround]
    city: str
    local_points: int


class TalentFact(StrEnum):
    """The facts that can be out of range."""

    AGE = "AGE"
    SALARY = "SALARY"
    WORK_YEARS = "WORK_YEARS"
    MONTHS_PER_YEAR = "MONTHS_PER_YEAR"
    CITY = "CITY"
    LOCAL_POINTS = "LOCAL_POINTS"


class TalentFault(StrEnum):
    """What is wrong with a fact."""

    TOO_LOW = "TOO_LOW"
    TOO_HIGH = "TOO_HIGH"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class TalentFactRefused:
    """Never holds the value itself."""

    fact: TalentFact
    fault: TalentFault


@dataclass(frozen=True)
class Bounds:
    """Both ends included."""

    lowest: int
    highest: int

    def fault_of(self, value: int) -> TalentFault | None:
        if value < self.lowest:
            return TalentFault.TOO_LOW
        return TalentFault.TOO_HIGH if value > self.highest else None


FACT_BOUNDS: Mapping[TalentFact, Bounds] = {
    # The table begins at 18. The other ends only keep out slips of the finger.
    TalentFact.AGE: Bounds(18, 100),
    TalentFact.SALARY: Bounds(0, 1_000_000_000),
    TalentFact.WORK_YEARS: Bounds(0, 80),
    TalentFact.MONTHS_PER_YEAR: Bounds(0, 12),
}
"""What can be assessed, whatever the table; local points are bounded by the table."""


def age_on(birth_date: date, day: date) -> int:
    """Completed years of life. A year is complete on the birthday; whoever was born on 29 February
    has it on 1 March of other years. Negative for a birth to come."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)
