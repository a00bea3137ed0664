"""Why an application can be rejected, and what can be done against it: texts and bodies as data.

Administrative Licensing Law, article 38: a refusal states its reasons and the remedies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from resolvers.policy.named import Named
from resolvers.policy.places import CITIES
from resolvers.policy.procedures import UnknownCity
from resolvers.vocabulary import RejectionGround, RemedyKind


class LimitUnit(StrEnum):
    DAYS = "DAYS"
    MONTHS = "MONTHS"


@dataclass(frozen=True)
class Remedy:
    """`limit` runs from the day on which the decision became known. No last day is computed: how
    holidays and hindrances move it is for the body to say."""

    kind: RemedyKind
    label: Named
    body: Named
    limit: int
    unit: LimitUnit
    law: Named


REJECTION_GROUND_TEXTS: Mapping[RejectionGround, Named] = {
    RejectionGround.CRITERIA_NOT_MET: Named(
        "The criteria of the category are not met.", "不符合所申请类别的条件。"
    ),
    RejectionGround.POST_NOT_SUITABLE: Named(
        "The post is not one for which a foreigner may be employed.",
        "该岗位不属于可聘用外国人的岗位。",
    ),
    RejectionGround.EMPLOYER_NOT_ELIGIBLE: Named(
        "The employer may not employ foreigners at present.", "用人单位目前不具备聘用外国人的条件。"
    ),
    RejectionGround.EMPLOYMENT_NOT_GENUINE: Named(
        "The employment is not as it was stated.", "聘用关系与申报情况不符。"
    ),
    RejectionGround.QUOTA_EXHAUSTED: Named(
        "The quota of category C is used up.", "C类配额已用完。"
    ),
    RejectionGround.PAPERS_UNTRUE: Named(
        "A paper or a statement is not true.", "申请材料或陈述不真实。"
    ),
    RejectionGround.PAPERS_INSUFFICIENT: Named(
        "The papers do not show what they are to show, even after the return.",
        "材料经补正后仍不足以证明相关事项。",
    ),
    RejectionGround.PASSPORT_NOT_VALID: Named(
        "The passport is not valid or not long enough.", "护照无效或有效期不足。"
    ),
    RejectionGround.STAY_NOT_LAWFUL: Named(
        "The stay in China does not allow the application.", "在华停留居留状态不允许提出该申请。"
    ),
    RejectionGround.CRIMINAL_RECORD: Named("There is a criminal record.", "有犯罪记录。"),
    RejectionGround.HEALTH_NOT_FIT: Named(
        "The state of health does not allow the work.", "健康状况不适合从事该工作。"
    ),
}

_RECONSIDERATION_BODIES: Mapping[str, Named] = {
    "440100": Named("The People's Government of Guangzhou", "广州市人民政府"),
    "440300": Named("The People's Government of Shenzhen", "深圳市人民政府"),
    "440400": Named("The People's Government of Zhuhai", "珠海市人民政府"),
    "441900": Named("The People's Government of Dongguan", "东莞市人民政府"),
}
"""Against a department of a city, the government of the city (Administrative Reconsideration Law,
2023, article 24)."""

_COURTS: Mapping[str, Named] = {
    city: Named(
        f"The people's court with jurisdiction in {name.en}", f"{name.zh}有管辖权的人民法院"
    )
    for city, name in CITIES.items()
}
"""Which court hears administrative cases is set by province and changes: named in general, ours."""


def remedies_for(city: str) -> tuple[Remedy, ...]:
    """Against a decision of an authority of that city; either is open. Raises UnknownCity."""
    if city not in _RECONSIDERATION_BODIES:
        raise UnknownCity("no remedies are known for this city")
    return (
        Remedy(
            kind=RemedyKind.RECONSIDERATION,
            label=Named("Administrative reconsideration", "行政复议"),
            body=_RECONSIDERATION_BODIES[city],
            limit=60,
            unit=LimitUnit.DAYS,
            law=Named("Administrative Reconsideration Law, article 20", "《行政复议法》第二十条"),
        ),
        Remedy(
            kind=RemedyKind.SUIT,
            label=Named("Suit at a people's court", "行政诉讼"),
            body=_COURTS[city],
            limit=6,
            unit=LimitUnit.MONTHS,
            law=Named("Administrative Litigation Law, article 46", "《行政诉讼法》第四十六条"),
        ),
    )
