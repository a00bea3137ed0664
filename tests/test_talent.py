"""Points and categories of the talent standards (FACTS.md, "Points table")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from resolvers.rules.talent import NextCategory, TalentReason
from resolvers.rules.talent_facts import (
    ChineseLevel,
    Education,
    ExtraGround,
    PlaceOfWork,
    SkillCertificate,
    TalentFacts,
)
from resolvers.rules.talent_points import TalentItem
from resolvers.vocabulary import PermitCategory
from tests.talent_people import (
    ENGINEER,
    EVERYTHING,
    FACTS_IN_RANGE,
    NOTHING,
    SCIENTIST,
    assessed,
    item_of,
)

SALARY_EDGES = {
    0: 0,
    49_999: 0,
    50_000: 5,
    69_999: 5,
    70_000: 8,
    149_999: 8,
    150_000: 11,
    249_999: 11,
    250_000: 14,
    349_999: 14,
    350_000: 17,
    449_999: 17,
    450_000: 20,
    1_000_000_000: 20,
}
WORK_YEARS = dict(
    enumerate([0, 0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 20, 20])
)
MONTHS = dict(enumerate([0, 0, 0, 5, 5, 5, 10, 10, 10, 15, 15, 15, 15]))
AGES = {18: 10, 25: 10, 26: 15, 45: 15, 46: 10, 55: 10, 56: 5, 60: 5, 61: 0, 100: 0}
CHINESE = {
    ChineseLevel.FORMER_CHINESE_NATIONAL: 5,
    ChineseLevel.DEGREE_TAUGHT_IN_CHINESE: 5,
    ChineseLevel.HSK_5_OR_HIGHER: 5,
    ChineseLevel.HSK_4: 4,
    ChineseLevel.HSK_3: 3,
    ChineseLevel.HSK_2: 2,
    ChineseLevel.HSK_1: 1,
    ChineseLevel.NONE: 0,
}
PLACES = {
    PlaceOfWork.WEST: 10,
    PlaceOfWork.NORTH_EAST_OLD_INDUSTRIAL_BASE: 10,
    PlaceOfWork.POOR_COUNTY: 10,
    PlaceOfWork.OTHER: 0,
}
EDUCATIONS = {
    Education.DOCTOR: 20,
    Education.MASTER: 15,
    Education.BACHELOR: 10,
    Education.OTHER: 0,
}
CERTIFICATES = {
    SkillCertificate.TOP_VOCATIONAL: 20,
    SkillCertificate.TECHNICIAN: 15,
    SkillCertificate.SENIOR_WORKER: 10,
    SkillCertificate.NONE: 0,
}
LINES: list[tuple[TalentItem, str, dict[Any, int]]] = [
    (TalentItem.SALARY, "salary_yuan", SALARY_EDGES),
    (TalentItem.QUALIFICATION, "education", EDUCATIONS),
    (TalentItem.QUALIFICATION, "skill_certificate", CERTIFICATES),
    (TalentItem.WORK_YEARS, "work_years", {**WORK_YEARS, 80: 20}),
    (TalentItem.MONTHS_PER_YEAR, "months_per_year", MONTHS),
    (TalentItem.CHINESE, "chinese", CHINESE),
    (TalentItem.PLACE_OF_WORK, "place_of_work", PLACES),
    (TalentItem.AGE, "age", AGES),
    (TalentItem.LOCAL, "local_points", {points: points for points in range(11)}),
]


@pytest.mark.parametrize(
    ("item", "fact", "value", "points"),
    [
        pytest.param(item, fact, value, points, id=f"{fact}={value}")
        for item, fact, edges in LINES
        for value, points in edges.items()
    ],
)
def test_each_band_begins_and_ends_where_the_table_says(
    item: TalentItem, fact: str, value: Any, points: int
) -> None:
    """The item alone changes: all other facts give nothing."""
    assessment = assessed(replace(NOTHING, **{fact: value}))
    assert item_of(assessment, item).points == points
    assert assessment.total == points


def test_facts_that_fit_no_band_give_no_points_and_no_category() -> None:
    assessment = assessed(NOTHING)
    assert (assessment.total, assessment.category) == (0, None)
    assert {item.reason for item in assessment.items} == {TalentReason.NO_POINTS}
    assert [item.item for item in assessment.items] == list(TalentItem)


def test_the_engineer_of_the_worked_example_has_82_points_and_is_category_b() -> None:
    assessment = assessed(ENGINEER)
    assert [item.points for item in assessment.items] == [17, 15, 11, 15, 4, 0, 15, 5, 0]
    assert (assessment.total, assessment.category) == (82, PermitCategory.B)
    assert assessment.next_category == NextCategory(PermitCategory.A, 3)


def test_the_scientist_of_the_worked_example_has_95_points_and_is_category_a() -> None:
    assessment = assessed(SCIENTIST)
    assert [item.points for item in assessment.items] == [20, 20, 15, 15, 5, 0, 15, 5, 0]
    assert (assessment.total, assessment.category) == (95, PermitCategory.A)
    assert assessment.next_category is None


def test_who_has_the_most_of_everything_has_120_points() -> None:
    assessment = assessed(EVERYTHING)
    assert (assessment.total, assessment.maximum) == (120, 120)
    assert [item.points for item in assessment.items] == [item.maximum for item in assessment.items]
    assert [item.maximum for item in assessment.items] == [20, 20, 20, 15, 5, 10, 15, 5, 10]
    assert {item.next_band for item in assessment.items} == {None}


@pytest.mark.parametrize(
    ("local_points", "total", "category", "missing"),
    [
        (1, 84, PermitCategory.B, NextCategory(PermitCategory.A, 1)),
        (2, 85, PermitCategory.A, None),
    ],
)
def test_category_a_begins_with_85_points(
    local_points: int, total: int, category: PermitCategory, missing: NextCategory | None
) -> None:
    claimed = replace(ENGINEER, chinese=ChineseLevel.HSK_5_OR_HIGHER, local_points=local_points)
    assessment = assessed(claimed)
    assert (assessment.total, assessment.category) == (total, category)
    assert assessment.next_category == missing


@pytest.mark.parametrize(
    ("local_points", "category", "missing"),
    [
        (9, None, NextCategory(PermitCategory.B, 1)),
        (10, PermitCategory.B, NextCategory(PermitCategory.A, 25)),
    ],
)
def test_category_b_begins_with_60_points_and_fewer_give_nothing(
    local_points: int, category: PermitCategory | None, missing: NextCategory
) -> None:
    # 20 for the doctorate, 15 for the age, 15 for the months.
    young = replace(NOTHING, education=Education.DOCTOR, age=30, months_per_year=9)
    assessment = assessed(replace(young, local_points=local_points))
    assert assessment.total == 50 + local_points
    assert (assessment.category, assessment.next_category) == (category, missing)


@given(FACTS_IN_RANGE)
def test_no_total_is_above_120_or_other_than_the_sum_of_its_items(facts: TalentFacts) -> None:
    assessment = assessed(facts)
    assert 0 <= assessment.total <= assessment.maximum == 120
    assert assessment.total == sum(item.points for item in assessment.items)
    for item in assessment.items:
        assert 0 <= item.points <= item.maximum
        assert item.next_band is None or item.points < item.next_band.points <= item.maximum


@given(FACTS_IN_RANGE)
def test_what_is_missing_leads_to_the_next_category_and_no_less_does(facts: TalentFacts) -> None:
    assessment = assessed(facts)
    missing = assessment.next_category
    if missing is None:
        assert assessment.category is PermitCategory.A
    else:
        reached = assessment.total + missing.points_missing
        assert reached == {PermitCategory.A: 85, PermitCategory.B: 60}[missing.category]
        assert missing.points_missing > 0


def test_each_item_names_the_next_band_and_what_it_gives() -> None:
    following = {
        item.item: item.next_band for item in assessed(replace(ENGINEER, local_points=3)).items
    }
    salary, work = following[TalentItem.SALARY], following[TalentItem.WORK_YEARS]
    assert salary is not None
    assert (salary.points, salary.lowest, salary.below) == (20, 450_000, None)
    assert work is not None
    assert (work.points, work.lowest, work.below) == (12, 9, 10)
    qualification = following[TalentItem.QUALIFICATION]
    assert qualification is not None
    assert qualification.choices == ("DOCTOR", "TOP_VOCATIONAL")
    local = following[TalentItem.LOCAL]
    assert local is not None
    assert local.points == 4
    assert following[TalentItem.MONTHS_PER_YEAR] is None


def test_nobody_is_told_to_grow_younger() -> None:
    for age in (26, 46, 56, 61):
        assert item_of(assessed(replace(NOTHING, age=age)), TalentItem.AGE).next_band is None
    young = item_of(assessed(replace(NOTHING, age=25)), TalentItem.AGE)
    assert young.next_band is not None
    assert (young.next_band.lowest, young.next_band.points) == (26, 15)


@pytest.mark.parametrize(
    ("education", "certificate", "points", "reason"),
    [
        (Education.MASTER, SkillCertificate.SENIOR_WORKER, 15, TalentReason.BY_EDUCATION),
        (Education.MASTER, SkillCertificate.TECHNICIAN, 15, TalentReason.BY_EDUCATION),
        (
            Education.BACHELOR,
            SkillCertificate.TOP_VOCATIONAL,
            20,
            TalentReason.BY_SKILL_CERTIFICATE,
        ),
    ],
)
def test_education_and_certificate_count_once_by_the_better_of_the_two(
    education: Education, certificate: SkillCertificate, points: int, reason: TalentReason
) -> None:
    facts = replace(NOTHING, education=education, skill_certificate=certificate)
    item = item_of(assessed(facts), TalentItem.QUALIFICATION)
    assert (item.points, item.reason) == (points, reason)


@pytest.mark.parametrize(
    ("grounds", "points", "reason"),
    [
        ((), 0, TalentReason.NO_POINTS),
        *(((ground,), 5, TalentReason.GROUND_STATED) for ground in ExtraGround),
        (tuple(ExtraGround), 5, TalentReason.COUNTED_ONCE),
    ],
)
def test_extra_points_are_given_once_however_many_grounds_there_are(
    grounds: tuple[ExtraGround, ...], points: int, reason: TalentReason
) -> None:
    item = item_of(assessed(replace(NOTHING, extra=frozenset(grounds))), TalentItem.EXTRA)
    assert (item.points, item.reason) == (points, reason)
