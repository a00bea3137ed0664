"""The closed lists of words that documents are made of (FACTS.md).

What is stored is what somebody decided; what follows from the clock (expired, not yet valid) is
computed in `resolvers.rules` and never stored.
"""

from __future__ import annotations

from enum import StrEnum


class IdentifierKind(StrEnum):
    """The four numbers by which a holder logs in."""

    WORK_PERMIT = "WORK_PERMIT"
    SOCIAL_SECURITY = "SOCIAL_SECURITY"
    PASSPORT = "PASSPORT"
    PERMANENT_RESIDENT = "PERMANENT_RESIDENT"


class IdentityDocumentKind(StrEnum):
    PASSPORT = "PASSPORT"
    PERMANENT_RESIDENT_ID = "PERMANENT_RESIDENT_ID"


class PermitCategory(StrEnum):
    """A high-end talent, B professional, C others."""

    A = "A"
    B = "B"
    C = "C"


class PermitForm(StrEnum):
    """PLASTIC: a card of its own, issued before 1 December 2024. INTEGRATED: issued onto the
    social security card. ELECTRONIC: issued for the remaining time of a plastic one."""

    PLASTIC = "PLASTIC"
    INTEGRATED = "INTEGRATED"
    ELECTRONIC = "ELECTRONIC"


class PermitState(StrEnum):
    """AWAITING_ORIGINALS: approved from abroad in category B or C, good once the originals have
    been checked after entry."""

    AWAITING_ORIGINALS = "AWAITING_ORIGINALS"
    ISSUED = "ISSUED"
    SUPERSEDED = "SUPERSEDED"
    CANCELLED = "CANCELLED"


class PermitStatus(StrEnum):
    """What a permit is worth at an instant; computed, never stored."""

    AWAITING_ORIGINALS = "AWAITING_ORIGINALS"
    NOT_YET_VALID = "NOT_YET_VALID"
    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    CANCELLED = "CANCELLED"


class PermitEvent(StrEnum):
    ISSUED = "ISSUED"
    ORIGINALS_CHECKED = "ORIGINALS_CHECKED"
    EXTENDED = "EXTENDED"
    CHANGED = "CHANGED"
    SUPERSEDED = "SUPERSEDED"
    CANCELLED = "CANCELLED"


class ProcedureKind(StrEnum):
    """The permit procedures (FACTS.md)."""

    NEW_FROM_ABROAD = "NEW_FROM_ABROAD"
    NEW_IN_CHINA = "NEW_IN_CHINA"
    ORIGINALS_CHECK = "ORIGINALS_CHECK"
    EXTENSION = "EXTENSION"
    CHANGE = "CHANGE"
    CANCELLATION = "CANCELLATION"
    ELECTRONIC_PERMIT = "ELECTRONIC_PERMIT"


class PaperKind(StrEnum):
    """The papers that a procedure may ask for."""

    PASSPORT_PAGE = "PASSPORT_PAGE"
    CONTRACT = "CONTRACT"
    DEGREE = "DEGREE"
    WORK_EXPERIENCE = "WORK_EXPERIENCE"
    MEDICAL_REPORT = "MEDICAL_REPORT"
    NO_CRIMINAL_RECORD = "NO_CRIMINAL_RECORD"
    PHOTO = "PHOTO"
    RESIDENCE_OR_VISA_PAGE = "RESIDENCE_OR_VISA_PAGE"
    CHANGE_PROOF = "CHANGE_PROOF"
    CANCELLATION_PROOF = "CANCELLATION_PROOF"
    PLASTIC_PERMIT = "PLASTIC_PERMIT"


class PaperState(StrEnum):
    """UPLOADING: not all bytes have arrived, or they have not been judged."""

    UPLOADING = "UPLOADING"
    STORED = "STORED"


class RejectionGround(StrEnum):
    """Why an application is rejected; texts in `resolvers.policy.remedies`."""

    CRITERIA_NOT_MET = "CRITERIA_NOT_MET"
    POST_NOT_SUITABLE = "POST_NOT_SUITABLE"
    EMPLOYER_NOT_ELIGIBLE = "EMPLOYER_NOT_ELIGIBLE"
    EMPLOYMENT_NOT_GENUINE = "EMPLOYMENT_NOT_GENUINE"
    QUOTA_EXHAUSTED = "QUOTA_EXHAUSTED"
    PAPERS_UNTRUE = "PAPERS_UNTRUE"
    PAPERS_INSUFFICIENT = "PAPERS_INSUFFICIENT"
    PASSPORT_NOT_VALID = "PASSPORT_NOT_VALID"
    STAY_NOT_LAWFUL = "STAY_NOT_LAWFUL"
    CRIMINAL_RECORD = "CRIMINAL_RECORD"
    HEALTH_NOT_FIT = "HEALTH_NOT_FIT"


