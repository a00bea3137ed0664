"""A talent assessment as plain JSON values, to be sealed and kept with an application. Pure.

Dates are ISO days, enums their values, sets sorted lists. The facts are personal: whoever stores
the encoded form seals it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from resolvers.rules.talent import (
    AssessedItem,
    Band,
    NextCategory,
    TalentAssessment,
    TalentReason,
)
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


class AssessmentUnreadable(Exception):
    """Stored values that are no assessment. Says nothing of them."""


def encode_assessment(assessment: TalentAssessment) -> dict[str, Any]:
    following = assessment.next_category
    return {
        "facts": _encode_facts(assessment.facts),
        "table_version": assessment.table_version,
        "total": assessment.total,
        "maximum": assessment.maximum,
        "category": None if assessment.category is None else assessment.category.value,
        "next_category": None
        if following is None
        else {"category": following.category.value, "points_missing": following.points_missing},
        "items": [_encode_item(item) for item in assessment.items],
    }


def decode_assessment(encoded: Mapping[str, Any]) -> TalentAssessment:
    """Raises `AssessmentUnreadable`."""
    try:
        return _decode(encoded)
    except (KeyError, TypeError, ValueError):
        # The first error may quote what is stored.
        raise AssessmentUnreadable from None


def _decode(encoded: Mapping[str, Any]) -> TalentAssessment:
    category, following = encoded["category"], encoded["next_category"]
    return TalentAssessment(
        facts=_decode_facts(encoded["facts"]),
        table_version=_text(encoded["table_version"]),
        total=_whole(encoded["total"]),
        maximum=_whole(encoded["maximum"]),
        category=None if category is None else PermitCategory(category),
        next_category=None
        if following is None
        else NextCategory(
            PermitCategory(following["category"]), _whole(following["points_missing"])
        ),
        items=tuple(_decode_item(item) for item in encoded["items"]),
    )


def _encode_facts(facts: TalentFacts) -> dict[str, Any]:
    return {
        "assessed_on": facts.assessed_on.isoformat(),
        "age": facts.age,
        "salary_yuan": facts.salary_yuan,
        "education": facts.education.value,
        "skill_certificate": facts.skill_certificate.value,
        "work_years": facts.work_years,
        "months_per_year": facts.months_per_year,
        "chinese": facts.chinese.value,
        "place_of_work": facts.place_of_work.value,
        "extra": sorted(ground.value for ground in facts.extra),
        "city": facts.city,
        "local_points": facts.local_points,
    }


def _decode_facts(encoded: Mapping[str, Any]) -> TalentFacts:
    return TalentFacts(
        assessed_on=date.fromisoformat(encoded["assessed_on"]),
        age=_whole(encoded["age"]),
        salary_yuan=_whole(encoded["salary_yuan"]),
        education=Education(encoded["education"]),
        skill_certificate=SkillCertificate(encoded["skill_certificate"]),
        work_years=_whole(encoded["work_years"]),
        months_per_year=_whole(encoded["months_per_year"]),
        chinese=ChineseLevel(encoded["chinese"]),
        place_of_work=PlaceOfWork(encoded["place_of_work"]),
        extra=frozenset(ExtraGround(ground) for ground in encoded["extra"]),
        city=_text(encoded["city"]),
        local_points=_whole(encoded["local_points"]),
    )


def _encode_item(item: AssessedItem) -> dict[str, Any]:
    return {
        "item": item.item.value,
        "maximum": item.maximum,
        "band": _encode_band(item.band),
        "next_band": None if item.next_band is None else _encode_band(item.next_band),
        "reason": item.reason.value,
    }


def _decode_item(encoded: Mapping[str, Any]) -> AssessedItem:
    following = encoded["next_band"]
    return AssessedItem(
        item=TalentItem(encoded["item"]),
        maximum=_whole(encoded["maximum"]),
        band=_decode_band(encoded["band"]),
        next_band=None if following is None else _decode_band(following),
        reason=TalentReason(encoded["reason"]),
    )


def _encode_band(band: Band) -> dict[str, Any]:
    return {
        "points": band.points,
        "lowest": band.lowest,
        "below": band.below,
        "choices": list(band.choices),
    }


def _decode_band(encoded: Mapping[str, Any]) -> Band:
    lowest, below = encoded["lowest"], encoded["below"]
    return Band(
        points=_whole(encoded["points"]),
        lowest=None if lowest is None else _whole(lowest),
        below=None if below is None else _whole(below),
        choices=tuple(_text(choice) for choice in encoded["choices"]),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
