"""Holder keys: one random key for each holder, wrapped by a master key, and nothing else.

Apart from the holders, so that a dump of personal documents alone opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from auth.bson_schema import INTEGER, binary, document, identifier
from auth.collections import CollectionSpec, Index
from auth.master_keys import WrappedKey
from auth.mongo import Collection, Database, Document, Transaction

NAME = "holder_keys"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; the gateway opens it for a reveal or a login",
    validator=document({"_id": identifier("hld"), "key_version": INTEGER, "wrapped": binary()}),
    indexes=(
        Index(
            "key_version",
            (("key_version", 1),),
            serves="the master key rotation job: what is still wrapped by an old key",
        ),
    ),
)


def encode_holder_key(holder_id: str, wrapped: WrappedKey) -> Document:
    return {"_id": holder_id, "key_version": wrapped.version, "wrapped": wrapped.value}


def decode_holder_key(stored: Document) -> WrappedKey:
    return WrappedKey(version=stored["key_version"], value=bytes(stored["wrapped"]))


class HolderKeyStore:
    def __init__(self, database: Database) -> None:
        self._keys: Collection = database[NAME]

    async def find(
        self, holder_id: str, transaction: Transaction | None = None
    ) -> WrappedKey | None:
        found: Document | None = await self._keys.find_one({"_id": holder_id}, session=transaction)
        return None if found is None else decode_holder_key(found)

    async def load(
        self, holder_ids: Sequence[str], transaction: Transaction
    ) -> dict[str, WrappedKey]:
        """Holder → key, of those that exist."""
        cursor = self._keys.find(
            {"_id": {"$in": list(holder_ids)}},
            batch_size=len(holder_ids) + 1,
            session=transaction,
        )
        return {stored["_id"]: decode_holder_key(stored) async for stored in cursor}

    async def insert(self, holder_id: str, wrapped: WrappedKey, transaction: Transaction) -> None:
        await self._keys.insert_one(encode_holder_key(holder_id, wrapped), session=transaction)

    async def remove(self, holder_id: str, transaction: Transaction) -> None:
        """What is sealed under it can never be opened again."""
        await self._keys.delete_one({"_id": holder_id}, session=transaction)
