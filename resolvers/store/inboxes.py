"""Inboxes: for each holder who was ever told something, how far the notices have come, how many of
them are unread, and how the holder wants to be disturbed.

Every posting of a notice writes this document first, in the same transaction, so the postings to
one holder stand in line: `last_at` only grows, and whoever has seen a notice has seen all before.
Whatever reads, archives, withdraws or removes an unread notice takes it off `unread` in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pymongo
from pymongo import UpdateOne

from auth.bson_schema import INSTANT, INTEGER, array, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.notice_preferences import (
    NoticeChannel,
    NoticeGroup,
    NoticePreferences,
    QuietHours,
)

NAME = "inboxes"
STEP: Final = timedelta(milliseconds=1)
"""Between two notices of one holder: what MongoDB's dates and our cursors can tell apart."""
UNREAD_SECONDS: Final = 5.0

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("hld"),
            "revision": INTEGER,
            "last_at": INSTANT,
            "unread": INTEGER,
            "preferences": document(
                {
                    "revision": INTEGER,
                    "off": array(
                        document({"group": one_of(NoticeGroup), "channel": one_of(NoticeChannel)}),
                        maximum=len(NoticeGroup) * len(NoticeChannel),
                    ),
                    "quiet": optional(document({"begins": text(5), "ends": text(5)})),
                }
            ),
        },
        absent_allowed=("preferences",),
    ),
)


class InboxStore:
    def __init__(self, database: Database) -> None:
        self._inboxes: Collection = database[NAME]

    async def take_places(
        self, counts: Mapping[str, int], now: datetime, transaction: Transaction
    ) -> Mapping[str, datetime]:
        """By holder, the instant of the last of so many new notices; those before it are `STEP`
        apart. All of them are later than every notice that the holder has, by whatever clock."""
        if not counts:
            return {}
        await self._inboxes.bulk_write(
            [
                UpdateOne({"_id": holder_id}, _moved_on(count, now), upsert=True)
                for holder_id, count in counts.items()
            ],
            ordered=False,
            session=transaction,
        )
        found = self._inboxes.find(
            {"_id": {"$in": list(counts)}},
            {"last_at": 1},
            batch_size=len(counts) + 1,
            session=transaction,
        )
        return {inbox["_id"]: inbox["last_at"] async for inbox in found}

    async def load_unread(self, holder_ids: Sequence[str]) -> Mapping[str, int]:
        """By holder; who was never told anything has none."""
        found = self._inboxes.find(
            {"_id": {"$in": list(holder_ids)}}, {"unread": 1}, batch_size=len(holder_ids) + 1
        )
        # Streams wait for it, which have no deadline of their own.
        with pymongo.timeout(UNREAD_SECONDS):
            return {inbox["_id"]: inbox["unread"] async for inbox in found}

    async def lock(self, holder_id: str, transaction: Transaction) -> None:
        """Let what is done with a holder's notices run one after the other: of two transactions
        that both write the inbox one is run again."""
        await self._inboxes.update_one(
            {"_id": holder_id}, {"$inc": {"revision": 1}}, session=transaction
        )

    async def lock_all(
        self, holder_ids: Sequence[str], now: datetime, transaction: Transaction
    ) -> None:
        """The same of many, also of those who were never told anything."""
        changes = [
            UpdateOne(
                {"_id": holder_id},
                {
                    "$inc": {"revision": 1},
                    "$setOnInsert": {"last_at": now - STEP, "unread": 0},
                },
                upsert=True,
            )
            for holder_id in holder_ids
        ]
        if changes:
            await self._inboxes.bulk_write(changes, ordered=False, session=transaction)

    async def take_off_unread(self, counts: Mapping[str, int], transaction: Transaction) -> None:
        """By holder, how many notices are unread no more."""
        changes = [
            UpdateOne({"_id": holder_id}, {"$inc": {"unread": -count, "revision": 1}})
            for holder_id, count in counts.items()
            if count
        ]
        if changes:
            await self._inboxes.bulk_write(changes, ordered=False, session=transaction)

    async def find_preferences(self, holder_id: str, transaction: Transaction) -> NoticePreferences:
        found = await self._inboxes.find_one(
            {"_id": holder_id}, {"preferences": 1}, session=transaction
        )
        return decode_preferences(found)

    async def load_preferences(
        self, holder_ids: Sequence[str], transaction: Transaction | None = None
    ) -> dict[str, NoticePreferences]:
        """By holder, of those who were ever told anything."""
        found = self._inboxes.find(
            {"_id": {"$in": list(holder_ids)}},
            {"preferences": 1},
            batch_size=len(holder_ids) + 1,
            session=transaction,
        )
        return {inbox["_id"]: decode_preferences(inbox) async for inbox in found}

    async def set_preferences(
        self,
        holder_id: str,
        preferences: NoticePreferences,
        now: datetime,
        transaction: Transaction,
    ) -> None:
        """Also of a holder who was never told anything."""
        await self._inboxes.update_one(
            {"_id": holder_id},
            {
                "$set": {"preferences": encode_preferences(preferences)},
                "$inc": {"revision": 1},
                "$setOnInsert": {"last_at": now - STEP, "unread": 0},
            },
            upsert=True,
            session=transaction,
        )


def encode_preferences(preferences: NoticePreferences) -> Document:
    quiet = preferences.quiet
    return {
        "revision": preferences.revision,
        "off": [
            {"group": str(group), "channel": str(channel)}
            for group, channel in sorted(preferences.off)
        ],
        "quiet": None
        if quiet is None
        else {"begins": f"{quiet.begins:%H:%M}", "ends": f"{quiet.ends:%H:%M}"},
    }


def decode_preferences(inbox: Mapping[str, Any] | None) -> NoticePreferences:
    """Of an inbox as it is stored; what nobody has set disturbs at any time."""
    stored = None if inbox is None else inbox.get("preferences")
    if stored is None:
        return NoticePreferences()
    quiet = stored["quiet"]
    return NoticePreferences(
        off=frozenset(
            (NoticeGroup(one["group"]), NoticeChannel(one["channel"])) for one in stored["off"]
        ),
        quiet=None if quiet is None else QuietHours.of(quiet["begins"], quiet["ends"]),
        revision=stored["revision"],
    )


def _moved_on(count: int, now: datetime) -> list[Document]:
    span_ms = int(STEP.total_seconds() * 1000) * count
    first_free = {"$max": [now - STEP, {"$ifNull": ["$last_at", now - STEP]}]}
    return [
        {
            "$set": {
                "last_at": {"$add": [first_free, span_ms]},
                "unread": {"$add": [{"$ifNull": ["$unread", 0]}, count]},
                "revision": {"$add": [{"$ifNull": ["$revision", 0]}, 1]},
            }
        }
    ]
