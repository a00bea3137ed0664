"""What counts once: the ids of signed requests, remembered until they are over.

The one use is one atomic insert: of any number of processes that see an id, one accepts it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from auth.bson_schema import INSTANT, binary, document
from auth.collections import CollectionSpec, Index
from auth.keys import framed
from auth.mongo import Collection, Database, Document, DuplicateKeyError, Transaction

NAME = "used_assertions"
KEPT_AFTER_EXPIRY: Final = timedelta(minutes=10)
"""For a database whose clock is ahead of ours: it must not forget what we would still accept."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; digests of what must not be used twice",
    validator=document({"_id": binary(), "expires_at": INSTANT}),
    indexes=(
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting assertions that are over anyway",
            expire_after=timedelta(0),
        ),
    ),
)


class UsedOnceStore:
    def __init__(self, database: Database) -> None:
        self._used: Collection = database[NAME]

    async def burn(self, use: str, signer_id: str, token_id: str, expires_at: datetime) -> bool:
        """Whether this is the first use of a signer's id, which is good until `expires_at`."""
        try:
            await self._used.insert_one(_burned(use, signer_id, token_id, expires_at))
        except DuplicateKeyError:
            return False
        return True

    async def burn_within(
        self,
        use: str,
        signer_id: str,
        token_id: str,
        expires_at: datetime,
        transaction: Transaction,
    ) -> bool:
        """The same as part of a change. Raises DuplicateKeyError when another transaction was
        first: run the change again."""
        burned = _burned(use, signer_id, token_id, expires_at)
        known = await self._used.find_one({"_id": burned["_id"]}, session=transaction)
        if known is not None:
            return False
        await self._used.insert_one(burned, session=transaction)
        return True


def _burned(use: str, signer_id: str, token_id: str, expires_at: datetime) -> Document:
    digest = hashlib.sha256(framed(use, signer_id, token_id)).digest()
    return {"_id": digest, "expires_at": expires_at + KEPT_AFTER_EXPIRY}
