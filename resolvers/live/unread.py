"""How many notices are unread, for many streams at once: those that ask while a read is under way
share the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

MAX_AT_ONCE: Final = 500
LoadUnread = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]


class UnreadCounts:
    """A read that an answer stands on begins after the question."""

    def __init__(self, load: LoadUnread) -> None:
        self._load = load
        self._waiting: dict[asyncio.Future[int], str] = {}
        self._reader: asyncio.Task[None] | None = None

    async def of(self, holder_id: str) -> int:
        """Raises what the driver raises."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[answer] = holder_id
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_until_none_waits())
        try:
            return await answer
        finally:
            self._waiting.pop(answer, None)

    async def _read_until_none_waits(self) -> None:
        while self._waiting:
            # Those who ask at the same instant, such as all that one commit told, come along.
            await asyncio.sleep(0)
            taken = dict(list(self._waiting.items())[:MAX_AT_ONCE])
            for answer in taken:
                del self._waiting[answer]
            try:
                counts = await self._load(sorted(set(taken.values())))
            except Exception as fault:  # noqa: BLE001 - each who asked is told
                for answer in taken:
                    if not answer.done():
                        answer.set_exception(fault)
                continue
            for answer, holder_id in taken.items():
                if not answer.done():
                    answer.set_result(counts.get(holder_id, 0))
