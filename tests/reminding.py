"""Reminders on a clock that a test sets, and what was told by them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Database, Document
from resolvers.gateway import Gateway
from resolvers.jobs.reminders import send_reminders
from resolvers.rules.permit_status import SHANGHAI, ends_at
from resolvers.store import holders
from tests import due_records
from tests.serving import CHEAP_PASSWORDS

Told = tuple[str, int, str]
"""Record, threshold, last day."""


@dataclass
class SetClock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Reminding:
    """The job, alone. Time stands still unless `run_on` or the clock sets it."""

    gateway: Gateway
    database: Database
    clock: SetClock

    async def run_on(self, day: date, at: time = time(9, 30)) -> int:
        """How many were sent in one run at that time of Shanghai."""
        self.clock.now = datetime.combine(day, at, SHANGHAI)
        return await send_reminders(self.gateway)

    async def begin_on(self, day: date) -> None:
        """Everything before `day` is done, as of a database that was empty until then."""
        assert await self.run_on(day - timedelta(days=1)) == 0

    async def new_holder(self) -> str:
        holder_id = new_id("hld")
        await self.database[holders.NAME].insert_one(due_records.holder(holder_id))
        return holder_id

    async def add(self, collection: str, *records: Document) -> None:
        await self.database[collection].insert_many(records)

    async def told(self) -> Sequence[Told]:
        return await told_in(self.database)


async def told_in(database: Database) -> Sequence[Told]:
    """Of all holders, sorted. Each notice and each inbox is as its reminder says."""
    found = await database["notices"].find().to_list(None)
    for one in found:
        assert one["key"] == f"{one['object_id']}/{one['threshold_days']}/{one['due_on']}"
    inboxes = {one["_id"]: one["unread"] async for one in database["inboxes"].find()}
    counted = dict.fromkeys(inboxes, 0)
    for one in found:
        counted[one["holder_id"]] += 1
    assert counted == inboxes
    return sorted((one["object_id"], one["threshold_days"], one["due_on"]) for one in found)


@asynccontextmanager
async def reminding_on(
    settings: Settings, uri: str, database: Database
) -> AsyncIterator[Reminding]:
    clock = SetClock(ends_at(date(2027, 1, 1)))
    async with open_runtime(settings, uri, now=clock, password_cost=CHEAP_PASSWORDS) as runtime:
        yield Reminding(runtime.gateway, database, clock)
