"""Mail addresses whose owner is still to prove that they are theirs.

Neither the address nor the code is here, only keyed digests of them: an address that nobody has
proved is nobody's, and is not kept. One for each holder; a new one takes its place.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pymongo import ReturnDocument

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME: Final = "email_proofs"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; digests of codes under way",
    validator=document(
        {
            "_id": identifier("hld"),
            "proof_id": identifier("epr"),
            "address": binary(),
            "code": binary(),
            "attempts": INTEGER,
            "expires_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting codes that are over",
            expire_after=timedelta(0),
        ),
    ),
)


class EmailProofStore:
    def __init__(self, database: Database) -> None:
        self._proofs: Collection = database[NAME]

    async def put(
        self,
        holder_id: str,
        proof_id: str,
        *,
        address: bytes,
        code: bytes,
        expires_at: datetime,
        transaction: Transaction,
    ) -> None:
        await self._proofs.replace_one(
            {"_id": holder_id},
            {
                "_id": holder_id,
                "proof_id": proof_id,
                "address": address,
                "code": code,
                "attempts": 0,
                "expires_at": expires_at,
            },
            upsert=True,
            session=transaction,
        )

    async def charge(self, holder_id: str, maximum: int, now: datetime) -> Document | None:
        """Count one attempt before it is looked at; None when there is nothing to prove, or no
        attempt left."""
        charged: Document | None = await self._proofs.find_one_and_update(
            {"_id": holder_id, "attempts": {"$lt": maximum}, "expires_at": {"$gt": now}},
            {"$inc": {"attempts": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return charged

    async def take(self, holder_id: str, proof_id: str, transaction: Transaction) -> bool:
        """It is used up; False when another was first, or has taken its place."""
        taken = await self._proofs.delete_one(
            {"_id": holder_id, "proof_id": proof_id}, session=transaction
        )
        return bool(taken.deleted_count)
