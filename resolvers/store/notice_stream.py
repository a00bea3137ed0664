"""What is new in `notices`, as the database commits it: one change stream for the whole process.

An open change stream holds one of Motor's threads (5 for each CPU), so there is one, and
`resolvers.live.hub` hands on what it brings. It tells what the majority has, in the order of
commits. `Position` is the cluster's own time: all up to it has been told, and what is read "not
before" it shows all of that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

import pymongo
from bson.timestamp import Timestamp
from pymongo.errors import PyMongoError

from auth.mongo import Collection, Database, Document
from resolvers.store.notices import NAME

Position: TypeAlias = Timestamp
COMMENT: Final = "new-notices"

AWAIT_MS: Final = 500
"""How long the server waits for news before it answers that there are none; news come at once."""
BATCH: Final = 500
STUCK_SECONDS: Final = 5.0
"""Without any answer for so long, of a server that should answer after AWAIT_MS."""
RESUME_SECONDS: Final = 12.0
"""How long a broken stream is tried again from where it was: an election takes that long."""
RETRY_SECONDS: Final = 0.25
READ_SECONDS: Final = 5.0
READ_AT_ONCE: Final = 4
"""Of those who read what they missed: after a break all come at once, and the driver has few
threads, which the revocation feed needs too."""

_HISTORY_LOST: Final = frozenset({136, 234, 280, 286})
"""Server codes that no trying again helps: capped position lost, and change stream fatal, history
lost, or a pipeline that the server won't have."""
_T = TypeVar("_T")


class SourceLost(Exception):
    """What is new cannot be told without a gap. Carries nothing of the fault but its class."""


@dataclass(frozen=True, slots=True)
class Arrived:
    notice: Document
    position: Position


class NoticeStream:
    """`open` it, then ask `next` again and again; after SourceLost `open` begins anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notices: Collection = database[NAME]
        self._changes: Any = None
        self._pending: asyncio.Task[Any] | None = None
        self._token: Any = None

    async def open(self) -> Position:
        """From now on; the position is where it begins."""
        await self.close()
        try:
            with pymongo.timeout(READ_SECONDS):
                answer = await self._database.command("ping")
                position: Position = answer["operationTime"]
                await self._watch(start_at_operation_time=position)
        except (PyMongoError, KeyError) as fault:
            raise SourceLost(type(fault).__name__) from None
        return position

    async def next(self) -> Arrived | None:
        """The next new notice; None when there was none for a moment."""
        give_up_at = time.monotonic() + RESUME_SECONDS
        while True:
            try:
                if self._changes is None:
                    with pymongo.timeout(READ_SECONDS):
                        await self._watch(resume_after=self._token)
                change = await self._next_change()
            except (PyMongoError, TimeoutError) as fault:
                hopeless = getattr(fault, "code", None) in _HISTORY_LOST
                if hopeless or time.monotonic() > give_up_at:
                    raise SourceLost(type(fault).__name__) from None
                self._changes = None
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._token = self._changes.resume_token
            if change is None:
                return None
            return Arrived(change["fullDocument"], change["clusterTime"])

    async def close(self) -> None:
        pending, self._pending = self._pending, None
        changes, self._changes, self._token = self._changes, None, None
        if pending is not None and not pending.done():
            # Its thread works on the cursor until the server answers.
            await asyncio.wait([pending], timeout=STUCK_SECONDS)
        if changes is not None:
            await _quietly(changes.close)

    async def _watch(self, **start: Any) -> None:
        changes = self._notices.watch(
            [{"$match": {"operationType": "insert"}}],
            max_await_time_ms=AWAIT_MS,
            batch_size=BATCH,
            comment=COMMENT,
            **start,
        )
        await changes.__aenter__()
        self._changes, self._token = changes, changes.resume_token

    async def _next_change(self) -> Document | None:
        """Raises SourceLost when the collection itself is gone."""
        if not self._changes.alive:
            raise SourceLost("Invalidated")
        task: asyncio.Task[Document | None] = asyncio.ensure_future(self._changes.try_next())
        self._pending = task
        done, _ = await asyncio.wait([task], timeout=STUCK_SECONDS)
        if not done:
            task.add_done_callback(_forget)
            raise TimeoutError
        return task.result()


class MissedNotices:
    """A holder's notices after a place, earliest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notices: Collection = database[NAME]
        self._turns = asyncio.Semaphore(READ_AT_ONCE)

    async def load_after(
        self, holder_id: str, at: datetime, limit: int, not_before: Position
    ) -> list[Document]:
        """Withdrawn ones too: they have their place."""

        async def read(session: Any) -> list[Document]:
            cursor = self._notices.find(
                {"holder_id": holder_id, "at": {"$gt": at}},
                sort=[("at", 1)],
                limit=limit,
                batch_size=limit + 1,
                session=session,
            )
            return [notice async for notice in cursor]

        return await self._not_before(not_before, read)

    async def count_after(
        self, holder_id: str, at: datetime, most: int, not_before: Position
    ) -> int:
        """How many there are; `most` for more."""

        async def count(session: Any) -> int:
            wanted = {"holder_id": holder_id, "at": {"$gt": at}}
            found: int = await self._notices.count_documents(wanted, limit=most, session=session)
            return found

        return await self._not_before(not_before, count)

    async def _not_before(
        self, position: Position, read: Callable[[Any], Coroutine[Any, Any, _T]]
    ) -> _T:
        """In a session that waits until its server has all up to `position`: right after an
        election the new primary may not show yet what the stream has already told."""
        async with self._turns:
            return await self._read_not_before(position, read)

    async def _read_not_before(
        self, position: Position, read: Callable[[Any], Coroutine[Any, Any, _T]]
    ) -> _T:
        with pymongo.timeout(READ_SECONDS):
            async with await self._database.client.start_session() as session:
                session.advance_operation_time(position)
                return await read(session)


def _forget(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


async def _quietly(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        async with asyncio.timeout(STUCK_SECONDS):
            await close()
    except (PyMongoError, TimeoutError):
        return
