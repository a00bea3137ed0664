"""The audit trail: who did what, to whose data, with what result. Append only, never a value.

Action names are `resource.past_participle`. A line names documents by random ids and fields by
name; no name, number, address or token is ever in it. Kept at least six months (Cybersecurity Law
art. 21, FACTS.md); nothing here deletes.
`repeats` is the id of the line of the same look within the hour before, which names the people,
objects and fields of both (`auth.repeated_looks`); null, or absent, in all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auth.bson_schema import INSTANT, array, binary, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.evidence import KEPT
from auth.mongo import Document
from auth.principal import SUB_USER, Assurance, Principal, PrincipalKind
from auth.repeated_looks import REPEATING

NAME = "audit"
MAX_OBJECTS = 2_000
MAX_PEOPLE = 500
MAX_FIELDS = 100


class AuditAction(StrEnum):
    """The closed list of what is worth a line."""

    REAL_NAME_PROVED = "login_flow.real_name_proved"
    REAL_NAME_REFUSED = "login_flow.real_name_refused"
    SECOND_PROOF_SENT = "login_flow.second_proof_sent"
    SECOND_PROOF_CONFIRMED = "login_flow.second_proof_confirmed"
    SECOND_PROOF_REFUSED = "login_flow.second_proof_refused"
    BIOMETRIC_CONSENT_GIVEN = "holder.biometric_consent_given"
    BIOMETRIC_CONSENT_WITHDRAWN = "holder.biometric_consent_withdrawn"
    REAL_PERSON_PROVED = "login_flow.real_person_proved"
    REAL_PERSON_REFUSED = "login_flow.real_person_refused"
    SESSION_OPENED = "session.opened"
    SESSION_ENDED = "session.ended"
    SESSION_REPLAYED = "session.replayed"
    SESSION_STEPPED_UP = "session.stepped_up"
    CARD_ISSUED = "card.issued"
    HOLDER_ERASED = "holder.erased"
    IDENTITY_REVEALED = "identity.revealed"
    EMPLOYEES_READ = "employee.read"
    OFFICER_CREATED = "officer.created"
    OFFICER_DISABLED = "officer.disabled"
    OFFICER_ENABLED = "officer.enabled"
    OFFICER_RESET = "officer.reset"
    OFFICER_LOGGED_IN = "officer.logged_in"
    OFFICER_LOGIN_REFUSED = "officer.login_refused"
    OFFICER_SESSION_ENDED = "officer.session_ended"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_REVOKED = "client.revoked"
    CLIENT_CHANGED = "client.changed"
    CLIENT_KEYS_ADDED = "client.keys_added"
    CLIENT_KEY_RETIRED = "client.key_retired"
    CLIENT_TOKEN_ISSUED = "client.token_issued"  # noqa: S105 - no password
    CLIENT_TOKEN_REFUSED = "client.token_refused"  # noqa: S105 - no password
    EMPLOYER_REGISTERED = "employer.registered"
    CHANGE_REFUSED = "change.refused"
    GRANT_ASKED = "grant.asked"
    GRANT_ACCEPTED = "grant.accepted"
    GRANT_REFUSED = "grant.refused"
    GRANT_LAPSED = "grant.lapsed"
    GRANT_RETRACTED = "grant.retracted"
    GRANT_WITHDRAWN = "grant.withdrawn"
    GRANT_REPLACED = "grant.replaced"
    GRANT_READ = "grant.read"
    CASE_READ = "case.read"
    APPLICATIONS_READ = "application.read"
    APPLICATION_DRAFTED = "application.drafted"
    APPLICATION_UPDATED = "application.updated"
    APPLICATION_CONFIRMED = "application.confirmed"
    APPLICATION_SUBMITTED = "application.submitted"
    APPLICATION_RETURNED = "application.returned"
    APPLICATION_PRE_CHECKED = "application.pre_checked"
    APPLICATION_ACCEPTED = "application.accepted"
    APPLICATION_REVIEW_STARTED = "application.review_started"
    APPLICATION_REVIEW_TAKEN_OVER = "application.review_taken_over"
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_REJECTED = "application.rejected"
    APPLICATION_WITHDRAWN = "application.withdrawn"
    APPLICATION_LAPSED = "application.lapsed"
    APPLICANT_FORGOTTEN = "application.applicant_forgotten"
    PROMISE_RECOMPUTED = "application.promise_recomputed"
    PERMIT_ISSUED = "permit.issued"
    PERMIT_SUPERSEDED = "permit.superseded"
    PERMIT_CANCELLED = "permit.cancelled"
    CARD_LOADED = "card.loaded"
    CARD_UNLOADED = "card.unloaded"
    CARD_SUSPENDED = "card.suspended"
    CARD_REACTIVATED = "card.reactivated"
    CARD_CANCELLED = "card.cancelled"
    CARD_TEMPORARY_LOSS_REPORTED = "card.temporary_loss_reported"
    CARD_LOSS_REPORTED = "card.loss_reported"
    CARD_LOSS_RELEASED = "card.loss_released"
    CARD_FOUND = "card.found"
    CARD_PIN_LOCKED = "card.pin_locked"
    CARD_PIN_UNLOCKED = "card.pin_unlocked"
    CARD_MADE = "card.made"
    CARD_ACTIVATED = "card.activated"
    CARD_VOIDED = "card.voided"
    CARDS_READ = "card.read"
    CARD_CHECKED = "card.checked"
    CARD_ORDERED = "card_order.placed"
    CARD_ORDER_PHOTO_ACCEPTED = "card_order.photo_accepted"
    CARD_ORDER_PHOTO_REFUSED = "card_order.photo_refused"
    CARD_ORDER_READY = "card_order.marked_ready"
    CARD_ORDER_SENT = "card_order.sent"
    CARD_ORDER_COLLECTED = "card_order.collected"
    CARD_ORDER_CANCELLED = "card_order.cancelled"
    CARD_ORDER_PROMISE_RECOMPUTED = "card_order.promise_recomputed"
    CARD_ORDERS_READ = "card_order.read"
    CONTEST_OPENED = "contest.opened"
    CONTEST_WITHDRAWN = "contest.withdrawn"
    CONTEST_TAKEN = "contest.taken"
    CONTEST_DECIDED = "contest.decided"
    CONTESTS_READ = "contest.read"
    RECORD_IMPORTED = "record.imported"
    RECORD_REFUSED = "record.refused"
    SOURCE_REGISTERED = "source.registered"
    SOURCE_REVOKED = "source.revoked"
    FEED_RECEIVED = "feed.received"
    FEED_REFUSED = "feed.refused"
    NOTICE_MARKED_READ = "notice.marked_read"
    NOTICES_MARKED_READ = "notice.all_marked_read"
    NOTICE_ARCHIVED = "notice.archived"
    NOTICE_UNARCHIVED = "notice.unarchived"
    NOTICE_PREFERENCES_SET = "notice.preferences_set"
    TASK_OPENED = "task.opened"
    TASK_DONE = "task.done"
    PAPER_STORED = "paper.stored"
    PAPER_DELETED = "paper.deleted"
    PAPER_DOWNLOADED = "paper.downloaded"
    PAPER_REFUSED = "paper.refused"
    LETTER_ISSUED = "letter.issued"
    LETTER_DOWNLOADED = "letter.downloaded"
    LETTER_REFUSED = "letter.refused"
    LETTER_CHECKED = "letter.checked"
    PUSH_ENDPOINT_REGISTERED = "push_endpoint.registered"
    PUSH_ENDPOINT_REMOVED = "push_endpoint.removed"
    PUSH_ENDPOINT_DROPPED = "push_endpoint.dropped"
    EMAIL_CODE_SENT = "push_endpoint.email_code_sent"
    DEVICE_KEY_REGISTERED = "device_key.registered"
    DEVICE_KEY_REMOVED = "device_key.removed"
    PERMIT_CREDENTIAL_ISSUED = "permit_credential.issued"
    EXPORT_STARTED = "export.started"
    EXPORT_CANCELLED = "export.cancelled"
    EXPORT_DOWNLOADED = "export.downloaded"
    EXPORT_REFUSED = "export.refused"
    CALENDAR_FEED_CREATED = "calendar_feed.created"
    CALENDAR_FEED_REVOKED = "calendar_feed.revoked"
    CALENDAR_FEED_READ = "calendar_feed.read"
    SHARE_CODE_MADE = "share_code.made"
    SHARE_CODE_PREVIEWED = "share_code.previewed"
    SHARE_CODE_REVOKED = "share_code.revoked"
    SHARE_CODE_CHECKED = "share_code.checked"
    SHARE_CODE_REFUSED = "share_code.refused"
    CHECK_PROOF_DOWNLOADED = "check_proof.downloaded"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_UPDATED = "webhook.updated"
    WEBHOOK_PAUSED = "webhook.paused"
    WEBHOOK_RESUMED = "webhook.resumed"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"  # noqa: S105 - no password
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_REPLAYED = "webhook.replayed"


SPEC = CollectionSpec(
    name=NAME,
    version=6,
    audience="auditors; the holder's own access ledger",
    validator=document(
        {
            "_id": identifier("aud"),
            "at": INSTANT,
            "action": one_of(AuditAction),
            "result": text(60, "^[A-Z_]+$"),
            "actor": document(
                {
                    "kind": one_of(PrincipalKind),
                    "subject": optional(text(40)),
                    "client_id": optional(text(60)),
                    "session_id": optional(text(40)),
                    "flow_id": optional(text(40)),
                    "acr": optional(one_of([level.acr for level in Assurance])),
                    "sub_user": optional(text(64, f"^{SUB_USER}$")),
                }
            ),
            "holder_id": optional(identifier("hld")),
            "people": array(identifier("hld"), maximum=MAX_PEOPLE),
            "purpose": optional(text(40, "^[A-Z_]+$")),
            "objects": array(text(40), maximum=MAX_OBJECTS),
            "fields": array(text(80), maximum=MAX_FIELDS),
            "address_digest": optional(binary()),
            "request_id": text(40),
            "evidence": optional(KEPT),
            "repeats": optional(identifier("aud")),
        },
        # Of lines of version 5, which nothing rewrites, and whose processes go on for a while.
        absent_allowed=("repeats",),
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("at", -1)),
            serves="who saw or changed a holder's data",
        ),
        Index(
            "people_newest",
            (("people", 1), ("at", -1), ("_id", 1)),
            serves="a holder's own ledger: who looked, newest first",
        ),
        Index("newest", (("at", -1),), serves="the trail of a time span"),
        Index(
            "repeats_newest",
            (("repeats", 1), ("at", -1), ("_id", 1)),
            serves="when the same was looked at again, newest first",
            partial=REPEATING,
        ),
    ),
)

RESULT_OK = "OK"


@dataclass(frozen=True)
class AuditLine:
    """One line. `result` is OK or the stable code of the refusal.

    `people` are the holders whose data somebody else looked at, or tried to: each finds the line in
    its own ledger. `purpose` is the code of what it was looked at for, where that was stated.
    `evidence` is what is kept of a proof of a real person (`auth.evidence.KEPT`).
    """

    action: AuditAction
    holder_id: str | None
    result: str = RESULT_OK
    objects: Sequence[str] = ()
    fields: Sequence[str] = ()
    people: Sequence[str] = ()
    purpose: str | None = None
    evidence: Document | None = None


def looked_at(principal: Principal, holder_id: str) -> tuple[str, ...]:
    """`people` of a look: nobody, where it was the holder's own."""
    own = principal.kind is PrincipalKind.HOLDER and principal.subject == holder_id
    return () if own else (holder_id,)


@dataclass(frozen=True)
class AuditOrigin:
    """What every line of one request shares."""

    principal: Principal
    at: datetime
    address_digest: bytes | None
    request_id: str


def encode_audit_line(line_id: str, line: AuditLine, origin: AuditOrigin) -> Document:
    principal = origin.principal
    return {
        "_id": line_id,
        "at": origin.at,
        "action": str(line.action),
        "result": line.result,
        "actor": {
            "kind": str(principal.kind),
            "subject": principal.subject,
            "client_id": principal.client_id,
            "session_id": principal.session_id,
            "flow_id": principal.flow_id,
            "acr": principal.assurance.acr,
            "sub_user": principal.sub_user,
        },
        "holder_id": line.holder_id,
        "people": list(line.people),
        "purpose": line.purpose,
        "objects": list(line.objects),
        "fields": list(line.fields),
        "address_digest": origin.address_digest,
        "request_id": origin.request_id,
        "evidence": line.evidence,
        "repeats": None,
    }
