"""Asking the database whether sessions are revoked, when the feed cannot tell.

Many requests ask at once while the feed is blind. One read is under way at a time and answers all
that were waiting when it began, so that they can neither take all of the driver's threads (and
with them the feed's own way back) nor load a database that is already in trouble.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from pymongo.errors import PyMongoError

MAX_WAITING = 1_000
"""Requests that may wait for one read; further ones are not answered."""

Lookup = Callable[[Sequence[str]], Awaitable[set[str]]]


class RevocationLookups:
    """`lookup` tells which of the given sessions are revoked, or raises `PyMongoError` or
    `TimeoutError`."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._waiting: dict[asyncio.Future[bool | None], str] = {}
        self._reader: asyncio.Task[None] | None = None

    async def is_revoked(self, session_id: str, *, within: float) -> bool | None:
        """By a read that began after this call; None when there was none `within` that many
        seconds."""
        if len(self._waiting) >= MAX_WAITING:
            return None
        answer: asyncio.Future[bool | None] = asyncio.get_running_loop().create_future()
        self._waiting[answer] = session_id
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_until_none_waits(), name="revocations")
        try:
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(answer, None)

    async def stop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            await asyncio.wait([reader])

    async def _read_until_none_waits(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            revoked: set[str] | None = None
            try:
                revoked = await self._lookup(sorted(set(waiting.values())))
            except (PyMongoError, TimeoutError):
                revoked = None
            finally:
                for answer, session_id in waiting.items():
                    if not answer.done():
                        answer.set_result(None if revoked is None else session_id in revoked)
