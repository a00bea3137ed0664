"""What procedures write to a holder: the registration of a new one, numbers, a new name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auth.digests import Digest
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.store.holders import NAME
from resolvers.vocabulary import IdentifierKind


class HolderRegistrationStore:
    def __init__(self, database: Database) -> None:
        self._holders: Collection = database[NAME]

    async def insert(self, holder: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError if one of the numbers is another holder's."""
        await self._holders.insert_one(holder, session=transaction)

    async def find(self, holder_id: str, transaction: Transaction) -> Document | None:
        found: Document | None = await self._holders.find_one(
            {"_id": holder_id}, session=transaction
        )
        return found

    async def is_known(self, digests: Sequence[Digest], transaction: Transaction) -> bool:
        """Whether a holder logs in by this number."""
        found = await self._holders.find_one(
            {"digests.value": {"$in": [digest.value for digest in digests]}},
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def change(
        self, holder_id: str, fields: Mapping[str, Any], transaction: Transaction
    ) -> None:
        """Fields of the stored form, sealed already."""
        await self._holders.update_one(
            {"_id": holder_id}, {"$set": dict(fields), "$inc": {"revision": 1}}, session=transaction
        )

    async def replace_digest(
        self, holder_id: str, kind: IdentifierKind, digest: Digest, transaction: Transaction
    ) -> None:
        """One number of this kind logs in from now on. Raises DuplicateKeyError if it is another
        holder's."""
        await self._holders.update_one(
            {"_id": holder_id},
            {"$pull": {"digests": {"kind": str(kind)}}, "$inc": {"revision": 1}},
            session=transaction,
        )
        entry = {"kind": str(kind), "key_version": digest.version, "value": digest.value}
        await self._holders.update_one(
            {"_id": holder_id}, {"$push": {"digests": entry}}, session=transaction
        )