class RemedyKind(StrEnum):
    RECONSIDERATION = "RECONSIDERATION"
    SUIT = "SUIT"


class ApplicationState(StrEnum):
    """The steps that a filer sees (FACTS.md)."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    PRE_CHECKED = "PRE_CHECKED"
    ACCEPTED = "ACCEPTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class FilerKind(StrEnum):
    EMPLOYER = "EMPLOYER"
    HOLDER = "HOLDER"


class CancellationReason(StrEnum):
    """Why a permit is given up before it ends."""

    CONTRACT_ENDED = "CONTRACT_ENDED"
    CONTRACT_TERMINATED = "CONTRACT_TERMINATED"
    EMPLOYER_GONE = "EMPLOYER_GONE"
    LEFT_CHINA = "LEFT_CHINA"
    DIED = "DIED"


class CardKind(StrEnum):
    PHYSICAL = "PHYSICAL"
    ELECTRONIC = "ELECTRONIC"


class CardState(StrEnum):
    """The social side of a card. Physical: SEALED (made, not active), NORMAL, LOST (formal),
    PIN_LOCKED, TEMPORARILY_LOST, VOID, CANCELLED. Electronic: NORMAL, SUSPENDED, CANCELLED."""

    SEALED = "SEALED"
    NORMAL = "NORMAL"
    LOST = "LOST"
    PIN_LOCKED = "PIN_LOCKED"
    TEMPORARILY_LOST = "TEMPORARILY_LOST"
    SUSPENDED = "SUSPENDED"
    VOID = "VOID"
    CANCELLED = "CANCELLED"


class BankState(StrEnum):
    """The bank side of a physical card; reporting one side lost does not report the other."""

    INACTIVE = "INACTIVE"
    NORMAL = "NORMAL"
    LOST = "LOST"
    CLOSED = "CLOSED"


class CardReason(StrEnum):
    NEW = "NEW"
    REPLACE_LOST = "REPLACE_LOST"
    RENEW = "RENEW"
    EXCHANGE = "EXCHANGE"


class CardCause(StrEnum):
    """Why an electronic card is suspended or cancelled."""

    HOLDER = "HOLDER"
    PHYSICAL_CARD_LOST = "PHYSICAL_CARD_LOST"
    PHYSICAL_CARD_CANCELLED = "PHYSICAL_CARD_CANCELLED"


class CardMaking(StrEnum):
    """Where a physical card is made: at once at a counter, or in working days by a factory."""

    COUNTER = "COUNTER"
    FACTORY = "FACTORY"


class CardChannel(StrEnum):
    """Where a physical card is ordered."""

    COUNTER = "COUNTER"
    KIOSK = "KIOSK"
    ONLINE = "ONLINE"
    BANK = "BANK"


class CardCollection(StrEnum):
    """How a physical card reaches its holder."""

    IN_PERSON = "IN_PERSON"
    POST = "POST"
    EMPLOYER = "EMPLOYER"


class CardOrderState(StrEnum):
    """READY: waits at the counter. SENT: by post or to the employer."""

    ORDERED = "ORDERED"
    PHOTO_REFUSED = "PHOTO_REFUSED"
    PHOTO_CHECKED = "PHOTO_CHECKED"
    MADE = "MADE"
    READY = "READY"
    SENT = "SENT"
    COLLECTED = "COLLECTED"
    CANCELLED = "CANCELLED"


class PhotoFault(StrEnum):
    """Why a photo cannot be printed on a card."""

    NOT_THE_HOLDER = "NOT_THE_HOLDER"
    FACE_COVERED = "FACE_COVERED"
    NOT_FRONTAL = "NOT_FRONTAL"
    WRONG_BACKGROUND = "WRONG_BACKGROUND"
    TOO_SMALL = "TOO_SMALL"
    NOT_SHARP = "NOT_SHARP"


class InsuranceKind(StrEnum):
    PENSION = "PENSION"
    MEDICAL = "MEDICAL"
    WORK_INJURY = "WORK_INJURY"
    UNEMPLOYMENT = "UNEMPLOYMENT"
    MATERNITY = "MATERNITY"


class InsuranceState(StrEnum):
    ENROLLED = "ENROLLED"
    EXEMPT_BY_TREATY = "EXEMPT_BY_TREATY"
    PENDING = "PENDING"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


class ResidenceState(StrEnum):
    ISSUED = "ISSUED"
    CANCELLED = "CANCELLED"


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


class LetterKind(StrEnum):
    """The papers that the gateway issues."""

    PERMIT_NOTIFICATION = "PERMIT_NOTIFICATION"
    DECISION = "DECISION"
    CANCELLATION_PROOF = "CANCELLATION_PROOF"
    PERMIT_CERTIFICATE = "PERMIT_CERTIFICATE"
    CARD_RECEIPT = "CARD_RECEIPT"
