"""Documents of many requests, inserted together.

Each insert waits for the journal, and what that costs MongoDB hangs on the number of commands more
than on the documents: a line of the audit trail took 0.6 ms of its processor by itself and 0.2 ms
among eight. So a few inserts are under way at a time, and the next takes all that came meanwhile;
nobody waits who comes alone. Whoever inserts is answered when its own documents are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Final

from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError

from auth.mongo import Document

AT_ONCE: Final = 4
"""With one under way all who wait are answered together and ask together again, and this process
and MongoDB take turns; with many there is nobody left to go together."""
MAX_DOCUMENTS: Final = 100
"""In one insert, if not one request alone has more."""
MAX_WAITING: Final = 1_000
"""Requests that may wait; further ones are told that the database is not to be had."""

Insert = Callable[[Sequence[Document]], Awaitable[object]]


@dataclass(frozen=True)
class _Waiting:
    documents: Sequence[Document]
    done: asyncio.Future[None]


class GroupedInserts:
    """`insert` puts documents into the database, unordered, in bounded time; what it raises is
    raised by everybody whose documents were not put there."""

    def __init__(self, insert: Insert, at_once: int = AT_ONCE) -> None:
        self._insert = insert
        self._at_once = at_once
        self._waiting: list[_Waiting] = []
        self._writers: set[asyncio.Task[None]] = set()

    async def insert(self, documents: Sequence[Document]) -> None:
        """Whoever gives up waiting may find its documents inserted all the same."""
        if len(self._waiting) >= MAX_WAITING:
            raise ConnectionFailure("too many inserts wait")
        waiting = _Waiting(documents, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if len(self._writers) < self._at_once:
            # Not by the time limit of whoever comes first.
            writer = asyncio.create_task(self._write_until_none_waits(), context=Context())
            self._writers.add(writer)
        await waiting.done

    async def _write_until_none_waits(self) -> None:
        group: Sequence[_Waiting] = ()
        try:
            while self._waiting:
                group = self._next_group()
                await self._write(group)
        except BaseException as fault:
            waiting, self._waiting = [*group, *self._waiting], []
            _tell(waiting, fault, None)
            raise
        finally:
            self._writers.discard(asyncio.current_task())

    async def _write(self, group: Sequence[_Waiting]) -> None:
        try:
            await self._insert([one for waiting in group for one in waiting.documents])
        except BulkWriteError as fault:
            # What the majority has not acknowledged may be taken back: nobody has it.
            unsure = fault.details["writeConcernErrors"]
            missing = {error["index"] for error in fault.details["writeErrors"]}
            _tell(group, fault, None if unsure else missing)
        except PyMongoError as fault:
            _tell(group, fault, None)
        except Exception as fault:  # noqa: BLE001 - raised by those who wait
            if len(group) == 1:
                _tell(group, fault, None)
                return
            # A document that cannot even be sent; whose, is seen when each goes alone.
            for waiting in group:
                await self._write([waiting])
        else:
            _tell(group, None, set())

    def _next_group(self) -> list[_Waiting]:
        size, many = 0, 0
        for waiting in self._waiting:
            size += len(waiting.documents)
            if many and size > MAX_DOCUMENTS:
                break
            many += 1
        group, self._waiting = self._waiting[:many], self._waiting[many:]
        return group


def _tell(group: Sequence[_Waiting], fault: BaseException | None, missing: set[int] | None) -> None:
    """`missing` are the places of documents that were not inserted; None for all."""
    first = 0
    for waiting in group:
        places = range(first, first + len(waiting.documents))
        first += len(waiting.documents)
        if waiting.done.done():
            continue
        if fault is not None and (missing is None or not missing.isdisjoint(places)):
            waiting.done.set_exception(fault)
        else:
            waiting.done.set_result(None)
