"""Deliveries: for each notice and each endpoint, whether its holder was told there.

One is made when a notice is dispatched, and settled when a message has gone out, when there is
nothing to tell any more, or when nobody would take it. Several that wait for one endpoint are told
by one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from auth.bson_schema import INSTANT, INTEGER, document, identifier, one_of, optional
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME: Final = "deliveries"
KEPT_LIFETIME: Final = timedelta(days=30)


class DeliveryState(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    DROPPED = "DROPPED"
    """There was nothing to tell any more: withdrawn, read meanwhile, unwanted, nobody there."""
    DEAD = "DEAD"
    """It was not taken, and will not be."""


SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; the gateway tells by it whom to tell",
    validator=document(
        {
            "_id": identifier("dlv"),
            "notice_id": identifier("ntc"),
            "endpoint_id": identifier("pep"),
            "state": one_of(DeliveryState),
            "due_at": INSTANT,
            "give_up_at": INSTANT,
            "attempts": INTEGER,
            "created_at": INSTANT,
            "settled_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "notice_endpoint",
            (("notice_id", 1), ("endpoint_id", 1)),
            serves="one for each notice and endpoint",
            unique=True,
        ),
        Index(
            "due",
            (("due_at", 1),),
            serves="what is to be sent, longest due first",
            partial={"state": str(DeliveryState.PENDING)},
        ),
        Index(
            "endpoint",
            (("endpoint_id", 1), ("state", 1), ("due_at", 1)),
            serves="what waits for one endpoint",
        ),
        Index(
            "expiry",
            (("created_at", 1),),
            serves="forgetting deliveries after 30 days",
            expire_after=KEPT_LIFETIME,
        ),
    ),
)


def encode_delivery(
    delivery_id: str,
    notice_id: str,
    endpoint_id: str,
    *,
    due_at: datetime,
    give_up_at: datetime,
    now: datetime,
) -> Document:
    return {
        "_id": delivery_id,
        "notice_id": notice_id,
        "endpoint_id": endpoint_id,
        "state": str(DeliveryState.PENDING),
        "due_at": due_at,
        "give_up_at": give_up_at,
        "attempts": 0,
        "created_at": now,
        "settled_at": None,
    }


class DeliveryStore:
    def __init__(self, database: Database) -> None:
        self._deliveries: Collection = database[NAME]

    async def insert(self, deliveries: Sequence[Document], transaction: Transaction) -> None:
        if deliveries:
            await self._deliveries.insert_many(list(deliveries), session=transaction)

    async def load_due_endpoints(self, now: datetime, limit: int) -> list[str]:
        """Endpoints for which something waits, longest due first, from `limit` deliveries."""
        found = (
            self._deliveries.find(
                {"state": str(DeliveryState.PENDING), "due_at": {"$lte": now}},
                {"_id": 0, "endpoint_id": 1},
                batch_size=limit + 1,
            )
            .sort("due_at", 1)
            .limit(limit)
        )
        return list(dict.fromkeys([one["endpoint_id"] for one in await found.to_list(limit)]))

    async def find_longest_due(self, now: datetime) -> datetime | None:
        """Since when it has been due."""
        found = await self._deliveries.find_one(
            {"state": str(DeliveryState.PENDING), "due_at": {"$lte": now}},
            {"_id": 0, "due_at": 1},
            sort=[("due_at", 1)],
        )
        return None if found is None else found["due_at"]

    async def settle(
        self,
        delivery_ids: Sequence[str],
        state: DeliveryState,
        now: datetime,
        transaction: Transaction,
    ) -> None:
        if delivery_ids:
            await self._deliveries.update_many(
                {"_id": {"$in": list(delivery_ids)}, "state": str(DeliveryState.PENDING)},
                {"$set": {"state": str(state), "settled_at": now}},
                session=transaction,
            )

    async def try_again(
        self, delivery_ids: Sequence[str], due_at: datetime, transaction: Transaction
    ) -> None:
        await self._deliveries.update_many(
            {"_id": {"$in": list(delivery_ids)}},
            {"$set": {"due_at": due_at}, "$inc": {"attempts": 1}},
            session=transaction,
        )

    async def put_off(
        self, delivery_ids: Sequence[str], due_at: datetime, transaction: Transaction
    ) -> None:
        """Not sent, so no attempt."""
        await self._deliveries.update_many(
            {"_id": {"$in": list(delivery_ids)}},
            {"$set": {"due_at": due_at}},
            session=transaction,
        )

    async def put_off_endpoint(self, endpoint_id: str, due_at: datetime) -> None:
        """Everything that waits for an endpoint to which nothing is sent before then."""
        await self._deliveries.update_many(
            {
                "endpoint_id": endpoint_id,
                "state": str(DeliveryState.PENDING),
                "due_at": {"$lt": due_at},
            },
            {"$set": {"due_at": due_at}},
        )

    async def drop_endpoint(
        self, endpoint_id: str, now: datetime, transaction: Transaction | None = None
    ) -> int:
        """Whatever waits for an endpoint that is no more; how many that were."""
        dropped = await self._deliveries.update_many(
            {"endpoint_id": endpoint_id, "state": str(DeliveryState.PENDING)},
            {"$set": {"state": str(DeliveryState.DROPPED), "settled_at": now}},
            session=transaction,
        )
        return int(dropped.modified_count)
