"""What can be stated for the talent standards, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from resolvers.policy.talent_tables import TABLE_2017
from resolvers.rules.talent import TalentFactsRefused, assess
from resolvers.rules.talent_facts import TalentFact, TalentFacts, TalentFault, age_on
from tests.talent_people import ENGINEER


def refused(facts: TalentFacts) -> list[tuple[TalentFact, TalentFault]]:
    answer = assess(facts, TABLE_2017)
    assert isinstance(answer, TalentFactsRefused)
    return [(refusal.fact, refusal.fault) for refusal in answer.refusals]


@pytest.mark.parametrize(
    ("stated", "fact", "fault"),
    [
        ({"age": 17}, TalentFact.AGE, TalentFault.TOO_LOW),
        ({"age": -1}, TalentFact.AGE, TalentFault.TOO_LOW),
        ({"age": 101}, TalentFact.AGE, TalentFault.TOO_HIGH),
        ({"salary_yuan": -1}, TalentFact.SALARY, TalentFault.TOO_LOW),
        ({"salary_yuan": 1_000_000_001}, TalentFact.SALARY, TalentFault.TOO_HIGH),
        ({"work_years": -1}, TalentFact.WORK_YEARS, TalentFault.TOO_LOW),
        ({"work_years": 81}, TalentFact.WORK_YEARS, TalentFault.TOO_HIGH),
        ({"months_per_year": -1}, TalentFact.MONTHS_PER_YEAR, TalentFault.TOO_LOW),
        ({"months_per_year": 13}, TalentFact.MONTHS_PER_YEAR, TalentFault.TOO_HIGH),
        ({"city": "000000"}, TalentFact.CITY, TalentFault.UNKNOWN),
        ({"local_points": -1}, TalentFact.LOCAL_POINTS, TalentFault.TOO_LOW),
        ({"local_points": 11}, TalentFact.LOCAL_POINTS, TalentFault.TOO_HIGH),
    ],
)
def test_a_fact_out_of_range_is_refused_by_name(
    stated: dict[str, Any], fact: TalentFact, fault: TalentFault
) -> None:
    assert refused(replace(ENGINEER, **stated)) == [(fact, fault)]


def test_all_wrong_facts_are_told_at_once() -> None:
    wrong = replace(ENGINEER, age=17, salary_yuan=-1, work_years=81, months_per_year=13)
    wrong = replace(wrong, city="nowhere", local_points=11)
    assert [fact for fact, _ in refused(wrong)] == list(TalentFact)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1990, 11, 23), date(2026, 11, 22), 35),
        (date(1990, 11, 23), date(2026, 11, 23), 36),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2004, 2, 29), date(2028, 2, 28), 23),
        (date(2004, 2, 29), date(2028, 2, 29), 24),
        (date(2026, 11, 24), date(2026, 11, 23), -1),
    ],
)
def test_a_year_of_age_is_complete_on_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age
