"""Webhooks: where an employer's client is told of events, of which, and with what query.

A webhook acts with the rights of the client that made it. Whoever sends holds its lease, so that
one process at a time does; `due_at` is when something is to be sent next, `sequence` the number of
the last delivery made for it. Projection and release both write it, so that neither overlooks what
the other has done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import ReturnDocument

from auth.bson_schema import INSTANT, INTEGER, array, document, identifier, one_of, optional, text
from auth.client_terms import MAX_CALLBACK_LENGTH
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.policy.webhooks import MAX_QUERY_LENGTH, MAX_WEBHOOKS
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.rules.webhook_health import DeliveryFault, Health, PauseReason, WebhookState

NAME: Final = "webhooks"
LEASE_LIFETIME: Final = timedelta(seconds=40)
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""When nothing waits."""
MAX_READ: Final = 1_000
_SENDING: Final[Mapping[str, Any]] = {"state": {"$ne": str(WebhookState.PAUSED)}}

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the employer; changed by the client that made it",
    validator=document(
        {
            "_id": identifier("whk"),
            "revision": INTEGER,
            "employer_id": identifier("emp"),
            "client_id": identifier("cli"),
            "address": text(MAX_CALLBACK_LENGTH),
            "events": array(one_of(WebhookEvent), maximum=len(WebhookEvent)),
            "query": optional(text(MAX_QUERY_LENGTH)),
            "created_at": INSTANT,
            "state": one_of(WebhookState),
            "health": document(
                {
                    "failures": INTEGER,
                    "openings": INTEGER,
                    "last_success_at": optional(INSTANT),
                    "last_failure_at": optional(INSTANT),
                    "last_fault": optional(one_of(DeliveryFault)),
                    "probe_at": optional(INSTANT),
                    "pause_reason": optional(one_of(PauseReason)),
                }
            ),
            "sequence": INTEGER,
            "due_at": INSTANT,
            "lease": optional(text(40)),
            "leased_until": INSTANT,
        }
    ),
    indexes=(
        Index(
            "employer_newest",
            (("employer_id", 1), ("created_at", -1), ("_id", 1)),
            serves="an employer's webhooks, newest first; whom an event is told to",
        ),
        Index("client", (("client_id", 1),), serves="how many a client has; ending with it"),
        Index(
            "due",
            (("due_at", 1),),
            serves="which has something to send, longest due first; a paused one is never due",
        ),
    ),
)


@dataclass(frozen=True)
class NewWebhook:
    webhook_id: str
    employer_id: str
    client_id: str
    address: str
    events: Sequence[WebhookEvent]
    query: str | None


def encode_webhook(new: NewWebhook, now: datetime) -> Document:
    return {
        "_id": new.webhook_id,
        "revision": 1,
        "employer_id": new.employer_id,
        "client_id": new.client_id,
        "address": new.address,
        "events": [str(event) for event in new.events],
        "query": new.query,
        "created_at": now,
        **encode_health(Health(WebhookState.ACTIVE)),
        "sequence": 0,
        "due_at": NEVER,
        "lease": None,
        "leased_until": now,
    }


def encode_health(health: Health) -> Document:
    """`state` and `health` of a webhook."""
    return {
        "state": str(health.state),
        "health": {
            "failures": health.failures,
            "openings": health.openings,
            "last_success_at": health.last_success_at,
            "last_failure_at": health.last_failure_at,
            "last_fault": None if health.last_fault is None else str(health.last_fault),
            "probe_at": health.probe_at,
            "pause_reason": None if health.pause_reason is None else str(health.pause_reason),
        },
    }


def decode_health(webhook: Mapping[str, Any]) -> Health:
    stored = webhook["health"]
    fault, reason = stored["last_fault"], stored["pause_reason"]
    return Health(
        WebhookState(webhook["state"]),
        stored["failures"],
        stored["openings"],
        stored["last_success_at"],
        stored["last_failure_at"],
        None if fault is None else DeliveryFault(fault),
        stored["probe_at"],
        None if reason is None else PauseReason(reason),
    )


