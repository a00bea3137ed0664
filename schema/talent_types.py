"""Input and payload of the talent standards."""

from datetime import date
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.rules.talent import TalentReason
from resolvers.rules.talent_facts import (
    ChineseLevel,
    Education,
    ExtraGround,
    PlaceOfWork,
    SkillCertificate,
    TalentFact,
    TalentFault,
)
from resolvers.rules.talent_points import TalentItem
from schema.enums import PermitCategory
from schema.field import field_for, personal

strawberry.enum(Education, description="The highest degree. OTHER is below a bachelor's.")
strawberry.enum(SkillCertificate, description="The highest vocational certificate.")
strawberry.enum(ChineseLevel, description="The strongest ground for points for Chinese.")
strawberry.enum(PlaceOfWork, description="The kind of region that the post is in.")
strawberry.enum(ExtraGround, description="A ground for the extra points, which are given once.")
strawberry.enum(TalentItem, name="TalentItemCode", description="A line of the points table.")
strawberry.enum(TalentReason, description="Why an item has its points.")
strawberry.enum(
    TalentFact, description="A fact that can be out of range. AGE follows from the birth date."
)
strawberry.enum(TalentFault, description="What is wrong with a fact.")

_assessed = field_for(Permission.TALENT_ASSESS)


@strawberry.input(description="What is stated about the person. None of it is stored.")
class TalentFactsInput:
    birth_date: date = personal("The day of birth; the age is that of today in Asia/Shanghai.")
    salary_yuan: int = personal("Yearly salary in China, in whole yuan; fen are dropped.")
    education: Education = personal("The highest degree.")
    work_years: int = personal("Completed years of relevant work.")
    months_per_year: int = personal("Months of work in China each year, 0 to 12.")
    city: str = strawberry.field(
        description="The city of the post: the six-digit code of GB/T 2260, as in `City.code`."
    )
    skill_certificate: SkillCertificate = personal(
        "The highest vocational certificate.", default=SkillCertificate.NONE
    )
    chinese: ChineseLevel = personal("Knowledge of Chinese.", default=ChineseLevel.NONE)
    place_of_work: PlaceOfWork = strawberry.field(
        description="The kind of region that the post is in.", default=PlaceOfWork.OTHER
    )
    extra: list[ExtraGround] = personal(
        "Grounds for the extra points; one more than once counts as one.", default_factory=list
    )
    local_points: int = personal(
        "Points of local encouragement that are claimed, 0 to what the province grants at most.",
        default=0,
    )


@strawberry.type(description="One line of the points table, as it applies to the person.")
class TalentItemResult:
    code: TalentItem = _assessed("The line.")
    label: str = _assessed("The line in words, in the language of the request.")
    points: int = _assessed("What it gives.")
    maximum: int = _assessed("The most that it can give.")
    band: str = _assessed("The band that what was stated falls into, in words.")
    reason: TalentReason = _assessed("Why it gives these points, as a stable code.")
    reason_label: str = _assessed("Why, in words.")
    next_band: str | None = _assessed(
        "The nearest band that gives more, in words; null when there is none."
    )
    next_band_points: int | None = _assessed("What that band would give instead.")


@strawberry.type(description="The next higher category by points.")
class NextTalentCategory:
    category: PermitCategory = _assessed("The category.")
    category_label: str = _assessed("The category in words.")
    points_missing: int = _assessed("How many points are missing.")


@strawberry.type(description="A way to a category that needs no points; the authority decides.")
class OtherTalentRoute:
    code: str = _assessed("The stable code.")
    category: PermitCategory = _assessed("Where it leads.")
    text: str = _assessed("What it asks for, in the language of the request.")


@strawberry.type(
    description="What the points table gives. It binds nobody: the authority decides on papers."
)
class TalentAssessment:
    total: int = _assessed("All points.")
    maximum: int = _assessed("The most that anybody can reach.")
    category: PermitCategory | None = _assessed(
        "A or B; null when there are too few points for B. Points never give C."
    )
    category_label: str | None = _assessed("The category in words; null without one.")
    items: list[TalentItemResult] = _assessed("Every line of the table, in its order.")
    next_category: NextTalentCategory | None = _assessed("What is missing; null at A.")
    other_routes: list[OtherTalentRoute] = _assessed("Ways to A and B that need no points.")
    table_version: str = _assessed("The version of the points table.")
    assessed_on: date = _assessed("The day for which it holds.")


@strawberry.type(description="A fact that cannot be assessed.")
class TalentFactRefusal:
    fact: TalentFact = _assessed("The fact.")
    code: TalentFault = _assessed("What is wrong, as a stable code.")
    message: str = _assessed("What is asked for, in the language of the request.")


@strawberry.type(description="Some facts cannot be assessed. All of them are told at once.")
class TalentFactsRefused:
    refusals: list[TalentFactRefusal] = _assessed("One for each fact that is wrong.")


AssessTalentCategoryPayload = Annotated[
    TalentAssessment | TalentFactsRefused,
    strawberry.union("AssessTalentCategoryPayload", description="How it ended."),
]
