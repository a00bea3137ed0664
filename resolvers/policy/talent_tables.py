"""The points tables of the talent standards and the other routes to a category, as data.

A later table is one more entry of `TABLES`. Source: FACTS.md, "Points table". Which achievements a
province encourages is its own and not known here, so what is claimed is only bounded, by city.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from resolvers.policy.named import Named
from resolvers.rules.talent_facts import ChineseLevel, Education, PlaceOfWork, SkillCertificate
from resolvers.rules.talent_points import Step, TalentTable
from resolvers.vocabulary import PermitCategory

TABLE_2017 = TalentTable(
    version="2017-provisional",
    # When one work permit took the place of the two before it in the whole country.
    valid_from=date(2017, 4, 1),
    lowest_a=85,
    lowest_b=60,
    salary=(
        Step(0, 0),
        Step(50_000, 5),
        Step(70_000, 8),
        Step(150_000, 11),
        Step(250_000, 14),
        Step(350_000, 17),
        Step(450_000, 20),
    ),
    education={
        Education.DOCTOR: 20,
        Education.MASTER: 15,
        Education.BACHELOR: 10,
        Education.OTHER: 0,
    },
    skill_certificate={
        SkillCertificate.TOP_VOCATIONAL: 20,
        SkillCertificate.TECHNICIAN: 15,
        SkillCertificate.SENIOR_WORKER: 10,
        SkillCertificate.NONE: 0,
    },
    # 5 points for two years, one more for each further year, at most 20.
    work_years=(Step(0, 0), *(Step(2 + further, 5 + further) for further in range(16))),
    months_per_year=(Step(0, 0), Step(3, 5), Step(6, 10), Step(9, 15)),
    chinese={
        ChineseLevel.FORMER_CHINESE_NATIONAL: 5,
        ChineseLevel.DEGREE_TAUGHT_IN_CHINESE: 5,
        ChineseLevel.HSK_5_OR_HIGHER: 5,
        ChineseLevel.HSK_4: 4,
        ChineseLevel.HSK_3: 3,
        ChineseLevel.HSK_2: 2,
        ChineseLevel.HSK_1: 1,
        ChineseLevel.NONE: 0,
    },
    place_of_work={
        PlaceOfWork.WEST: 10,
        PlaceOfWork.NORTH_EAST_OLD_INDUSTRIAL_BASE: 10,
        PlaceOfWork.POOR_COUNTY: 10,
        PlaceOfWork.OTHER: 0,
    },
    age=(Step(18, 10), Step(26, 15), Step(46, 10), Step(56, 5), Step(61, 0)),
    extra=5,
    local_maximum=10,
    local_maxima={"440100": 10, "440300": 10, "440400": 10, "441900": 10},
)

TABLES: Sequence[TalentTable] = (TABLE_2017,)


class NoTalentTable(LookupError):
    """A day before the first table."""


def table_for(on: date, tables: Sequence[TalentTable] = TABLES) -> TalentTable:
    """The table that holds on a day in Asia/Shanghai. Raises `NoTalentTable`."""
    begun = [table for table in tables if table.valid_from <= on]
    if not begun:
        raise NoTalentTable
    return max(begun, key=lambda table: table.valid_from)


@dataclass(frozen=True)
class OtherRoute:
    """A way to a category that needs no points; the authority decides whether it is open."""

    code: str
    category: PermitCategory
    text: Named


OTHER_ROUTES: Sequence[OtherRoute] = (
    OtherRoute(
        "TALENT_PROGRAMME",
        PermitCategory.A,
        Named("Selected for a talent programme in China.", "入选国内相关人才计划。"),
    ),
    OtherRoute(
        "AWARD",
        PermitCategory.A,
        Named(
            "Holder of an award that is recognised for professional achievement.",
            "获得公认的专业成就奖项。",
        ),
    ),
    OtherRoute(
        "SALARY_SIX_TIMES",
        PermitCategory.A,
        Named(
            "A salary of at least 6 times the local average.", "工资收入不低于本地区平均工资的6倍。"
        ),
    ),
    OtherRoute(
        "YOUNG_POSTDOC",
        PermitCategory.A,
        Named("A young post-doctoral researcher.", "青年博士后研究人员。"),
    ),
    OtherRoute(
        "BACHELOR_AND_TWO_YEARS",
        PermitCategory.B,
        Named(
            "A bachelor's degree or higher and at least 2 years of relevant work.",
            "具有学士及以上学位，并有2年及以上相关工作经历。",
        ),
    ),
    OtherRoute(
        "LANGUAGE_TEACHER",
        PermitCategory.B,
        Named("A language teacher.", "外国语言教学人员。"),
    ),
    OtherRoute(
        "SALARY_FOUR_TIMES",
        PermitCategory.B,
        Named(
            "A salary of at least 4 times the local average.", "工资收入不低于本地区平均工资的4倍。"
        ),
    ),
)
