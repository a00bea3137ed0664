"""What a required paper is called, why it is asked for, what a file of it may be and how long it is
kept: data. Which procedure asks for which stands in `resolvers.policy.paper_tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from resolvers.policy.named import Named
from resolvers.policy.procedures import policy_for
from resolvers.vocabulary import ApplicationState, PaperKind, PermitCategory, ProcedureKind

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_MIB = 1024 * 1024


@dataclass(frozen=True)
class RequiredPaper:
    kind: PaperKind
    label: Named
    why: Named


@dataclass(frozen=True)
class FileRule:
    """`media_types` by content, not by name; `max_bytes` of the whole file."""

    media_types: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True)
class PhotoRule:
    """Pixels and bytes, all ends included. `ratio` is width by height, off by `tolerance` at
    most."""

    min_width: int
    max_width: int
    min_height: int
    max_height: int
    ratio: float
    tolerance: float
    min_bytes: int


PHOTO_RULE = PhotoRule(
    min_width=354,
    max_width=420,
    min_height=472,
    max_height=560,
    ratio=0.75,
    tolerance=0.01,
    min_bytes=10 * 1024,
)
"""Ours, as the article's card needs: three to four, 354 pixels are 30 mm at 300 dots per inch."""

_DOCUMENT = FileRule((PDF, JPEG, PNG), 10 * _MIB)
_PHOTO = FileRule((JPEG, PNG), 1 * _MIB)

FILE_RULES: Mapping[PaperKind, FileRule] = {
    kind: _PHOTO if kind is PaperKind.PHOTO else _DOCUMENT for kind in PaperKind
}
"""Ours: a scan of several pages fits, a film does not."""

RETENTION_DAYS: Mapping[ApplicationState, int] = {
    ApplicationState.APPROVED: 5 * 366,
    ApplicationState.REJECTED: 366,
    ApplicationState.WITHDRAWN: 30,
    ApplicationState.DRAFT: 90,
}
"""How long papers are kept after the application ended so, a draft after its last change. Ours: as
long as the longest permit; as long as reconsideration or a suit can still begin and run; briefly,
since no purpose is left (PIPL article 19)."""


def required_papers(
    procedure: ProcedureKind, category: PermitCategory, city: str, on: date
) -> tuple[RequiredPaper, ...]:
    """In the order in which a filer is asked for them. Raises as `policy_for`."""
    kinds = policy_for(city, on).papers[procedure][category]
    return tuple(RequiredPaper(kind, *PAPER_TEXTS[kind]) for kind in kinds)


PAPER_TEXTS: Mapping[PaperKind, tuple[Named, Named]] = {
    PaperKind.PASSPORT_PAGE: (
        Named("Passport, page with photograph", "护照资料页"),
        Named(
            "Shows who you are, and until when a permit can last.",
            "用于核实您的身份，并确定许可的最长期限。",
        ),
    ),
    PaperKind.CONTRACT: (
        Named("Employment contract", "聘用合同"),
        Named(
            "Shows employer, post, place and term: a permit is good for these alone.",
            "载明用人单位、岗位、工作地点和期限：许可仅对此有效。",
        ),
    ),
    PaperKind.DEGREE: (
        Named("Highest degree, authenticated", "最高学历（学位）证书及认证材料"),
        Named("Category B rests on it.", "B类许可以此为依据。"),
    ),
    PaperKind.WORK_EXPERIENCE: (
        Named(
            "Proof of work experience, or of the route to category A",
            "工作资历证明，或A类认定依据",
        ),
        Named(
            "Shows the experience, award, programme, salary or points on which the category rests.",
            "用于证明类别所依据的工作资历、奖项、人才计划、薪酬或积分。",
        ),
    ),
    PaperKind.MEDICAL_REPORT: (
        Named("Medical report", "体检证明"),
        Named("Work is permitted to those who are fit for it.", "获准工作者应当身体健康。"),
    ),
    PaperKind.NO_CRIMINAL_RECORD: (
        Named("Certificate of no criminal record, authenticated", "无犯罪记录证明及认证材料"),
        Named(
            "Work is permitted to those without a criminal record.",
            "获准工作者应当无犯罪记录。",
        ),
    ),
    PaperKind.PHOTO: (
        Named("Photograph, front view, without a hat", "正面免冠证件照"),
        Named("It is printed on the card.", "用于印制在卡面上。"),
    ),
    PaperKind.RESIDENCE_OR_VISA_PAGE: (
        Named("Visa or residence permit, with the last entry", "签证或居留许可页及最近入境记录"),
        Named("Shows the entry and how long you may stay.", "用于核实入境情况和停留居留期限。"),
    ),
    PaperKind.CHANGE_PROOF: (
        Named("Proof of the change", "变更证明材料"),
        Named("Shows what changed and on which day.", "用于证明变更的内容和日期。"),
    ),
    PaperKind.CANCELLATION_PROOF: (
        Named("Proof that the work has ended", "聘用关系解除或终止证明"),
        Named("Shows why and on which day the work ended.", "用于证明工作终止的原因和日期。"),
    ),
    PaperKind.PLASTIC_PERMIT: (
        Named("Plastic work permit, both sides", "外国人工作许可证（实体证）正反面"),
        Named("Shows the permit that goes on electronically.", "用于核实将转为电子证的原许可。"),
    ),
}
"""Paper → its name, and why it is asked for."""