class WebhookStore:
    def __init__(self, database: Database) -> None:
        self._webhooks: Collection = database[NAME]

    async def insert(self, webhook: Document, transaction: Transaction) -> None:
        await self._webhooks.insert_one(webhook, session=transaction)

    async def find_own(
        self, webhook_id: str, client_id: str, transaction: Transaction
    ) -> Document | None:
        found: Document | None = await self._webhooks.find_one(
            {"_id": webhook_id, "client_id": client_id}, session=transaction
        )
        return found

    async def count_of_client(self, client_id: str, transaction: Transaction) -> int:
        counted: int = await self._webhooks.count_documents(
            {"client_id": client_id}, limit=MAX_WEBHOOKS, session=transaction
        )
        return counted

    async def change(
        self, before: Document, changes: Mapping[str, Any], transaction: Transaction
    ) -> bool:
        """False when another change came first."""
        written = await self._webhooks.update_one(
            {"_id": before["_id"], "revision": before["revision"]},
            {"$set": dict(changes), "$inc": {"revision": 1}},
            session=transaction,
        )
        return bool(written.modified_count)

    async def remove(self, webhook_id: str, transaction: Transaction) -> None:
        await self._webhooks.delete_one({"_id": webhook_id}, session=transaction)

    async def remove_of_client(self, client_id: str, transaction: Transaction) -> list[str]:
        """Which they were."""
        cursor = self._webhooks.find({"client_id": client_id}, {"_id": 1}, session=transaction)
        removed = [one["_id"] for one in await cursor.to_list(MAX_READ)]
        await self._webhooks.delete_many({"client_id": client_id}, session=transaction)
        return removed

    async def load_of_employers(
        self, employer_ids: Sequence[str], transaction: Transaction
    ) -> list[Document]:
        cursor = self._webhooks.find(
            {"employer_id": {"$in": list(employer_ids)}},
            dict.fromkeys(("employer_id", "events", "created_at", "state", "health"), 1),
            batch_size=MAX_READ,
            session=transaction,
        )
        # All of them: an event of which one is not told here is never told.
        found: list[Document] = await cursor.to_list(None)
        return found

    async def take_numbers(
        self, webhook_id: str, count: int, due_at: datetime, transaction: Transaction
    ) -> int:
        """The first of so many numbers, for deliveries that are due from then on."""
        found = await self._webhooks.find_one_and_update(
            {"_id": webhook_id},
            {"$inc": {"sequence": count}, "$min": {"due_at": due_at}},
            {"sequence": 1},
            session=transaction,
        )
        before: int = found["sequence"]
        return before + 1

    async def claim_due(self, lease: str, now: datetime) -> Document | None:
        """One that has something to send, the longest due; ours until the lease is over."""
        found: Document | None = await self._webhooks.find_one_and_update(
            {**_SENDING, "due_at": {"$lte": now}, "leased_until": {"$lte": now}},
            {"$set": {"lease": lease, "leased_until": now + LEASE_LIFETIME}},
            sort=[("due_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return found

    async def find_longest_unserved(self, before: datetime) -> datetime | None:
        """Since when something has been due to one that nobody has sent to since then either."""
        found = await self._webhooks.find_one(
            {**_SENDING, "due_at": {"$lte": before}, "leased_until": {"$lte": before}},
            {"_id": 0, "due_at": 1},
            sort=[("due_at", 1)],
        )
        return None if found is None else found["due_at"]

    async def is_held(self, webhook_id: str, lease: str) -> bool:
        """Whether it is still ours: paused, changed and removed ones are not."""
        found = await self._webhooks.find_one({"_id": webhook_id, "lease": lease}, {"_id": 1})
        return found is not None

    async def release(
        self,
        webhook_id: str,
        lease: str,
        changes: Mapping[str, Any],
        now: datetime,
        transaction: Transaction,
    ) -> bool:
        """Give the lease back with what is known now; False when it has passed to another."""
        released = await self._webhooks.update_one(
            {"_id": webhook_id, "lease": lease},
            {"$set": {**changes, "lease": None, "leased_until": now}},
            session=transaction,
        )
        return bool(released.matched_count)
