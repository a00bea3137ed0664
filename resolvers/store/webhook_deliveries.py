"""Deliveries of webhooks: for each webhook and event, whether it was told, and every attempt.

`lane` is what a delivery waits in: those of one lane go out one after the other, by `sequence`. An
attempt is written down before it is made, as one of which nobody knows how it ended, and again when
it has: a process that dies in between leaves the truth behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from auth.bson_schema import INSTANT, INTEGER, array, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.webhook_events import CATALOGUE
from resolvers.rules.webhook_health import DeliveryFault

NAME: Final = "webhook_deliveries"
KEPT_LIFETIME: Final = timedelta(days=30)
MAX_LOGGED: Final = 30
"""Attempts that are kept of a delivery, the newest; replays add to those of before."""
MAX_RELATED: Final = 20


class WebhookDeliveryState(StrEnum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"
    """It was not taken, and will not be sent again unless somebody asks for it."""


_PENDING: Final[Mapping[str, Any]] = {"state": str(WebhookDeliveryState.PENDING)}

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the employer, without the lane",
    validator=document(
        {
            "_id": identifier("whd"),
            "webhook_id": identifier("whk"),
            "event_id": identifier("evt"),
            "kind": one_of(list(CATALOGUE)),
            "object_id": text(40),
            "related": array(text(40), maximum=MAX_RELATED),
            "event_at": INSTANT,
            "lane": text(40),
            "sequence": INTEGER,
            "state": one_of(WebhookDeliveryState),
            "tries": INTEGER,
            "attempts": array(
                document(
                    {
                        "id": identifier("att"),
                        "at": INSTANT,
                        "status": optional(INTEGER),
                        "duration_ms": optional(INTEGER),
                        "fault": optional(one_of(DeliveryFault)),
                    }
                ),
                maximum=MAX_LOGGED,
            ),
            "due_at": INSTANT,
            "give_up_at": INSTANT,
            "created_at": INSTANT,
            "settled_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "webhook_event",
            (("webhook_id", 1), ("event_id", 1)),
            serves="one for each webhook and event",
            unique=True,
        ),
        Index(
            "due",
            (("webhook_id", 1), ("due_at", 1)),
            serves="what is to be sent for a webhook, longest due first; when the next one is",
            partial=_PENDING,
        ),
        Index(
            "lane",
            (("webhook_id", 1), ("lane", 1), ("sequence", 1)),
            serves="what waits in a lane, in order",
            partial=_PENDING,
        ),
        Index(
            "webhook_newest",
            (("webhook_id", 1), ("created_at", -1), ("_id", 1)),
            serves="the log of a webhook, newest first; what is to be replayed",
        ),
        Index(
            "webhook_state_newest",
            (("webhook_id", 1), ("state", 1), ("created_at", -1), ("_id", 1)),
            serves="the same of one state",
        ),
        Index(
            "expiry",
            (("created_at", 1),),
            serves="forgetting deliveries after 30 days",
            expire_after=KEPT_LIFETIME,
        ),
    ),
)


@dataclass(frozen=True)
class ToldEvent:
    """What of an event its deliveries keep."""

    event_id: str
    kind: str
    object_id: str
    related: Sequence[str]
    at: datetime
    lane: str


def encode_delivery(
    delivery_id: str,
    webhook_id: str,
    event: ToldEvent,
    sequence: int,
    *,
    give_up_at: datetime,
    now: datetime,
) -> Document:
    return {
        "_id": delivery_id,
        "webhook_id": webhook_id,
        "event_id": event.event_id,
        "kind": event.kind,
        "object_id": event.object_id,
        "related": list(event.related),
        "event_at": event.at,
        "lane": event.lane,
        "sequence": sequence,
        "state": str(WebhookDeliveryState.PENDING),
        "tries": 0,
        "attempts": [],
        "due_at": now,
        "give_up_at": give_up_at,
        "created_at": now,
        "settled_at": None,
    }


class WebhookDeliveryStore:
    def __init__(self, database: Database) -> None:
        self._deliveries: Collection = database[NAME]

    async def insert(self, deliveries: Sequence[Document], transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another process has made one of them."""
        await self._deliveries.insert_many(list(deliveries), session=transaction)

    async def load_due_lanes(self, webhook_id: str, now: datetime, limit: int) -> list[str]:
        """In which something is due, longest due first, from `limit` deliveries."""
        cursor = self._deliveries.find(
            {"webhook_id": webhook_id, **_PENDING, "due_at": {"$lte": now}},
            {"_id": 0, "lane": 1},
            sort=[("due_at", 1)],
            batch_size=limit + 1,
        )
        found = await cursor.limit(limit).to_list(limit)
        return list(dict.fromkeys([one["lane"] for one in found]))

    async def load_lane(self, webhook_id: str, lane: str, limit: int) -> list[Document]:
        """What waits there, in order."""
        cursor = self._deliveries.find(
            {"webhook_id": webhook_id, "lane": lane, **_PENDING},
            sort=[("sequence", 1)],
            batch_size=limit + 1,
        )
        found: list[Document] = await cursor.limit(limit).to_list(limit)
        return found

    async def find_next_due(
        self, webhook_id: str, transaction: Transaction | None = None
    ) -> datetime | None:
        found = await self._deliveries.find_one(
            {"webhook_id": webhook_id, **_PENDING},
            {"_id": 0, "due_at": 1},
            sort=[("due_at", 1)],
            session=transaction,
        )
        return None if found is None else found["due_at"]

    async def begin_attempt(
        self, delivery: Document, attempt_id: str, now: datetime, again_at: datetime
    ) -> bool:
        """Written down before it is made; `again_at` is when the next one is due, whatever becomes
        of this one. False when the delivery was settled meanwhile."""
        attempt = {
            "id": attempt_id,
            "at": now,
            "status": None,
            "duration_ms": None,
            "fault": str(DeliveryFault.UNKNOWN_OUTCOME),
        }
        begun = await self._deliveries.update_one(
            {"_id": delivery["_id"], **_PENDING, "tries": delivery["tries"]},
            {
                "$push": {"attempts": {"$each": [attempt], "$slice": -MAX_LOGGED}},
                "$inc": {"tries": 1},
                "$set": {"due_at": again_at},
            },
        )
        return bool(begun.modified_count)

    async def end_attempt(
        self,
        delivery_id: str,
        attempt_id: str,
        outcome: Mapping[str, Any],
        settled: Mapping[str, Any],
    ) -> None:
        """How it ended (`status`, `duration_ms`, `fault`), and what that makes of the delivery."""
        noted = {f"attempts.$.{name}": value for name, value in outcome.items()}
        await self._deliveries.update_one(
            {"_id": delivery_id, "attempts.id": attempt_id}, {"$set": {**noted, **settled}}
        )

    async def settle_dead(self, delivery_id: str, now: datetime) -> None:
        await self._deliveries.update_one(
            {"_id": delivery_id, **_PENDING},
            {"$set": {"state": str(WebhookDeliveryState.DEAD), "settled_at": now}},
        )

    async def put_off_lane(self, webhook_id: str, lane: str, due_at: datetime) -> None:
        """Nothing behind the first of a lane goes out before it."""
        await self._deliveries.update_many(
            {"webhook_id": webhook_id, "lane": lane, **_PENDING, "due_at": {"$lt": due_at}},
            {"$set": {"due_at": due_at}},
        )

    async def bring_forward(
        self,
        webhook_id: str,
        now: datetime,
        changes: Mapping[str, Any] | None = None,
        transaction: Transaction | None = None,
    ) -> None:
        """All that waits is due now: the receiver is there again."""
        await self._deliveries.update_many(
            {"webhook_id": webhook_id, **_PENDING},
            {"$set": {"due_at": now, **(changes or {})}},
            session=transaction,
        )

    async def load_replayable(
        self,
        webhook_id: str,
        wanted: Mapping[str, Any],
        limit: int,
        transaction: Transaction,
    ) -> list[str]:
        """Settled ones, oldest first."""
        cursor = self._deliveries.find(
            {"webhook_id": webhook_id, **wanted},
            {"_id": 1},
            sort=[("created_at", 1), ("_id", -1)],
            batch_size=limit + 1,
            session=transaction,
        )
        return [one["_id"] for one in await cursor.limit(limit).to_list(limit)]

    async def replay(
        self,
        delivery_ids: Sequence[str],
        now: datetime,
        give_up_at: datetime,
        transaction: Transaction,
    ) -> int:
        """Once more from the beginning, with the same numbers; the attempts of before stay in the
        log."""
        replayed = await self._deliveries.update_many(
            {"_id": {"$in": list(delivery_ids)}},
            {
                "$set": {
                    **_PENDING,
                    "tries": 0,
                    "due_at": now,
                    "give_up_at": give_up_at,
                    "settled_at": None,
                }
            },
            session=transaction,
        )
        return int(replayed.modified_count)
