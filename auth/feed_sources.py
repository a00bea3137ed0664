"""Authorities that send us records over HTTP: their registered keys.

A source is one set of keys of one authority. For new keys another source is registered beside the
old one, which is revoked once the authority has changed over. A key belongs to one source, also
after that is revoked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth.bson_schema import INSTANT, document, identifier, one_of, optional, text
from auth.client_keys import ClientKey
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.stored_keys import KEYS, decode_keys, encode_keys

NAME = "feed_sources"
MAX_ACTIVE: Final = 5
"""Of one authority: each request looks at all of them."""


class SourceState(StrEnum):
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="operators",
    validator=document(
        {
            "_id": identifier("src"),
            "authority": text(60),
            "keys": KEYS,
            "state": one_of(SourceState),
            "created_at": INSTANT,
            "revoked_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "authority",
            (("authority", 1), ("created_at", 1)),
            serves="the keys of an authority, and all sources in order",
        ),
        Index(
            "key", (("keys.fingerprint", 1),), serves="one key, one source, for ever", unique=True
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class FeedSource:
    source_id: str
    authority: str
    keys: tuple[ClientKey, ...]
    state: SourceState
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.state is SourceState.ACTIVE

    def key(self, kid: str) -> ClientKey | None:
        return next((key for key in self.keys if key.kid == kid), None)


class FeedSourceStore:
    def __init__(self, database: Database) -> None:
        self._sources: Collection = database[NAME]

    async def load_active(
        self, authority: str, transaction: Transaction | None = None
    ) -> Sequence[FeedSource]:
        """Oldest first, at most `MAX_ACTIVE`."""
        cursor = self._sources.find(
            {"authority": authority, "state": str(SourceState.ACTIVE)},
            sort=[("created_at", 1)],
            session=transaction,
        ).limit(MAX_ACTIVE)
        return [_decoded(one) for one in await cursor.to_list(MAX_ACTIVE)]

    async def find_by_keys(
        self, keys: Sequence[ClientKey], transaction: Transaction
    ) -> FeedSource | None:
        """A source that has or had one of these keys."""
        prints = [key.fingerprint for key in keys]
        found = await self._sources.find_one(
            {"keys.fingerprint": {"$in": prints}}, session=transaction
        )
        return None if found is None else _decoded(found)

    async def insert(self, source: FeedSource, transaction: Transaction) -> None:
        """Raises `DuplicateKeyError` when another source has one of the keys."""
        await self._sources.insert_one(_encoded(source), session=transaction)

    async def find(self, source_id: str, transaction: Transaction) -> FeedSource | None:
        found = await self._sources.find_one({"_id": source_id}, session=transaction)
        return None if found is None else _decoded(found)

    async def revoke(self, source_id: str, now: datetime, transaction: Transaction) -> bool:
        """False when none of this id is active."""
        written = await self._sources.update_one(
            {"_id": source_id, "state": str(SourceState.ACTIVE)},
            {"$set": {"state": str(SourceState.REVOKED), "revoked_at": now}},
            session=transaction,
        )
        return bool(written.modified_count)

    async def every(self) -> AsyncIterator[FeedSource]:
        """By authority, oldest first."""
        async for found in self._sources.find({}, sort=[("authority", 1), ("created_at", 1)]):
            yield _decoded(found)


def _encoded(source: FeedSource) -> Document:
    return {
        "_id": source.source_id,
        "authority": source.authority,
        "keys": encode_keys(source.keys),
        "state": str(source.state),
        "created_at": source.created_at,
        "revoked_at": source.revoked_at,
    }


def _decoded(stored: Document) -> FeedSource:
    return FeedSource(
        source_id=stored["_id"],
        authority=stored["authority"],
        keys=decode_keys(stored["keys"]),
        state=SourceState(stored["state"]),
        created_at=stored["created_at"],
        revoked_at=stored["revoked_at"],
    )
