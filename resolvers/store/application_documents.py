"""Applications: one document for each permit procedure that somebody has begun.

What was stated about the person stands sealed in `particulars`, under the key of the person's own
holder id, which exists from the draft on; a holder document follows with the approval. `facts` are
the statements that name nobody. Days are ISO dates in Asia/Shanghai, instants are UTC.
"""

from __future__ import annotations

from enum import StrEnum

from auth.bson_schema import (
    BOOLEAN,
    INSTANT,
    INTEGER,
    LOCALISED,
    SEALED,
    Shape,
    array,
    binary,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from resolvers.refusals import GapReason
from resolvers.rules.application_machine import FILED, OPEN, ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import (
    ApplicationState,
    CancellationReason,
    FilerKind,
    PaperKind,
    PermitCategory,
    ProcedureKind,
)

NAME = "applications"
MAX_STEPS = 20
MAX_GAPS = 30
MAX_GROUNDS = 10
MAX_CHECKERS = 20

DAY: Shape = text(10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class PromiseStage(StrEnum):
    """What is promised next."""

    PRE_CHECK = "PRE_CHECK"
    REVIEW = "REVIEW"


class DecisionOutcome(StrEnum):
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


PARTICULARS = document(
    {
        "full_name": optional(SEALED),
        "chinese_name": optional(SEALED),
        "native_name": optional(SEALED),
        "name_parts": optional(binary()),
        "birth_date": optional(SEALED),
        "phone": optional(SEALED),
        "nationality": optional(text(3, "^[A-Z]{3}$")),
        "passport_number": optional(SEALED),
        "passport_country": optional(text(3, "^[A-Z]{3}$")),
        "passport_from": optional(DAY),
        "passport_until": optional(DAY),
    }
)
FACTS = document(
    {
        "post": optional(LOCALISED),
        "contract_until": optional(DAY),
        "requested_until": optional(DAY),
        "planned_entry_on": optional(DAY),
        "stay_until": optional(DAY),
        "entered_on": optional(DAY),
        "changed_on": optional(DAY),
        "happened_on": optional(DAY),
        "reason": optional(one_of(CancellationReason)),
        "category": optional(one_of(PermitCategory)),
    }
)
DECISION = document(
    {
        "outcome": one_of(DecisionOutcome),
        "at": INSTANT,
        "due_at": INSTANT,
        "policy_version": text(40),
        "grounds": array(text(60), maximum=MAX_GROUNDS),
        "text": optional(binary()),
        "valid_until": optional(DAY),
        "bound": optional(text(40)),
        "fee_fen": optional(INTEGER),
    }
)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the filer; the holder; officers of the authority that it was filed with",
    validator=document(
        {
            "_id": identifier("apl"),
            "revision": INTEGER,
            "procedure": one_of(ProcedureKind),
            "state": one_of(ApplicationState),
            "holder_id": identifier("hld"),
            "is_registered": BOOLEAN,
            "employer_id": optional(identifier("emp")),
            "filed_by": document({"kind": one_of(FilerKind), "subject": text(40)}),
            "authority": text(60),
            "city": text(6, "^[0-9]{6}$"),
            "category": one_of(PermitCategory),
            "permit_id": optional(identifier("pmt")),
            "result_permit_id": optional(identifier("pmt")),
            "particulars": optional(PARTICULARS),
            "facts": FACTS,
            "confirmed_at": optional(INSTANT),
            "filed_at": optional(INSTANT),
            "is_late": BOOLEAN,
            "promise": optional(
                document(
                    {
                        "stage": one_of(PromiseStage),
                        "began_on": DAY,
                        "days": INTEGER,
                        "due_on": DAY,
                        "due_at": INSTANT,
                        "provisional": BOOLEAN,
                        "calendar": text(60),
                    }
                )
            ),
            "returned_at": optional(INSTANT),
            "lapses_at": optional(INSTANT),
            "gaps": array(
                document(
                    {
                        "reason": one_of(GapReason),
                        "paper": optional(one_of(PaperKind)),
                        "note": optional(binary()),
                    }
                ),
                maximum=MAX_GAPS,
            ),
            "checkers": array(identifier("ofc"), maximum=MAX_CHECKERS),
            "reviewer": optional(identifier("ofc")),
            "originals_seen_at": optional(INSTANT),
            "assessment": optional(
                document({"sealed": binary(), "total": INTEGER, "table_version": text(40)})
            ),
            "decision": optional(DECISION),
            "steps": array(
                document(
                    {
                        "at": INSTANT,
                        "event": one_of(["CREATE", *ApplicationEvent]),
                        "party": one_of(Party),
                        "actor": optional(text(40)),
                        "state": one_of(ApplicationState),
                    }
                ),
                maximum=MAX_STEPS,
            ),
            "created_at": INSTANT,
            "updated_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("created_at", -1), ("_id", 1)),
            serves="a holder's applications, newest first",
        ),
        Index(
            "employer_newest",
            (("employer_id", 1), ("created_at", -1), ("_id", 1)),
            serves="an employer's applications, newest first",
        ),
        Index(
            "employer_state",
            (
                ("employer_id", 1),
                ("state", 1),
                ("created_at", -1),
                ("_id", 1),
                ("filed_by.kind", 1),
            ),
            serves="an employer's applications at one step; how many there are at each",
        ),
        Index(
            "authority_due",
            (("authority", 1), ("promise.due_at", 1), ("_id", 1)),
            serves="an authority's open cases by promise date",
            partial={"promise.due_at": {"$exists": True}},
        ),
        Index(
            "authority_decided",
            (("authority", 1), ("decision.at", 1)),
            serves="statistics of an authority",
            partial={"decision.at": {"$exists": True}},
        ),
        Index(
            "one_open",
            (("permit_id", 1), ("filed_by.kind", 1)),
            serves="at most one open application of each party for a permit",
            unique=True,
            partial={
                "permit_id": {"$type": "string"},
                "state": {"$in": [str(state) for state in OPEN]},
            },
        ),
        Index(
            "one_filed",
            (("permit_id", 1),),
            serves="at most one filed application for each permit; a draft keeps nobody off",
            unique=True,
            partial={
                "permit_id": {"$type": "string"},
                "state": {"$in": [str(state) for state in FILED]},
            },
        ),
        Index(
            "provisional",
            (("promise.provisional", 1),),
            serves="promises to be computed again when a calendar arrives",
            partial={"promise.provisional": True},
        ),
        Index(
            "strangers",
            (("state", 1), ("updated_at", 1)),
            serves="people who were never registered, to be forgotten",
            partial={"is_registered": False, "particulars": {"$type": "object"}},
        ),
        Index(
            "lapsing",
            (("lapses_at", 1), ("_id", 1)),
            serves="drafts and returned applications that lapse; those of one day, to remind of",
            partial={"lapses_at": {"$type": "date"}},
        ),
    ),
)
