"""The talent standards in words. Bands are told from their own bounds and choices, so that a new
table needs no new texts, and an assessment of an old one can always be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resolvers.policy.named import Named
from resolvers.rules.talent import Band, TalentReason
from resolvers.rules.talent_facts import (
    ChineseLevel,
    Education,
    ExtraGround,
    PlaceOfWork,
    SkillCertificate,
    TalentFact,
)
from resolvers.rules.talent_points import TalentItem

ITEM_LABELS: Mapping[TalentItem, Named] = {
    TalentItem.SALARY: Named("Yearly salary in China", "在华年薪"),
    TalentItem.QUALIFICATION: Named("Education or skill certificate", "受教育程度或职业资格"),
    TalentItem.WORK_YEARS: Named("Years of relevant work", "相关工作年限"),
    TalentItem.MONTHS_PER_YEAR: Named("Months worked per year", "每年工作时间"),
    TalentItem.CHINESE: Named("Chinese", "汉语水平"),
    TalentItem.PLACE_OF_WORK: Named("Place of work", "工作地点"),
    TalentItem.AGE: Named("Age", "年龄"),
    TalentItem.EXTRA: Named("Extra points", "附加分"),
    TalentItem.LOCAL: Named("Local encouragement", "地方鼓励性加分"),
}

_CHOICES: Mapping[TalentItem, Mapping[str, Named]] = {
    TalentItem.QUALIFICATION: {
        Education.DOCTOR: Named("doctorate", "博士"),
        Education.MASTER: Named("master's degree", "硕士"),
        Education.BACHELOR: Named("bachelor's degree", "学士"),
        Education.OTHER: Named("no bachelor's degree", "学士以下"),
        SkillCertificate.TOP_VOCATIONAL: Named(
            "highest vocational certificate", "最高级职业资格证书"
        ),
        SkillCertificate.TECHNICIAN: Named("technician", "技师"),
        SkillCertificate.SENIOR_WORKER: Named("senior worker", "高级工"),
        SkillCertificate.NONE: Named("no skill certificate", "无职业资格证书"),
    },
    TalentItem.CHINESE: {
        ChineseLevel.FORMER_CHINESE_NATIONAL: Named("former Chinese national", "曾具有中国国籍"),
        ChineseLevel.DEGREE_TAUGHT_IN_CHINESE: Named(
            "degree taught in Chinese", "取得汉语授课学位"
        ),
        ChineseLevel.HSK_5_OR_HIGHER: Named("HSK 5 or higher", "汉语水平考试（HSK）五级及以上"),
        ChineseLevel.HSK_4: Named("HSK 4", "汉语水平考试（HSK）四级"),
        ChineseLevel.HSK_3: Named("HSK 3", "汉语水平考试（HSK）三级"),
        ChineseLevel.HSK_2: Named("HSK 2", "汉语水平考试（HSK）二级"),
        ChineseLevel.HSK_1: Named("HSK 1", "汉语水平考试（HSK）一级"),
        ChineseLevel.NONE: Named("none of these", "均不具备"),
    },
    TalentItem.PLACE_OF_WORK: {
        PlaceOfWork.WEST: Named("western region", "西部地区"),
        PlaceOfWork.NORTH_EAST_OLD_INDUSTRIAL_BASE: Named(
            "old industrial base of the north-east", "东北等老工业基地"
        ),
        PlaceOfWork.POOR_COUNTY: Named("poor county", "贫困县"),
        PlaceOfWork.OTHER: Named("another place", "其他地区"),
    },
    TalentItem.EXTRA: {
        ExtraGround.HIGH_LEVEL_UNIVERSITY: Named(
            "graduate of a high-level foreign university", "毕业于国外高水平大学"
        ),
        ExtraGround.FORTUNE_500_JOB: Named(
            "worked for a Fortune 500 company", "曾在世界500强企业任职"
        ),
        ExtraGround.PATENTS: Named("holds patents", "拥有专利"),
        ExtraGround.FIVE_YEARS_IN_CHINA: Named("5 or more years of work in China", "在华工作满5年"),
    },
}
_NOTHING_STATED = Named("none stated", "未填写")


@dataclass(frozen=True)
class _RangeWords:
    """`{low}` is the first number of the band, `{last}` the last, `{below}` the first above it.
    `under` tells a band that begins at nothing, `onward` one without end."""

    under: Named
    between: Named
    onward: Named
    single: Named


_YEARS = _RangeWords(
    under=Named("under {below} years", "不满{below}年"),
    between=Named("{low} to {last} years", "{low}至{last}年"),
    onward=Named("{low} years or more", "{low}年及以上"),
    single=Named("{low} years", "{low}年"),
)
_POINTS = Named("points claimed: {low}", "申报{low}分")
_RANGES: Mapping[TalentItem, _RangeWords] = {
    TalentItem.SALARY: _RangeWords(
        under=Named("under ¥{below:,} a year", "每年不满{below:,}元"),
        between=Named("¥{low:,} to under ¥{below:,} a year", "每年{low:,}元以上、不满{below:,}元"),
        onward=Named("¥{low:,} a year or more", "每年{low:,}元及以上"),
        single=Named("¥{low:,} a year", "每年{low:,}元"),
    ),
    TalentItem.WORK_YEARS: _YEARS,
    TalentItem.MONTHS_PER_YEAR: _RangeWords(
        under=Named("under {below} months", "不满{below}个月"),
        between=Named("{low} to {last} months", "{low}至{last}个月"),
        onward=Named("{low} months or more", "{low}个月及以上"),
        single=Named("{low} months", "{low}个月"),
    ),
    TalentItem.AGE: _RangeWords(
        under=Named("under {below}", "不满{below}周岁"),
        between=Named("{low} to {last}", "{low}至{last}周岁"),
        onward=Named("{low} or older", "{low}周岁及以上"),
        single=Named("{low}", "{low}周岁"),
    ),
    TalentItem.LOCAL: _RangeWords(_POINTS, _POINTS, _POINTS, _POINTS),
}

REASON_TEXTS: Mapping[TalentReason, Named] = {
    TalentReason.FULL_POINTS: Named("The highest band: full points.", "最高档，得满分。"),
    TalentReason.IN_BAND: Named("By what was stated.", "按填写内容计分。"),
    TalentReason.NO_POINTS: Named("What was stated gives no points here.", "所填内容此项不计分。"),
    TalentReason.BY_EDUCATION: Named(
        "Counted by the education; the certificate gives no more.",
        "按受教育程度计分，职业资格不高于此分。",
    ),
    TalentReason.BY_SKILL_CERTIFICATE: Named(
        "Counted by the certificate, which gives more than the education.",
        "按职业资格计分，其分值高于受教育程度。",
    ),
    TalentReason.GROUND_STATED: Named("One ground is stated.", "具备一项附加条件。"),
    TalentReason.COUNTED_ONCE: Named(
        "Several grounds are stated; the points are given once.", "具备多项附加条件，只计一次分。"
    ),
    TalentReason.CLAIMED: Named(
        "As claimed; the province sets what it grants.", "按申报计分，以省级规定为准。"
    ),
}

FACT_TEXTS: Mapping[TalentFact, Named] = {
    TalentFact.AGE: Named(
        "Birth date: an age from 18 to 100 can be assessed.", "出生日期：年龄须为18至100周岁。"
    ),
    TalentFact.SALARY: Named(
        "Yearly salary: whole yuan from 0 to 1,000,000,000.", "年薪：须为0至1,000,000,000元的整数。"
    ),
    TalentFact.WORK_YEARS: Named(
        "Years of relevant work: completed years from 0 to 80.", "相关工作年限：须为0至80年的整数。"
    ),
    TalentFact.MONTHS_PER_YEAR: Named(
        "Months worked per year: from 0 to 12.", "每年工作时间：须为0至12个月。"
    ),
    TalentFact.CITY: Named("City: not one that this service knows.", "城市：不在本服务范围内。"),
    TalentFact.LOCAL_POINTS: Named(
        "Local encouragement: from 0 to what the city's province grants at most.",
        "地方鼓励性加分：须在0分至所在省规定的上限之间。",
    ),
}


def band_text(item: TalentItem, band: Band) -> Named:
    """The band in words. Codes that are no longer known stand for themselves."""
    if band.lowest is None:
        return _choices_text(_CHOICES[item], band.choices)
    words = _RANGES[item]
    if band.below is None:
        return _filled(words.onward, band.lowest, band.lowest)
    if band.lowest == band.below - 1:
        return _filled(words.single, band.lowest, band.below)
    return _filled(words.under if band.lowest == 0 else words.between, band.lowest, band.below)


def _choices_text(labels: Mapping[str, Named], choices: tuple[str, ...]) -> Named:
    if not choices:
        return _NOTHING_STATED
    named = [labels.get(choice, Named(choice, choice)) for choice in choices]
    return Named(" / ".join(one.en for one in named), "／".join(one.zh for one in named))


def _filled(words: Named, low: int, below: int) -> Named:
    numbers = {"low": low, "last": below - 1, "below": below}
    return Named(words.en.format(**numbers), words.zh.format(**numbers))
