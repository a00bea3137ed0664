"""Finding many holders by their numbers in one command, for records of other authorities."""

from __future__ import annotations

from collections.abc import Sequence

from auth.mongo import Collection, Database, Transaction
from resolvers.store.holders import NAME


class HolderMatchingStore:
    def __init__(self, database: Database) -> None:
        self._holders: Collection = database[NAME]

    async def load_ids(self, digests: Sequence[bytes]) -> dict[bytes, str]:
        """Digest value → holder id, of those that somebody logs in by."""
        wanted = set(digests)
        cursor = self._holders.find(
            {"digests.value": {"$in": list(wanted)}},
            {"digests.value": 1},
            batch_size=len(wanted) + 1,
        )
        return {
            bytes(entry["value"]): holder["_id"]
            async for holder in cursor
            for entry in holder["digests"]
            if bytes(entry["value"]) in wanted
        }

    async def lock_all(self, holder_ids: Sequence[str], transaction: Transaction) -> None:
        """Let changes of these holders run one after the other: of two transactions that both
        come here one is run again."""
        await self._holders.update_many(
            {"_id": {"$in": list(holder_ids)}}, {"$inc": {"revision": 1}}, session=transaction
        )
