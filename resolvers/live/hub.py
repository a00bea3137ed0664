"""One reader of what is new, and everybody in this process who waits for it.

Followers are kept by holder, so a notice costs its holder's followers and nobody else. Each has a
bounded line of its own: who does not keep up is told to resume, and holds up nobody. When the
source is lost all are told to, and what they missed they then read from the database: a gap is
never passed over in silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Final

from auth.mongo import Document
from resolvers.live.ending import StreamEnd, StreamEnded
from resolvers.store.notice_stream import NoticeStream, Position, SourceLost

logger = logging.getLogger("onecard.live")

MAX_WAITING: Final = 200
"""Notices that wait for one follower: some 80 kB."""
REOPEN_SECONDS: Final = 1.0
OPENING_SECONDS: Final = 4.0
"""What a new follower waits for the source, which the first one has opened."""

OnEnd = Callable[[StreamEnd], None]


class HubDown(Exception):
    """Just now nobody can be told what is new."""


class Follower:
    """One who waits for a holder's notices. `on_end` hears at once of an end that the one who
    reads would notice late, since he may be held up in sending."""

    def __init__(self, holder_id: str, on_end: OnEnd) -> None:
        self.holder_id = holder_id
        self._on_end = on_end
        self._waiting: deque[Document] = deque()
        self._wake = asyncio.Event()
        self._end: StreamEnd | None = None

    async def next(self) -> Document:
        """Raises StreamEnded; then there are no more."""
        while not self._waiting:
            if self._end is not None:
                raise StreamEnded(self._end)
            self._wake.clear()
            await self._wake.wait()
        return self._waiting.popleft()

    def give(self, notice: Document) -> None:
        if self._end is not None:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.clear()
            self.end(StreamEnd.RESUME)
            return
        self._waiting.append(notice)
        self._wake.set()

    def end(self, end: StreamEnd) -> None:
        if self._end is None:
            self._end = end
            self._wake.set()
            self._on_end(end)


class NoticeHub:
    """One for each process. It reads from the first `follow` on, until `stop`."""

    def __init__(self, stream: NoticeStream) -> None:
        self._stream = stream
        self._followers: dict[str, set[Follower]] = {}
        self._position: Position | None = None
        self._opened = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def follow(self, holder_id: str, on_end: OnEnd) -> Follower:
        """From now on everything; what came before, `position` is for. Raises HubDown."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(), name="notice-hub")
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await self._opened.wait()
        except TimeoutError:
            raise HubDown from None
        follower = Follower(holder_id, on_end)
        self._followers.setdefault(holder_id, set()).add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        followers = self._followers.get(follower.holder_id)
        if followers is not None:
            followers.discard(follower)
            if not followers:
                del self._followers[follower.holder_id]

    @property
    def position(self) -> Position:
        """All up to here has been handed on; the followers get what comes later. Raises HubDown."""
        if self._position is None:
            raise HubDown
        return self._position

    async def stop(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
        await self._stream.close()

    async def _read(self) -> None:
        is_lost = False
        while True:
            try:
                self._position = await self._stream.open()
                self._opened.set()
                if is_lost:
                    is_lost = False
                    logger.info("new notices are read again")
                await self._hand_on()
            except SourceLost as lost:
                self._end_all()
                if not is_lost:
                    is_lost = True
                    logger.warning("new notices cannot be read", extra={"reason": str(lost)})
            except Exception as fault:  # noqa: BLE001 - whatever it is, nobody may wait in vain
                self._end_all()
                is_lost = True
                logger.error("new notices cannot be read", extra={"reason": type(fault).__name__})  # noqa: TRY400 - its text may hold data
            await asyncio.sleep(REOPEN_SECONDS)

    async def _hand_on(self) -> None:
        while True:
            arrived = await self._stream.next()
            if arrived is None:
                continue
            for follower in tuple(self._followers.get(arrived.notice["holder_id"], ())):
                follower.give(arrived.notice)
            self._position = arrived.position

    def _end_all(self) -> None:
        self._opened.clear()
        self._position = None
        for followers in list(self._followers.values()):
            for follower in list(followers):
                follower.end(StreamEnd.RESUME)
