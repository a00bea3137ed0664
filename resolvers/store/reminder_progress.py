"""How far reminders have come: of each kind of record and threshold the first day not done yet.

A day and the position within it move in the transaction that posts the notices, so a worker that is
killed anywhere leaves nothing half done. A lease keeps workers off each other's work; that nothing
is done twice does not hang on it, nor on the clocks that it is read by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pymongo import UpdateOne

from auth.bson_schema import INSTANT, document, identifier, optional, text
from auth.collections import CollectionSpec
from auth.mongo import Collection, Database, Document, Transaction

NAME = "reminder_progress"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="operators; no personal data",
    validator=document(
        {
            "_id": text(60),
            "day": text(10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            "position": optional(text(40)),
            "leased_by": optional(identifier("rmd")),
            "leased_until": INSTANT,
        }
    ),
)


class ReminderProgressStore:
    def __init__(self, database: Database) -> None:
        self._progress: Collection = database[NAME]

    async def load(self, lane_ids: Sequence[str]) -> dict[str, Document]:
        found = self._progress.find({"_id": {"$in": list(lane_ids)}}, batch_size=len(lane_ids) + 1)
        return {one["_id"]: one async for one in found}

    async def begin(self, first_days: Mapping[str, date], now: datetime) -> None:
        """Lanes that are not there yet, each from its day on."""
        await self._progress.bulk_write(
            [
                UpdateOne(
                    {"_id": lane_id},
                    {
                        "$setOnInsert": {
                            "day": day.isoformat(),
                            "position": None,
                            "leased_by": None,
                            "leased_until": now,
                        }
                    },
                    upsert=True,
                )
                for lane_id, day in first_days.items()
            ],
            ordered=False,
        )

    async def claim(self, lane_id: str, worker: str, now: datetime, until: datetime) -> bool:
        """False while another worker has it."""
        claimed = await self._progress.update_one(
            {"_id": lane_id, "leased_until": {"$lte": now}},
            {"$set": {"leased_by": worker, "leased_until": until}},
        )
        return bool(claimed.matched_count)

    async def find_held(
        self, lane_id: str, worker: str, transaction: Transaction
    ) -> Document | None:
        """None when the lease ran out and another worker took it."""
        found: Document | None = await self._progress.find_one(
            {"_id": lane_id, "leased_by": worker}, session=transaction
        )
        return found

    async def advance(
        self,
        lane_id: str,
        day: date,
        position: str | None,
        until: datetime,
        transaction: Transaction,
    ) -> None:
        """A lane that this transaction has found held. Another that moves it at the same time is a
        conflict, and one of the two runs again."""
        await self._progress.update_one(
            {"_id": lane_id},
            {"$set": {"day": day.isoformat(), "position": position, "leased_until": until}},
            session=transaction,
        )

    async def release(self, lane_id: str, worker: str, now: datetime) -> None:
        """Another may go on at once."""
        await self._progress.update_one(
            {"_id": lane_id, "leased_by": worker}, {"$set": {"leased_until": now}}
        )

    async def oldest_day(self, lane_ids: Sequence[str]) -> date | None:
        """The first day that is not done everywhere; None when no worker has begun yet."""
        found = await self.load(lane_ids)
        days = [date.fromisoformat(one["day"]) for one in found.values()]
        return min(days, default=None)
