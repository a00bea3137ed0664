"""Which papers a procedure asks for, as data: a table per policy version.

FACTS.md gives no list. The tables are ours, after what the old plastic procedure asked for, and an
authority replaces them by its own. A paper is asked for once: what the authority holds from an
earlier procedure of the same permit is not asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.vocabulary import PaperKind, PermitCategory, ProcedureKind

PaperTable = Mapping[ProcedureKind, Mapping[PermitCategory, tuple[PaperKind, ...]]]

_K = PaperKind
_A, _B, _C = PermitCategory

_PERSON = (_K.PASSPORT_PAGE, _K.PHOTO, _K.CONTRACT)
_FITNESS = (_K.MEDICAL_REPORT, _K.NO_CRIMINAL_RECORD)
_NEW: Mapping[PermitCategory, tuple[PaperKind, ...]] = {
    # Several routes lead to A (award, salary, points): the one taken is shown, no degree needed.
    _A: (*_PERSON, _K.WORK_EXPERIENCE, *_FITNESS),
    _B: (*_PERSON, _K.DEGREE, _K.WORK_EXPERIENCE, *_FITNESS),
    _C: (*_PERSON, _K.WORK_EXPERIENCE, *_FITNESS),
}


def _for_all(*papers: PaperKind) -> Mapping[PermitCategory, tuple[PaperKind, ...]]:
    return dict.fromkeys(PermitCategory, papers)


GUANGDONG_2024_12: PaperTable = {
    ProcedureKind.NEW_FROM_ABROAD: _NEW,
    ProcedureKind.NEW_IN_CHINA: {
        category: (*papers, _K.RESIDENCE_OR_VISA_PAGE) for category, papers in _NEW.items()
    },
    # The page with the entry; A is not checked on site.
    ProcedureKind.ORIGINALS_CHECK: {
        _A: (),
        _B: (_K.PASSPORT_PAGE, _K.RESIDENCE_OR_VISA_PAGE),
        _C: (_K.PASSPORT_PAGE, _K.RESIDENCE_OR_VISA_PAGE),
    },
    ProcedureKind.EXTENSION: _for_all(_K.PASSPORT_PAGE, _K.CONTRACT, _K.RESIDENCE_OR_VISA_PAGE),
    ProcedureKind.CHANGE: _for_all(_K.PASSPORT_PAGE, _K.CHANGE_PROOF),
    ProcedureKind.CANCELLATION: _for_all(_K.CANCELLATION_PROOF),
    ProcedureKind.ELECTRONIC_PERMIT: _for_all(_K.PASSPORT_PAGE, _K.PLASTIC_PERMIT, _K.PHOTO),
}
