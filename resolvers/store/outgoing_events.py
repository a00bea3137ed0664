"""What has happened, for those who are to hear of it: written in the transaction of the change.

An event names documents by id and holds no value. Whoever delivers reads what it needs then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from auth.bson_schema import INSTANT, array, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME = "outgoing_events"
KEPT_LIFETIME = timedelta(days=90)
MAX_RELATED = 20


class EventKind(StrEnum):
    """The closed list of what others may hear of."""

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
    PROMISE_RECOMPUTED = "application.promise_recomputed"
    PAPER_STORED = "paper.stored"
    PAPER_DELETED = "paper.deleted"
    LETTER_ISSUED = "letter.issued"
    PERMIT_ISSUED = "permit.issued"
    PERMIT_SUPERSEDED = "permit.superseded"
    PERMIT_CANCELLED = "permit.cancelled"
    CARD_ISSUED = "card.issued"
    CARD_LOADED = "card.loaded"
    CARD_CHANGED = "card.changed"
    CARD_ORDER_CHANGED = "card_order.changed"
    RECORD_IMPORTED = "record.imported"
    TASK_OPENED = "task.opened"
    TASK_DONE = "task.done"


SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the gateway's own deliveries to those whom an event names",
    validator=document(
        {
            "_id": identifier("evt"),
            "at": INSTANT,
            "kind": one_of(EventKind),
            "object_id": text(40),
            "related": array(text(40), maximum=MAX_RELATED),
            "holder_id": optional(identifier("hld")),
            "employer_id": optional(identifier("emp")),
            "authority": optional(text(60)),
        }
    ),
    indexes=(
        Index(
            "expiry",
            (("at", 1),),
            serves="events in order; forgetting them after 90 days",
            expire_after=KEPT_LIFETIME,
        ),
        Index("object", (("object_id", 1), ("at", 1)), serves="what happened to one document"),
    ),
)


@dataclass(frozen=True)
class Event:
    kind: EventKind
    object_id: str
    holder_id: str | None = None
    employer_id: str | None = None
    authority: str | None = None
    related: Sequence[str] = ()


def encode_event(event_id: str, event: Event, at: datetime) -> Document:
    return {
        "_id": event_id,
        "at": at,
        "kind": str(event.kind),
        "object_id": event.object_id,
        "related": list(event.related),
        "holder_id": event.holder_id,
        "employer_id": event.employer_id,
        "authority": event.authority,
    }


class OutgoingEventStore:
    def __init__(self, database: Database) -> None:
        self._events: Collection = database[NAME]

    async def append(self, events: Sequence[Document], transaction: Transaction) -> None:
        await self._events.insert_many(list(events), session=transaction)
