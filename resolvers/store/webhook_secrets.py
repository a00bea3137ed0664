"""Secrets of webhooks, wrapped by a master key. A webhook has one, and for a day after a rotation
the former one too: both sign, until the receiver has taken up the new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier, optional
from auth.collections import CollectionSpec, Index
from auth.master_keys import WrappedKey
from auth.mongo import Collection, Database, Document, Transaction

NAME: Final = "webhook_secrets"
MAX_READ: Final = 50

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; the gateway signs with them",
    validator=document(
        {
            "_id": identifier("whs"),
            "webhook_id": identifier("whk"),
            "key_version": INTEGER,
            "wrapped": binary(),
            "created_at": INSTANT,
            "signs_until": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "webhook_newest",
            (("webhook_id", 1), ("created_at", -1), ("_id", 1)),
            serves="the secrets of a webhook",
        ),
        Index(
            "key_version",
            (("key_version", 1),),
            serves="the rotation job: what an old master key still wraps",
        ),
        Index(
            "expiry",
            (("signs_until", 1),),
            serves="forgetting a former secret when its day is over",
            expire_after=timedelta(0),
        ),
    ),
)


def encode_secret(secret_id: str, webhook_id: str, wrapped: WrappedKey, now: datetime) -> Document:
    return {
        "_id": secret_id,
        "webhook_id": webhook_id,
        "key_version": wrapped.version,
        "wrapped": wrapped.value,
        "created_at": now,
        "signs_until": None,
    }


class WebhookSecretStore:
    def __init__(self, database: Database) -> None:
        self._secrets: Collection = database[NAME]

    async def insert(
        self,
        secret_id: str,
        webhook_id: str,
        wrapped: WrappedKey,
        now: datetime,
        transaction: Transaction,
    ) -> None:
        stored = encode_secret(secret_id, webhook_id, wrapped, now)
        await self._secrets.insert_one(stored, session=transaction)

    async def load_signing(self, webhook_id: str, now: datetime) -> list[Document]:
        """Newest first."""
        cursor = self._secrets.find(
            {
                "webhook_id": webhook_id,
                "$or": [{"signs_until": None}, {"signs_until": {"$gt": now}}],
            },
            sort=[("created_at", -1), ("_id", 1)],
        )
        found: list[Document] = await cursor.limit(MAX_READ).to_list(MAX_READ)
        return found

    async def retire(
        self, webhook_id: str, signs_until: datetime, transaction: Transaction
    ) -> None:
        """The one that signs goes on for a time; one that was retired before ends now."""
        await self._secrets.delete_many(
            {"webhook_id": webhook_id, "signs_until": {"$ne": None}}, session=transaction
        )
        await self._secrets.update_many(
            {"webhook_id": webhook_id}, {"$set": {"signs_until": signs_until}}, session=transaction
        )

    async def remove_of(self, webhook_ids: list[str], transaction: Transaction) -> None:
        await self._secrets.delete_many({"webhook_id": {"$in": webhook_ids}}, session=transaction)


def decode_wrapped(stored: Document) -> WrappedKey:
    return WrappedKey(stored["key_version"], bytes(stored["wrapped"]))
