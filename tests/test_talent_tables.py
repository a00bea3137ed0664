"""The points tables as data: by date, without gaps, told in words, kept with an application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given

from resolvers.policy.places import CITIES
from resolvers.policy.talent_tables import OTHER_ROUTES, TABLE_2017, NoTalentTable, table_for
from resolvers.policy.talent_texts import FACT_TEXTS, ITEM_LABELS, REASON_TEXTS, band_text
from resolvers.rules.talent import (
    Band,
    TalentAssessment,
    TalentFactsRefused,
    TalentReason,
    assess,
)
from resolvers.rules.talent_codec import (
    AssessmentUnreadable,
    decode_assessment,
    encode_assessment,
)
from resolvers.rules.talent_facts import (
    ChineseLevel,
    Education,
    SkillCertificate,
    TalentFact,
    TalentFacts,
)
from resolvers.rules.talent_points import Step, TalentItem, TalentTableMalformed
from resolvers.vocabulary import PermitCategory
from tests.talent_people import ENGINEER, FACTS_IN_RANGE, NOTHING, assessed, item_of

SECOND = replace(
    TABLE_2017,
    version="second",
    valid_from=date(2027, 1, 1),
    salary=(Step(0, 0), Step(400_000, 20)),
)


def test_a_table_that_is_valid_from_a_later_day_is_chosen_from_that_day_on() -> None:
    for tables in ((TABLE_2017, SECOND), (SECOND, TABLE_2017)):
        assert table_for(date(2026, 12, 31), tables) is TABLE_2017
        assert table_for(date(2027, 1, 1), tables) is SECOND
        assert table_for(date(2040, 1, 1), tables) is SECOND


def test_the_same_facts_are_worth_what_the_table_of_their_day_says() -> None:
    told = {}
    for on in (date(2026, 12, 31), date(2027, 1, 1)):
        facts = replace(ENGINEER, assessed_on=on)
        assessment = assess(facts, table_for(on, (TABLE_2017, SECOND)))
        assert isinstance(assessment, TalentAssessment)
        told[assessment.table_version] = (assessment.total, assessment.category)
    assert told == {"2017-provisional": (82, PermitCategory.B), "second": (65, PermitCategory.B)}


def test_there_is_no_table_before_the_first() -> None:
    assert table_for(TABLE_2017.valid_from) is TABLE_2017
    with pytest.raises(NoTalentTable):
        table_for(TABLE_2017.valid_from - timedelta(days=1))


@pytest.mark.parametrize(
    "flaw",
    [
        {"salary": ()},
        {"salary": (Step(1, 0), Step(50_000, 5))},
        {"work_years": (Step(0, 0), Step(5, 5), Step(2, 8))},
        {"months_per_year": (Step(0, 0), Step(3, 5), Step(3, 6))},
        {"age": (Step(0, 10),)},
        {"age": (Step(18, -1),)},
        {"education": {Education.DOCTOR: 20}},
        {"chinese": {**TABLE_2017.chinese, ChineseLevel.NONE: -1}},
        {"extra": -1},
        {"local_maxima": {"440100": 11}},
        {"local_maxima": {"440100": -1}},
        {"lowest_a": 60},
        {"lowest_a": 121},
        {"lowest_b": 0},
    ],
)
def test_a_table_with_a_gap_or_a_class_out_of_reach_is_no_table(flaw: dict[str, Any]) -> None:
    with pytest.raises(TalentTableMalformed):
        replace(TABLE_2017, **flaw)


def test_every_city_of_ours_has_its_local_points() -> None:
    assert set(TABLE_2017.local_maxima) == set(CITIES)


def test_the_codes_of_education_and_certificate_differ_so_that_one_band_can_hold_both() -> None:
    assert not set(Education.__members__) & set(SkillCertificate.__members__)


def test_the_other_routes_lead_to_a_and_b_each_under_its_own_code() -> None:
    by_category = {
        category: [route.code for route in OTHER_ROUTES if route.category is category]
        for category in PermitCategory
    }
    assert by_category == {
        PermitCategory.A: ["TALENT_PROGRAMME", "AWARD", "SALARY_SIX_TIMES", "YOUNG_POSTDOC"],
        PermitCategory.B: ["BACHELOR_AND_TWO_YEARS", "LANGUAGE_TEACHER", "SALARY_FOUR_TIMES"],
        PermitCategory.C: [],
    }


def test_a_city_whose_province_grants_less_takes_no_higher_claim() -> None:
    modest = replace(TABLE_2017, local_maxima={"440100": 4})
    granted = assess(replace(ENGINEER, local_points=4), modest)
    assert isinstance(granted, TalentAssessment)
    local = item_of(granted, TalentItem.LOCAL)
    assert (local.points, local.maximum, local.next_band) == (4, 10, None)
    assert isinstance(assess(replace(ENGINEER, local_points=5), modest), TalentFactsRefused)


def test_bands_are_told_in_words_in_both_languages() -> None:
    told = {
        item.item: (band_text(item.item, item.band).en, band_text(item.item, item.band).zh)
        for item in assessed(replace(ENGINEER, local_points=3)).items
    }
    assert told == {
        TalentItem.SALARY: (
            "¥350,000 to under ¥450,000 a year",
            "每年350,000元以上、不满450,000元",
        ),
        TalentItem.QUALIFICATION: ("master's degree / technician", "硕士／技师"),
        TalentItem.WORK_YEARS: ("8 years", "8年"),
        TalentItem.MONTHS_PER_YEAR: ("9 months or more", "9个月及以上"),
        TalentItem.CHINESE: ("HSK 4", "汉语水平考试（HSK）四级"),
        TalentItem.PLACE_OF_WORK: ("another place", "其他地区"),
        TalentItem.AGE: ("26 to 45", "26至45周岁"),
        TalentItem.EXTRA: ("holds patents", "拥有专利"),
        TalentItem.LOCAL: ("points claimed: 3", "申报3分"),
    }


def test_bands_without_points_are_told_in_words_too() -> None:
    told = [band_text(item.item, item.band).en for item in assessed(NOTHING).items]
    assert told == [
        "under ¥50,000 a year",
        "no bachelor's degree / no skill certificate",
        "under 2 years",
        "under 3 months",
        "none of these",
        "another place",
        "61 or older",
        "none stated",
        "points claimed: 0",
    ]


def test_the_words_of_a_band_never_fall_back_on_codes() -> None:
    for table in (TABLE_2017.education, TABLE_2017.skill_certificate):
        for choice in table:
            band = Band(0, choices=(choice.value,))
            assert choice.value not in band_text(TalentItem.QUALIFICATION, band).en
    assert set(ITEM_LABELS) == set(TalentItem)
    assert set(REASON_TEXTS) == set(TalentReason)
    assert set(FACT_TEXTS) == set(TalentFact)


@given(FACTS_IN_RANGE)
def test_an_assessment_comes_back_from_storage_as_it_was(facts: TalentFacts) -> None:
    assessment = assessed(facts)
    stored = json.loads(json.dumps(encode_assessment(assessment)))
    assert decode_assessment(stored) == assessment


def test_every_part_of_a_stored_assessment_is_needed_to_read_it() -> None:
    whole = json.dumps(encode_assessment(assessed(ENGINEER)))
    for path in list(_paths(json.loads(whole))):
        for spoiled in (_without(json.loads(whole), path), _with_junk(json.loads(whole), path)):
            with pytest.raises(AssessmentUnreadable) as raised:
                decode_assessment(spoiled)
            assert str(raised.value) == ""
            assert raised.value.__suppress_context__


def _paths(value: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, inner in value.items():
        yield (*above, name)
        if isinstance(inner, dict):
            yield from _paths(inner, (*above, name))


def _without(value: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    _parent(value, path).pop(path[-1])
    return value


def _with_junk(value: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    _parent(value, path)[path[-1]] = 0.5
    return value


def _parent(value: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for name in path[:-1]:
        value = value[name]
    return value
