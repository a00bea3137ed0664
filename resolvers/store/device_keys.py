"""Device keys: the public halves of keys that live in holders' devices, each proved to be there.

A key ends with the session that registered it. It is removed as a document, and what was issued to
it holds no longer because it is missing (`resolvers.rules.credential_status`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.bson_schema import INSTANT, binary, document, identifier, one_of, text
from auth.client_keys import KID_PATTERN, ClientKey
from auth.collections import CollectionSpec, Index
from auth.device_proofs import DEVICE_ALGORITHMS
from auth.mongo import Collection, Database, Document, Transaction

NAME: Final = "device_keys"
MAX_READ: Final = 50
"""Keys of one holder, more than there can be."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("dvk"),
            "holder_id": identifier("hld"),
            "session_id": identifier("ses"),
            "algorithm": one_of(sorted(DEVICE_ALGORITHMS)),
            "thumbprint": text(128, KID_PATTERN),
            "public": binary(),
            "fingerprint": binary(),
            "registered_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "fingerprint",
            (("fingerprint", 1),),
            serves="one key belongs to one holder",
            unique=True,
        ),
        Index(
            "holder_newest",
            (("holder_id", 1), ("registered_at", -1), ("_id", 1)),
            serves="a holder's keys, newest first; those of a session",
        ),
    ),
)


@dataclass(frozen=True)
class NewDeviceKey:
    key_id: str
    holder_id: str
    session_id: str
    key: ClientKey


def encode_device_key(new: NewDeviceKey, now: datetime) -> Document:
    return {
        "_id": new.key_id,
        "holder_id": new.holder_id,
        "session_id": new.session_id,
        "algorithm": str(new.key.algorithm),
        "thumbprint": new.key.kid,
        "public": new.key.public,
        "fingerprint": new.key.fingerprint,
        "registered_at": now,
    }


class DeviceKeyStore:
    def __init__(self, database: Database) -> None:
        self._keys: Collection = database[NAME]

    async def find_same(self, fingerprint: bytes, transaction: Transaction) -> Document | None:
        """Whose ever it is."""
        found: Document | None = await self._keys.find_one(
            {"fingerprint": fingerprint}, {"holder_id": 1}, session=transaction
        )
        return found

    async def load_of_holder(self, holder_id: str, transaction: Transaction) -> list[Document]:
        """Newest first; which key and which session's."""
        found: list[Document] = (
            await self._keys.find({"holder_id": holder_id}, {"session_id": 1}, session=transaction)
            .sort([("registered_at", -1), ("_id", 1)])
            .limit(MAX_READ)
            .to_list(MAX_READ)
        )
        return found

    async def insert(self, key: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another transaction registered the key meanwhile."""
        await self._keys.insert_one(key, session=transaction)

    async def renew(
        self, key_id: str, session_id: str, now: datetime, transaction: Transaction
    ) -> None:
        """The same key of the same holder, registered again by a new session."""
        await self._keys.update_one(
            {"_id": key_id},
            {"$set": {"session_id": session_id, "registered_at": now}},
            session=transaction,
        )

    async def remove(self, key_id: str, holder_id: str, transaction: Transaction) -> bool:
        """False when the holder has no such key."""
        removed = await self._keys.delete_one(
            {"_id": key_id, "holder_id": holder_id}, session=transaction
        )
        return bool(removed.deleted_count)

    async def remove_of_sessions(
        self, holder_id: str, session_ids: Sequence[str], transaction: Transaction
    ) -> None:
        wanted: dict[str, Any] = {
            "holder_id": holder_id,
            "session_id": {"$in": list(session_ids)},
        }
        await self._keys.delete_many(wanted, session=transaction)
