"""What has happened, for those who are to hear of it: written in the transaction of the change.

An event names documents by id and holds no value. Whoever delivers reads what it needs then, and
takes its mark off `awaited_by` in the transaction of what it delivers: nothing is lost or doubled,
wherever it stops, and however long it was away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from auth.bson_schema import INSTANT, array, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.principal import PrincipalKind
from resolvers.rules.webhook_events import CATALOGUE

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
    PERMIT_EXPIRING = "permit.expiring"
    GRANT_ASKED = "grant.asked"
    GRANT_ACCEPTED = "grant.accepted"
    GRANT_REFUSED = "grant.refused"
    GRANT_LAPSED = "grant.lapsed"
    GRANT_RETRACTED = "grant.retracted"
    GRANT_WITHDRAWN = "grant.withdrawn"
    GRANT_REPLACED = "grant.replaced"
    CARD_ISSUED = "card.issued"
    CARD_LOADED = "card.loaded"
    CARD_CHANGED = "card.changed"
    CARD_ORDER_CHANGED = "card_order.changed"
    RECORD_IMPORTED = "record.imported"
    CONTEST_OPENED = "contest.opened"
    CONTEST_WITHDRAWN = "contest.withdrawn"
    CONTEST_TAKEN = "contest.taken"
    CONTEST_DECIDED = "contest.decided"
    TASK_OPENED = "task.opened"
    TASK_DONE = "task.done"
    EXPORT_READY = "export.ready"
    EXPORT_STOPPED = "export.stopped"
    DEVICE_KEY_REGISTERED = "device_key.registered"


class EventDetail(StrEnum):
    """What the kind alone does not say, where somebody needs to know. CONSEQUENCE: a card changed
    because another card or its permit did. UNCHANGED: an authority said again what it had said of
    a record before."""

    CONSEQUENCE = "CONSEQUENCE"
    PHOTO_REFUSED = "PHOTO_REFUSED"
    READY = "READY"
    SENT = "SENT"
    CANCELLED = "CANCELLED"
    UNCHANGED = "UNCHANGED"


class Consumer(StrEnum):
    """Who takes events on, each at its own pace."""

    INBOX = "INBOX"
    WEBHOOKS = "WEBHOOKS"


HEARD_BY_INBOX = frozenset(
    {
        EventKind.APPLICATION_DRAFTED,
        EventKind.APPLICATION_UPDATED,
        EventKind.APPLICATION_CONFIRMED,
        EventKind.APPLICATION_SUBMITTED,
        EventKind.APPLICATION_RETURNED,
        EventKind.APPLICATION_ACCEPTED,
        EventKind.APPLICATION_APPROVED,
        EventKind.APPLICATION_REJECTED,
        EventKind.APPLICATION_WITHDRAWN,
        EventKind.APPLICATION_LAPSED,
        EventKind.PAPER_STORED,
        EventKind.PAPER_DELETED,
        EventKind.PERMIT_ISSUED,
        EventKind.PERMIT_SUPERSEDED,
        EventKind.PERMIT_CANCELLED,
        EventKind.CARD_ISSUED,
        EventKind.CARD_CHANGED,
        EventKind.CARD_ORDER_CHANGED,
        EventKind.RECORD_IMPORTED,
        EventKind.CONTEST_TAKEN,
        EventKind.CONTEST_DECIDED,
        EventKind.TASK_OPENED,
        EventKind.TASK_DONE,
        EventKind.LETTER_ISSUED,
        EventKind.GRANT_ASKED,
        EventKind.DEVICE_KEY_REGISTERED,
    }
)
"""Of these a holder may be told, or something that a holder was told may hold no longer
(`resolvers.notices.telling`)."""

HEARD_BY_WEBHOOKS = frozenset(kind for kind in EventKind if kind.value in CATALOGUE)
"""Of these an employer may be told, where the event names one."""

SPEC = CollectionSpec(
    name=NAME,
    version=3,
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
            "by": optional(one_of(PrincipalKind)),
            "detail": optional(one_of(EventDetail)),
            "awaited_by": array(one_of(Consumer), maximum=len(Consumer)),
        }
    ),
    indexes=(
        Index(
            "expiry",
            (("at", 1),),
            serves="events in order; forgetting them after 90 days",
            expire_after=KEPT_LIFETIME,
        ),
        Index(
            "awaited_by_inbox",
            (("at", 1), ("_id", 1)),
            serves="events that holders are still to be told of, oldest first",
            partial={"awaited_by": str(Consumer.INBOX)},
        ),
        Index(
            "awaited_by_webhooks",
            (("at", 1), ("_id", 1)),
            serves="events that employers' webhooks are still to be told of, oldest first",
            partial={"awaited_by": str(Consumer.WEBHOOKS)},
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
    detail: EventDetail | None = None


def encode_event(event_id: str, event: Event, at: datetime, by: PrincipalKind) -> Document:
    """`by` is who did it; who is to take the event on follows from its kind."""
    heard_by = {
        Consumer.INBOX: event.kind in HEARD_BY_INBOX and event.holder_id is not None,
        Consumer.WEBHOOKS: event.kind in HEARD_BY_WEBHOOKS and event.employer_id is not None,
    }
    return {
        "_id": event_id,
        "at": at,
        "kind": str(event.kind),
        "object_id": event.object_id,
        "related": list(event.related),
        "holder_id": event.holder_id,
        "employer_id": event.employer_id,
        "authority": event.authority,
        "by": str(by),
        "detail": None if event.detail is None else str(event.detail),
        "awaited_by": [str(consumer) for consumer, hears in heard_by.items() if hears],
    }


class OutgoingEventStore:
    def __init__(self, database: Database) -> None:
        self._events: Collection = database[NAME]

    async def append(self, events: Sequence[Document], transaction: Transaction) -> None:
        await self._events.insert_many(list(events), session=transaction)

    async def is_awaited(self, consumer: Consumer) -> bool:
        # In the order of the index, or it would not serve.
        found = await self._events.find_one(
            {"awaited_by": str(consumer)}, {"_id": 1}, sort=[("at", 1)]
        )
        return found is not None

    async def find_oldest_awaited(self, consumer: Consumer) -> datetime | None:
        """When it happened."""
        found = await self._events.find_one(
            {"awaited_by": str(consumer)}, {"_id": 0, "at": 1}, sort=[("at", 1)]
        )
        return None if found is None else found["at"]

    async def load_awaited(
        self, consumer: Consumer, limit: int, transaction: Transaction
    ) -> list[Document]:
        """The oldest."""
        cursor = self._events.find(
            {"awaited_by": str(consumer)},
            sort=[("at", 1), ("_id", 1)],
            batch_size=limit + 1,
            session=transaction,
        )
        found: list[Document] = await cursor.limit(limit).to_list(limit)
        return found

    async def take(
        self, consumer: Consumer, event_ids: Sequence[str], transaction: Transaction
    ) -> None:
        """They are delivered to this one. Two who take the same conflict: one runs again."""
        await self._events.update_many(
            {"_id": {"$in": list(event_ids)}},
            {"$pull": {"awaited_by": str(consumer)}},
            session=transaction,
        )
