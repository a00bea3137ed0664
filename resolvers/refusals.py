"""Why a change was refused: one closed list of stable codes for all procedures.

Texts stand in `schema.refusal_texts`; they are not API, the codes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from auth.audit import AuditLine
from resolvers.vocabulary import PaperKind


class RefusalCode(StrEnum):
    """`docs/errors.md` says what each means and what to do."""

    # Of every change.
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    STALE_REVISION = "STALE_REVISION"
    NOT_FOUND = "NOT_FOUND"
    WRONG_STATE = "WRONG_STATE"
    OFFICER_NOT_ACTIVE = "OFFICER_NOT_ACTIVE"
    TEXT_EMPTY = "TEXT_EMPTY"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"

    # Of applications.
    NOT_THE_FILER = "NOT_THE_FILER"
    UNKNOWN_CITY = "UNKNOWN_CITY"
    BAD_APPLICANT = "BAD_APPLICANT"
    PASSPORT_ON_RECORD = "PASSPORT_ON_RECORD"
    APPLICANT_MISMATCH = "APPLICANT_MISMATCH"
    TOO_MANY_APPLICANTS = "TOO_MANY_APPLICANTS"
    APPLICANT_ALREADY_REGISTERED = "APPLICANT_ALREADY_REGISTERED"
    PERMIT_NOT_ELIGIBLE = "PERMIT_NOT_ELIGIBLE"
    ACTIVE_PERMIT_EXISTS = "ACTIVE_PERMIT_EXISTS"
    APPLICATION_OPEN = "APPLICATION_OPEN"
    BAD_DATES = "BAD_DATES"
    NOTHING_CHANGES = "NOTHING_CHANGES"
    ANOTHER_PROCEDURE = "ANOTHER_PROCEDURE"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    PAPERS_MISSING = "PAPERS_MISSING"
    HOLDER_NOT_CONFIRMED = "HOLDER_NOT_CONFIRMED"
    ALREADY_CONFIRMED = "ALREADY_CONFIRMED"
    ALREADY_RETURNED = "ALREADY_RETURNED"
    GAPS_MISSING = "GAPS_MISSING"
    GROUNDS_MISSING = "GROUNDS_MISSING"
    ORIGINALS_NOT_SEEN = "ORIGINALS_NOT_SEEN"
    DUTY_MISSING = "DUTY_MISSING"
    CHECKER_CANNOT_DECIDE = "CHECKER_CANNOT_DECIDE"
    ANOTHER_REVIEWER = "ANOTHER_REVIEWER"
    REVIEWER_AVAILABLE = "REVIEWER_AVAILABLE"
    VALIDITY_OVER = "VALIDITY_OVER"

    # Of cards and orders.
    NO_LOADABLE_PERMIT = "NO_LOADABLE_PERMIT"
    CARD_EXISTS = "CARD_EXISTS"
    ORDER_OPEN = "ORDER_OPEN"
    PHYSICAL_CARD_LOST = "PHYSICAL_CARD_LOST"
    PHYSICAL_CARD_CANCELLED = "PHYSICAL_CARD_CANCELLED"
    NO_ACTIVE_PERMIT = "NO_ACTIVE_PERMIT"
    BAD_ORDER = "BAD_ORDER"
    BAD_CARD_NUMBER = "BAD_CARD_NUMBER"
    BAD_BANK_ACCOUNT = "BAD_BANK_ACCOUNT"

    # Of notices.
    BAD_QUIET_HOURS = "BAD_QUIET_HOURS"
    # Of where a holder is told of news.
    CHANNEL_NOT_OFFERED = "CHANNEL_NOT_OFFERED"
    BAD_PUSH_ENDPOINT = "BAD_PUSH_ENDPOINT"
    BAD_EMAIL = "BAD_EMAIL"
    EMAIL_CODE_WRONG = "EMAIL_CODE_WRONG"
    TOO_MANY_CODES = "TOO_MANY_CODES"
    TOO_MANY_EMAILS = "TOO_MANY_EMAILS"
    MAIL_UNAVAILABLE = "MAIL_UNAVAILABLE"

    # Of share codes.
    BUNDLES_MISSING = "BUNDLES_MISSING"
    UNKNOWN_RECIPIENT = "UNKNOWN_RECIPIENT"
    BAD_EXPIRY = "BAD_EXPIRY"
    BAD_USES = "BAD_USES"
    TOO_MANY_SHARE_CODES = "TOO_MANY_SHARE_CODES"
    SHARE_CODE_NOT_ACCEPTED = "SHARE_CODE_NOT_ACCEPTED"
    TOO_MANY_CHECKS = "TOO_MANY_CHECKS"
    CHECK_OVER = "CHECK_OVER"
    # Of webhooks.
    BAD_WEBHOOK_ADDRESS = "BAD_WEBHOOK_ADDRESS"
    WEBHOOK_EVENTS_MISSING = "WEBHOOK_EVENTS_MISSING"
    TOO_MANY_WEBHOOKS = "TOO_MANY_WEBHOOKS"

    # Of grants.
    EMPLOYMENT_ENDED = "EMPLOYMENT_ENDED"
    NOT_ASKED_FOR = "NOT_ASKED_FOR"
    ASK_OPEN = "ASK_OPEN"
    TOO_MANY_ASKS = "TOO_MANY_ASKS"

    # Of contests.
    FIELDS_NOT_OF_RECORD = "FIELDS_NOT_OF_RECORD"
    CONTEST_RUNNING = "CONTEST_RUNNING"
    TOO_MANY_CONTESTS = "TOO_MANY_CONTESTS"

    # Of letters.
    LETTERS_BUSY = "LETTERS_BUSY"
    LETTER_NOT_PRINTABLE = "LETTER_NOT_PRINTABLE"

    # Of exports.
    PERMITS_NOT_GRANTED = "PERMITS_NOT_GRANTED"
    TOO_MANY_EXPORTS = "TOO_MANY_EXPORTS"
    TOO_MANY_ROWS = "TOO_MANY_ROWS"

    # Of device keys and credentials.
    BAD_DEVICE_KEY = "BAD_DEVICE_KEY"
    DEVICE_PROOF_REFUSED = "DEVICE_PROOF_REFUSED"
    TOO_MANY_DEVICE_KEYS = "TOO_MANY_DEVICE_KEYS"
    DEVICE_KEY_OF_ANOTHER_SESSION = "DEVICE_KEY_OF_ANOTHER_SESSION"
    ELECTRONIC_CARD_NOT_USABLE = "ELECTRONIC_CARD_NOT_USABLE"


class GapReason(StrEnum):
    """What is wrong with a paper, or with what was stated."""

    MISSING = "MISSING"
    ILLEGIBLE = "ILLEGIBLE"
    INCOMPLETE = "INCOMPLETE"
    EXPIRED = "EXPIRED"
    INCONSISTENT = "INCONSISTENT"
    NOT_TRANSLATED = "NOT_TRANSLATED"
    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    WRONG_STATEMENT = "WRONG_STATEMENT"


@dataclass(frozen=True)
class Gap:
    """`paper` is None where a statement and no paper is at fault; `note` an officer's words."""

    reason: GapReason
    paper: PaperKind | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Refused:
    """Nothing was changed. `object_id` is what was asked to change, if the caller may know it;
    `holder_id` whose it is, for the audit line; `line` is that line where it says more."""

    code: RefusalCode
    object_id: str | None = None
    holder_id: str | None = None
    gaps: Sequence[Gap] = ()
    line: AuditLine | None = None
