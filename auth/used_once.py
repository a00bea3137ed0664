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
from auth.mongo import Collection, Database, DuplicateKeyError

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
        digest = hashlib.sha256(framed(use, signer_id, token_id)).digest()
        try:
            await self._used.insert_one(
                {"_id": digest, "expires_at": expires_at + KEPT_AFTER_EXPIRY}
            )
        except DuplicateKeyError:
            return False
        return True
