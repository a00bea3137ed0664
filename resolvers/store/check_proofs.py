"""Proofs of checks by share code, for as long as they can be downloaded: a quarter of an hour.

What the viewer was shown stands in `content`, sealed under the holder's key, so a proof goes with
its holder; nothing of it is kept afterwards. `client_id` is the portal that may download it, null
for whoever made the check at the public page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction

NAME = "check_proofs"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="whoever made the check, once by its address; the gateway opens it for a download",
    validator=document(
        {
            "_id": identifier("chk"),
            "holder_id": identifier("hld"),
            "code_id": identifier("shc"),
            "client_id": optional(text(60)),
            "checked_at": INSTANT,
            "expires_at": INSTANT,
            "bytes": INTEGER,
            "content": binary(),
        }
    ),
    indexes=(
        Index(
            "holder",
            (("holder_id", 1),),
            serves="all of a person, to be removed with it",
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting proofs that were handed over",
            expire_after=timedelta(0),
        ),
    ),
)


@dataclass(frozen=True)
class CheckProofRecord:
    """`content` is sealed already, and had `size` bytes (`resolvers.share_codes.proving`)."""

    proof_id: str
    holder_id: str
    code_id: str
    client_id: str | None
    checked_at: datetime
    expires_at: datetime
    size: int
    content: bytes = field(repr=False)


class CheckProofStore:
    def __init__(self, database: Database) -> None:
        self._proofs: Collection = database[NAME]

    async def insert(self, record: CheckProofRecord, transaction: Transaction) -> None:
        await self._proofs.insert_one(
            {
                "_id": record.proof_id,
                "holder_id": record.holder_id,
                "code_id": record.code_id,
                "client_id": record.client_id,
                "checked_at": record.checked_at,
                "expires_at": record.expires_at,
                "bytes": record.size,
                "content": record.content,
            },
            session=transaction,
        )

    async def find(self, proof_id: str, now: datetime) -> Document | None:
        """One that is not over: the database forgets a minute late."""
        found: Document | None = await self._proofs.find_one(
            {"_id": proof_id, "expires_at": {"$gt": now}}
        )
        return found
