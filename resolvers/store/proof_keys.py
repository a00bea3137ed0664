"""Until when each letters key signed proofs of checks. Those are kept by employers and on record
nowhere here, so this alone says how long a key must stay for them (docs/keys.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from auth.bson_schema import INSTANT, INTEGER, document
from auth.collections import CollectionSpec
from auth.mongo import Collection, Database

NAME: Final = "proof_keys"
MARKED_AHEAD: Final = timedelta(days=1)
"""One write a day of each process, however many proofs it signs."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="operators; no personal data",
    validator=document({"_id": INTEGER, "signs_until": INSTANT}),
    indexes=(),
)


class ProofKeyStore:
    """`_id` is the version of the letters key."""

    def __init__(self, database: Database) -> None:
        self._keys: Collection = database[NAME]
        self._marked: dict[int, datetime] = {}

    async def mark(self, version: int, now: datetime) -> None:
        """To be called before a proof is signed: none is, after what stands here."""
        until = self._marked.get(version)
        if until is not None and now <= until:
            return
        until = now + MARKED_AHEAD
        # Never less than another process said.
        await self._keys.update_one({"_id": version}, {"$max": {"signs_until": until}}, upsert=True)
        self._marked[version] = until
