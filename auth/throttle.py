"""Attempts counted per key, with a delay that grows, shared by all processes through MongoDB.

An attempt is charged before it is looked at, in one atomic write, so a hundred attempts at once
are counted as a hundred. Keys are keyed digests: the collection knows no number and no address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from auth.bson_schema import INSTANT, INTEGER, binary, document
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document

NAME = "throttle"

SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="nobody; counters of attempts",
    validator=document(
        {
            "_id": binary(),
            "attempts": INTEGER,
            "refused": INTEGER,
            "blocked_until": INSTANT,
            "expires_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting old attempts",
            expire_after=timedelta(0),
        ),
    ),
)


_NEVER_BLOCKED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ThrottlePolicy:
    """After the n-th attempt within `window`, the next one waits `delays[n - 1]` (the last value
    repeats)."""

    window: timedelta
    delays: Sequence[timedelta]


@dataclass(frozen=True)
class Charge:
    """`waits` is None when the attempt may go on, else how long it should have waited."""

    waits: timedelta | None
    next_delay: timedelta


class ThrottleStore:
    def __init__(self, database: Database) -> None:
        self._attempts: Collection = database[NAME]

    async def charge(self, key: bytes, policy: ThrottlePolicy, now: datetime) -> Charge:
        """Count one attempt. One command, whether the key is known, new or blocked.

        An attempt during a block does not prolong it: whoever keeps trying cannot keep the
        rightful holder out for ever. It is noted in `refused` only, so that it writes as any other
        does: a command that changes nothing waits for no journal and is answered sooner.
        """
        delays = [int(delay.total_seconds() * 1000) for delay in policy.delays]
        alive = {"$gt": [{"$ifNull": ["$expires_at", now]}, now]}
        blocked = {"$and": [alive, {"$gt": ["$blocked_until", now]}]}
        counted = {"$cond": [alive, {"$add": ["$attempts", 1]}, 1]}
        attempts = {"$cond": [blocked, "$attempts", counted]}
        refused = {"$cond": [blocked, {"$add": [{"$ifNull": ["$refused", 0]}, 1]}, 0]}
        delay = {
            "$arrayElemAt": [delays, {"$min": [{"$subtract": ["$attempts", 1]}, len(delays) - 1]}]
        }
        # Without a delay nobody is blocked: not even who read the clock a moment before us.
        until = {"$cond": [{"$gt": [delay, 0]}, {"$add": [now, delay]}, _NEVER_BLOCKED]}
        update: list[Document] = [
            {"$set": {"was_blocked": blocked, "attempts": attempts, "refused": refused}},
            {
                "$set": {
                    "blocked_until": {"$cond": ["$was_blocked", "$blocked_until", until]},
                    "expires_at": {
                        "$cond": [
                            "$was_blocked",
                            "$expires_at",
                            {"$add": [now, delay, int(policy.window.total_seconds() * 1000)]},
                        ]
                    },
                }
            },
            {"$unset": "was_blocked"},
        ]
        before = await self._charged(key, update)
        if before is None or before["expires_at"] <= now:
            return Charge(waits=None, next_delay=policy.delays[0])
        if before["blocked_until"] > now:
            return Charge(waits=before["blocked_until"] - now, next_delay=timedelta(0))
        index = min(before["attempts"], len(policy.delays) - 1)
        return Charge(waits=None, next_delay=policy.delays[index])

    async def _charged(self, key: bytes, update: list[Document]) -> Document | None:
        """The counter as it was before this attempt; None for the first."""
        for _ in range(3):
            try:
                before: Document | None = await self._attempts.find_one_and_update(
                    {"_id": key}, update, upsert=True, return_document=ReturnDocument.BEFORE
                )
            except DuplicateKeyError:  # two first attempts at once: the second finds the first
                continue
            return before
        raise RuntimeError("a throttle key was created again and again")

    async def forget(self, key: bytes) -> None:
        """After a success the key starts anew."""
        await self._attempts.delete_one({"_id": key})
