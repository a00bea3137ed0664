"""People as the talent standards see them, all of them made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from resolvers.policy.places import CITIES
from resolvers.policy.talent_tables import TABLE_2017
from resolvers.rules.talent import AssessedItem, TalentAssessment, assess
from resolvers.rules.talent_facts import (
    ChineseLevel,
    Education,
    ExtraGround,
    PlaceOfWork,
    SkillCertificate,
    TalentFacts,
)
from resolvers.rules.talent_points import TalentItem

TODAY = date(2026, 11, 23)
NOTHING = TalentFacts(
    assessed_on=TODAY,
    age=61,
    salary_yuan=0,
    education=Education.OTHER,
    skill_certificate=SkillCertificate.NONE,
    work_years=0,
    months_per_year=0,
    chinese=ChineseLevel.NONE,
    place_of_work=PlaceOfWork.OTHER,
    extra=frozenset(),
    city="440100",
    local_points=0,
)
"""Facts that give no points at all."""
ENGINEER = replace(
    NOTHING,
    age=34,
    salary_yuan=360_000,
    education=Education.MASTER,
    work_years=8,
    months_per_year=12,
    chinese=ChineseLevel.HSK_4,
    extra=frozenset({ExtraGround.PATENTS}),
)
"""The first worked example."""
SCIENTIST = replace(
    ENGINEER,
    age=41,
    salary_yuan=500_000,
    education=Education.DOCTOR,
    work_years=12,
    chinese=ChineseLevel.HSK_5_OR_HIGHER,
)
"""The second worked example."""
EVERYTHING = replace(
    SCIENTIST,
    work_years=17,
    place_of_work=PlaceOfWork.WEST,
    extra=frozenset(ExtraGround),
    local_points=10,
)

FACTS_IN_RANGE = st.builds(
    TalentFacts,
    assessed_on=st.dates(min_value=TABLE_2017.valid_from),
    age=st.integers(18, 100),
    salary_yuan=st.integers(0, 1_000_000_000) | st.integers(0, 600_000),
    education=st.sampled_from(Education),
    skill_certificate=st.sampled_from(SkillCertificate),
    work_years=st.integers(0, 80),
    months_per_year=st.integers(0, 12),
    chinese=st.sampled_from(ChineseLevel),
    place_of_work=st.sampled_from(PlaceOfWork),
    extra=st.frozensets(st.sampled_from(ExtraGround)),
    city=st.sampled_from(sorted(CITIES)),
    local_points=st.integers(0, 10),
)
"""Whatever can be stated and assessed."""


def assessed(facts: TalentFacts) -> TalentAssessment:
    assessment = assess(facts, TABLE_2017)
    assert isinstance(assessment, TalentAssessment)
    return assessment


def item_of(assessment: TalentAssessment, item: TalentItem) -> AssessedItem:
    return next(one for one in assessment.items if one.item is item)
