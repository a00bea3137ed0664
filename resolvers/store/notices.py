"""Notices: what a holder was told, kept for two years and then removed by a job, not by the
database, since an unread one is counted in the inbox.

A notice names a record by id and holds no value of it; its text is made when it is read, in the
reader's language. `key` says what it tells of, so the same is never told twice. `at` is unique
within a holder's notices and grows with each commit (`resolvers.store.inboxes`): it orders the
inbox and is the place from which a live stream goes on. A withdrawn one no longer holds; nobody is
shown it.
"""

from __future__ import annotations

from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from auth.bson_schema import BOOLEAN, INSTANT, INTEGER, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.notice_kinds import NoticeKind

NAME = "notices"
KEPT_LIFETIME = timedelta(days=730)

UNREAD: Final[Mapping[str, None]] = {"read_at": None, "withdrawn_at": None}
"""What the inbox counts; an archived one is read."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("ntc"),
            "holder_id": identifier("hld"),
            "kind": one_of(NoticeKind),
            "object_id": text(40),
            "key": text(120),
            "due_on": optional(text(10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
            "threshold_days": optional(INTEGER),
            "at": INSTANT,
            "read_at": optional(INSTANT),
            "archived_at": optional(INSTANT),
            "withdrawn_at": optional(INSTANT),
            "awaits_dispatch": BOOLEAN,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("at", -1), ("_id", 1)),
            serves="a holder's notices, newest first; those that came after one",
        ),
        Index("key", (("key", 1),), serves="the same is told once", unique=True),
        Index(
            "holder_standing",
            (("holder_id", 1), ("kind", 1), ("withdrawn_at", 1)),
            serves="a holder's notices that hold only while their record is as it was",
        ),
        Index(
            "dispatch",
            (("at", 1),),
            serves="notices of which the holder's devices are still to be told",
            partial={"awaits_dispatch": True},
        ),
        Index("oldest", (("at", 1),), serves="notices of which two years are over"),
    ),
)


class NoticeStore:
    def __init__(self, database: Database) -> None:
        self._notices: Collection = database[NAME]

    async def load_known_keys(self, keys: Sequence[str], transaction: Transaction) -> set[str]:
        found = self._notices.find(
            {"key": {"$in": list(keys)}},
            {"_id": 0, "key": 1},
            batch_size=len(keys) + 1,
            session=transaction,
        )
        return {notice["key"] async for notice in found}

    async def insert(self, notices: Sequence[Document], transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another transaction has told one of them."""
        await self._notices.insert_many(list(notices), session=transaction)

    async def find(
        self, notice_id: str, holder_id: str, transaction: Transaction
    ) -> Document | None:
        """The holder's, if it still holds."""
        return await self._notices.find_one(
            {"_id": notice_id, "holder_id": holder_id, "withdrawn_at": None}, session=transaction
        )

    async def find_place(
        self, notice_id: str, holder_id: str, transaction: Transaction
    ) -> datetime | None:
        """Where it stands among the holder's, whether or not it still holds."""
        found = await self._notices.find_one(
            {"_id": notice_id, "holder_id": holder_id}, {"at": 1}, session=transaction
        )
        return None if found is None else found["at"]

    async def mark(
        self, notice_id: str, changes: Mapping[str, datetime | None], transaction: Transaction
    ) -> None:
        """`changes` of `read_at` and `archived_at`."""
        await self._notices.update_one(
            {"_id": notice_id}, {"$set": dict(changes)}, session=transaction
        )

    async def mark_all_read(
        self, holder_id: str, up_to: datetime, now: datetime, transaction: Transaction
    ) -> int:
        """All that are unread, the one at `up_to` included: how many."""
        marked = await self._notices.update_many(
            {"holder_id": holder_id, "at": {"$lte": up_to}, **UNREAD},
            {"$set": {"read_at": now}},
            session=transaction,
        )
        return int(marked.modified_count)

    async def load_undispatched(self, limit: int, transaction: Transaction) -> list[Document]:
        """Of which the holder's devices are still to be told, oldest first."""
        found: list[Document] = (
            await self._notices.find(
                {"awaits_dispatch": True},
                {"holder_id": 1, "kind": 1, "withdrawn_at": 1},
                batch_size=limit + 1,
                session=transaction,
            )
            .sort("at", 1)
            .limit(limit)
            .to_list(limit)
        )
        return found

    async def find_longest_undispatched(self) -> datetime | None:
        """Since when it has waited."""
        found = await self._notices.find_one(
            {"awaits_dispatch": True}, {"_id": 0, "at": 1}, sort=[("at", 1)]
        )
        return None if found is None else found["at"]

    async def mark_dispatched(self, notice_ids: Sequence[str], transaction: Transaction) -> None:
        await self._notices.update_many(
            {"_id": {"$in": list(notice_ids)}},
            {"$set": {"awaits_dispatch": False}},
            session=transaction,
        )

    async def load_standing(
        self, holder_ids: Sequence[str], kinds: Many[NoticeKind], transaction: Transaction
    ) -> list[Document]:
        """Of these kinds, those that were not withdrawn, read or not."""
        found: list[Document] = await self._notices.find(
            {
                "holder_id": {"$in": list(holder_ids)},
                "kind": {"$in": sorted(map(str, kinds))},
                "withdrawn_at": None,
            },
            dict.fromkeys(("holder_id", "kind", "object_id", "due_on", "read_at"), 1),
            session=transaction,
        ).to_list(None)
        return found

    async def withdraw(
        self, notice_ids: Sequence[str], now: datetime, transaction: Transaction
    ) -> None:
        """No device is told of them any more."""
        await self._notices.update_many(
            {"_id": {"$in": list(notice_ids)}},
            {"$set": {"withdrawn_at": now, "awaits_dispatch": False}},
            session=transaction,
        )

    async def load_older(
        self, before: datetime, limit: int, transaction: Transaction
    ) -> list[Document]:
        """The oldest, with what it takes to know whether the inbox counts them."""
        found: list[Document] = (
            await self._notices.find(
                {"at": {"$lt": before}},
                dict.fromkeys(("holder_id", *UNREAD), 1),
                sort=[("at", 1)],
                batch_size=limit + 1,
                session=transaction,
            )
            .limit(limit)
            .to_list(limit)
        )
        return found

    async def remove(self, notice_ids: Sequence[str], transaction: Transaction) -> None:
        await self._notices.delete_many({"_id": {"$in": list(notice_ids)}}, session=transaction)


def encode_notice(
    notice_id: str,
    holder_id: str,
    kind: NoticeKind,
    object_id: str,
    key: str,
    *,
    due_on: str | None,
    threshold_days: int | None,
    at: datetime,
) -> Document:
    return {
        "_id": notice_id,
        "holder_id": holder_id,
        "kind": str(kind),
        "object_id": object_id,
        "key": key,
        "due_on": due_on,
        "threshold_days": threshold_days,
        "at": at,
        "read_at": None,
        "archived_at": None,
        "withdrawn_at": None,
        "awaits_dispatch": True,
    }
