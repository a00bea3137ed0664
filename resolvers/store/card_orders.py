"""Orders of physical cards: what was ordered where, how far it is, and what was promised.

A card made at a counter has a ticket: a number for each office and day of Asia/Shanghai, in the
order in which people came. `ticket` sorts by day, then number. A card from the factory is promised
in `promise_days` working days by the `calendar` of that version. `made_at` and `finished_at` repeat
two of `stages`, for the promise and the statistics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from auth.bson_schema import (
    BOOLEAN,
    INSTANT,
    INTEGER,
    array,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.card_machines import OPEN_ORDERS, WAITING_ORDERS
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardMaking,
    CardOrderState,
    CardReason,
    PhotoFault,
)

NAME = "card_orders"
MAX_STAGES = 50
DAY = text(10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder; counter officers of the authority that makes the card",
    validator=document(
        {
            "_id": identifier("ord"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "city": text(6, "^[0-9]{6}$"),
            "authority": text(60),
            "making": one_of(CardMaking),
            "channel": one_of(CardChannel),
            "collection": one_of(CardCollection),
            "reason": one_of(CardReason),
            "replaces": optional(identifier("crd")),
            "state": one_of(CardOrderState),
            "stages": array(
                document(
                    {"stage": one_of(CardOrderState), "at": INSTANT, "actor": optional(text(40))}
                ),
                maximum=MAX_STAGES,
            ),
            "ordered_at": INSTANT,
            "promised_at": INSTANT,
            "provisional": BOOLEAN,
            "promise_days": optional(INTEGER),
            "calendar": optional(text(60)),
            "ticket": optional(document({"day": DAY, "number": INTEGER})),
            "photo": optional(document({"at": INSTANT, "fault": optional(one_of(PhotoFault))})),
            "card_id": optional(identifier("crd")),
            "made_at": optional(INSTANT),
            "finished_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("ordered_at", -1), ("_id", 1)),
            serves="a holder's orders, newest first",
        ),
        Index(
            "one_open",
            (("holder_id", 1),),
            serves="at most one open order for each holder",
            unique=True,
            partial={"state": {"$in": [str(state) for state in OPEN_ORDERS]}},
        ),
        Index(
            "authority_queue",
            (("authority", 1), ("state", 1), ("promised_at", 1), ("_id", 1)),
            serves="a counter's queue by promise; how many are ahead",
        ),
        Index(
            "authority_finished",
            (("authority", 1), ("making", 1), ("finished_at", 1)),
            serves="statistics of a counter",
            partial={"finished_at": {"$type": "date"}},
        ),
        Index(
            "provisional",
            (("calendar", 1),),
            serves="promises to be counted again when a calendar arrives",
            partial={"provisional": True},
        ),
    ),
)


@dataclass(frozen=True)
class CardPromise:
    """`days` and `calendar` where working days were counted."""

    at: datetime
    provisional: bool = False
    days: int | None = None
    calendar: str | None = None


@dataclass(frozen=True)
class NewOrder:
    order_id: str
    holder_id: str
    city: str
    making: CardMaking
    channel: CardChannel
    collection: CardCollection
    reason: CardReason
    replaces: str | None
    ordered_at: datetime
    promise: CardPromise
    ticket: tuple[str, int] | None
    """Day and number."""
    actor: str | None

    @property
    def authority(self) -> str:
        return f"human-resources-{self.city}"


def encode_order(order: NewOrder) -> Document:
    return {
        "_id": order.order_id,
        "revision": 1,
        "holder_id": order.holder_id,
        "city": order.city,
        "authority": order.authority,
        "making": str(order.making),
        "channel": str(order.channel),
        "collection": str(order.collection),
        "reason": str(order.reason),
        "replaces": order.replaces,
        "state": str(CardOrderState.ORDERED),
        "stages": [stage_document(CardOrderState.ORDERED, order.ordered_at, order.actor)],
        "ordered_at": order.ordered_at,
        "promised_at": order.promise.at,
        "provisional": order.promise.provisional,
        "promise_days": order.promise.days,
        "calendar": order.promise.calendar,
        "ticket": None
        if order.ticket is None
        # In this order: MongoDB compares documents field by field.
        else {"day": order.ticket[0], "number": order.ticket[1]},
        "photo": None,
        "card_id": None,
        "made_at": None,
        "finished_at": None,
    }


def stage_document(stage: CardOrderState, at: datetime, actor: str | None) -> Document:
    return {"stage": str(stage), "at": at, "actor": actor}


class CardOrderStore:
    def __init__(self, database: Database) -> None:
        self._orders: Collection = database[NAME]

    async def insert(self, order: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when the holder has an open order already."""
        await self._orders.insert_one(order, session=transaction)

    async def find(
        self, order_id: str, scope: Mapping[str, Any], transaction: Transaction | None = None
    ) -> Document | None:
        """The order, if it is within the caller's scope (`holder_id` or `authority`)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("an order is looked for within a scope")
        found: Document | None = await self._orders.find_one(
            {"_id": order_id, **scope}, session=transaction
        )
        return found

    async def find_of_card(
        self, card_id: str, holder_id: str, transaction: Transaction
    ) -> Document | None:
        """The order of which a card came."""
        found: Document | None = await self._orders.find_one(
            {"holder_id": holder_id, "card_id": card_id}, session=transaction
        )
        return found

    async def has_open(self, holder_id: str, transaction: Transaction) -> bool:
        found = await self._orders.find_one(
            {"holder_id": holder_id, "state": {"$in": [str(state) for state in OPEN_ORDERS]}},
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def advance(
        self,
        before: Document,
        state: CardOrderState,
        changes: Mapping[str, Any],
        stage: Document,
        transaction: Transaction,
    ) -> Document | None:
        """The order as it is afterwards; None when another change came first."""
        found: Document | None = await self._orders.find_one_and_update(
            {"_id": before["_id"], "revision": before["revision"], "state": before["state"]},
            {
                "$set": {**changes, "state": str(state)},
                "$inc": {"revision": 1},
                # Photos may be refused without end; the oldest stages give way.
                "$push": {"stages": {"$each": [stage], "$slice": -MAX_STAGES}},
            },
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return found

    async def load_provisional(self, calendar: str, limit: int) -> list[str]:
        """Ids of orders still to be made whose promise was counted by another calendar."""
        cursor = self._orders.find(_provisional(calendar), {"_id": 1}).limit(limit)
        return [order["_id"] for order in await cursor.to_list(limit)]

    async def find_provisional(
        self, order_id: str, calendar: str, transaction: Transaction
    ) -> Document | None:
        found: Document | None = await self._orders.find_one(
            {"_id": order_id, **_provisional(calendar)}, session=transaction
        )
        return found

    async def promise_anew(
        self, order: Document, promise: CardPromise, transaction: Transaction
    ) -> None:
        await self._orders.update_one(
            {"_id": order["_id"]},
            {
                "$set": {
                    "promised_at": promise.at,
                    "provisional": promise.provisional,
                    "calendar": promise.calendar,
                },
                "$inc": {"revision": 1},
            },
            session=transaction,
        )

    async def aggregate(self, pipeline: list[Document], limit: int) -> list[Document]:
        found: list[Document] = await self._orders.aggregate(pipeline).to_list(limit)
        return found


def _provisional(calendar: str) -> Document:
    return {
        "provisional": True,
        "calendar": {"$ne": calendar},
        "state": {"$in": [str(state) for state in WAITING_ORDERS]},
    }
