"""What a repeated request is answered with: one record for each idempotency key, for a day.

A record holds a keyed digest of caller and key, one of the input, and the id of what was made or
changed; never the input, never the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from auth.bson_schema import INSTANT, binary, document, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME = "idempotency"
KEPT_LIFETIME = timedelta(hours=24)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; answers to repeated requests",
    validator=document(
        {
            "_id": binary(),
            "command": text(60),
            "fingerprint": binary(),
            "object_id": text(40),
            "expires_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting keys after a day",
            expire_after=timedelta(0),
        ),
    ),
)


@dataclass(frozen=True)
class KeptResult:
    command: str
    fingerprint: bytes
    object_id: str


class IdempotencyStore:
    def __init__(self, database: Database) -> None:
        self._records: Collection = database[NAME]

    async def find(
        self, key: bytes, now: datetime, transaction: Transaction | None = None
    ) -> KeptResult | None:
        found: Document | None = await self._records.find_one({"_id": key}, session=transaction)
        if found is None or found["expires_at"] <= now:
            return None
        return KeptResult(found["command"], bytes(found["fingerprint"]), found["object_id"])

    async def keep(
        self, key: bytes, result: KeptResult, now: datetime, transaction: Transaction
    ) -> None:
        """In the change's own transaction; one that is over its day is replaced."""
        await self._records.replace_one(
            {"_id": key},
            {
                "_id": key,
                "command": result.command,
                "fingerprint": result.fingerprint,
                "object_id": result.object_id,
                "expires_at": now + KEPT_LIFETIME,
            },
            upsert=True,
            session=transaction,
        )
