"""The talent standards: what a person would be worth by the points table."""

from datetime import date

import strawberry

from auth.permissions import Permission
from resolvers.policy.permit_labels import CATEGORY_LABELS
from resolvers.policy.talent_tables import OTHER_ROUTES, table_for
from resolvers.policy.talent_texts import FACT_TEXTS, ITEM_LABELS, REASON_TEXTS, band_text
from resolvers.rules import talent
from resolvers.rules.permit_status import shanghai_day
from resolvers.rules.talent_facts import TalentFacts, age_on
from schema.context import Info
from schema.enums import PermitCategory
from schema.field import guarded
from schema.talent_types import (
    AssessTalentCategoryPayload,
    NextTalentCategory,
    OtherTalentRoute,
    TalentAssessment,
    TalentFactRefusal,
    TalentFactsInput,
    TalentFactsRefused,
    TalentItemResult,
)


@strawberry.type
class TalentQuery:
    @guarded(
        Permission.TALENT_ASSESS,
        description=(
            "Total and category by the points table of today, line by line, with what is missing "
            "for the next category. Nothing is stored."
        ),
    )
    def assess_talent_category(
        self, info: Info, input: TalentFactsInput
    ) -> AssessTalentCategoryPayload:
        assessment = assessed(info, input)
        if isinstance(assessment, talent.TalentFactsRefused):
            return shown_refusals(info, assessment)
        return shown_assessment(info, assessment)


def assessed(
    info: Info, given: TalentFactsInput
) -> talent.TalentAssessment | talent.TalentFactsRefused:
    """By the table of today."""
    facts = facts_of(given, shanghai_day(info.context.now))
    return talent.assess(facts, table_for(facts.assessed_on))


def facts_of(given: TalentFactsInput, on: date) -> TalentFacts:
    """The stated facts as of a day in Asia/Shanghai."""
    return TalentFacts(
        assessed_on=on,
        age=age_on(given.birth_date, on),
        salary_yuan=given.salary_yuan,
        education=given.education,
        skill_certificate=given.skill_certificate,
        work_years=given.work_years,
        months_per_year=given.months_per_year,
        chinese=given.chinese,
        place_of_work=given.place_of_work,
        extra=frozenset(given.extra),
        city=given.city,
        local_points=given.local_points,
    )


def shown_assessment(info: Info, assessment: talent.TalentAssessment) -> TalentAssessment:
    """A new assessment or a stored one, in the language of the request."""
    category, following = assessment.category, assessment.next_category
    return TalentAssessment(
        total=assessment.total,
        maximum=assessment.maximum,
        category=category,
        category_label=None if category is None else _category_label(info, category),
        items=[_shown_item(info, item) for item in assessment.items],
        next_category=None
        if following is None
        else NextTalentCategory(
            category=following.category,
            category_label=_category_label(info, following.category),
            points_missing=following.points_missing,
        ),
        other_routes=[
            OtherTalentRoute(
                code=route.code,
                category=route.category,
                text=info.context.text(route.text, route.code),
            )
            for route in OTHER_ROUTES
        ],
        table_version=assessment.table_version,
        assessed_on=assessment.facts.assessed_on,
    )


def _shown_item(info: Info, item: talent.AssessedItem) -> TalentItemResult:
    context, following = info.context, item.next_band
    return TalentItemResult(
        code=item.item,
        label=context.text(ITEM_LABELS[item.item], item.item),
        points=item.points,
        maximum=item.maximum,
        band=context.text(band_text(item.item, item.band), item.item),
        reason=item.reason,
        reason_label=context.text(REASON_TEXTS[item.reason], item.reason),
        next_band=None
        if following is None
        else context.text(band_text(item.item, following), item.item),
        next_band_points=None if following is None else following.points,
    )


def shown_refusals(info: Info, refused: talent.TalentFactsRefused) -> TalentFactsRefused:
    return TalentFactsRefused(
        refusals=[
            TalentFactRefusal(
                fact=one.fact,
                code=one.fault,
                message=info.context.text(FACT_TEXTS[one.fact], one.fact),
            )
            for one in refused.refusals
        ]
    )


def _category_label(info: Info, category: PermitCategory) -> str:
    return info.context.text(CATEGORY_LABELS[category], category)
