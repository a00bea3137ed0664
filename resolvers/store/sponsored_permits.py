"""Permits as employments are told from them, and what they repeat of their employment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import UpdateOne

from auth.mongo import Collection, Database, Document, Transaction
from resolvers.store.permits import MAX_PER_HOLDER, NAME, WITHOUT_EMPLOYMENT

SPONSORED_FIELDS = (
    *(
        "holder_id",
        "employer_id",
        "category",
        "state",
        "city",
        "valid_from",
        "valid_until",
        "issued_at",
    ),
    *("form", "post", "superseded_by", "history"),
    *("employment_id", "shown", "name_key_version", "name_prefixes"),
)
"""What tells an employment, and what it writes to its permits."""


class SponsoredPermitStore:
    def __init__(self, database: Database) -> None:
        self._permits: Collection = database[NAME]

    async def load(self, holder_id: str, transaction: Transaction) -> list[Document]:
        """All permits of a holder, with `SPONSORED_FIELDS` only."""
        cursor = self._permits.find(
            {"holder_id": holder_id}, dict.fromkeys(SPONSORED_FIELDS, 1), session=transaction
        ).limit(MAX_PER_HOLDER)
        found: list[Document] = await cursor.to_list(MAX_PER_HOLDER)
        return found

    async def load_holders_without_employment(self, limit: int) -> list[str]:
        """Holders who have permits of which nobody knows yet of which employment they are."""
        # In the order of the partial index, which alone makes the server take it.
        cursor = self._permits.find(
            WITHOUT_EMPLOYMENT, {"holder_id": 1}, sort=[("holder_id", 1)], limit=limit
        )
        found = await cursor.to_list(limit)
        return sorted({permit["holder_id"] for permit in found})

    async def set_employments(
        self, fields: Mapping[str, Mapping[str, Any]], transaction: Transaction
    ) -> None:
        """Of which employment they are, what that shows, and its digests: no change of the
        permit, so no other revision. The caller has locked the holder."""
        await self._permits.bulk_write(
            [
                UpdateOne({"_id": permit_id}, {"$set": dict(one)})
                for permit_id, one in fields.items()
            ],
            session=transaction,
        )

    async def set_name(
        self,
        holder_id: str,
        employment_id: str,
        digests: Mapping[str, Any],
        transaction: Transaction,
    ) -> None:
        """The digests of a new name, to all permits of one employment."""
        await self._permits.update_many(
            {"holder_id": holder_id, "employment_id": employment_id},
            {"$set": dict(digests)},
            session=transaction,
        )
