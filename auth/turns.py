"""A few at a time: whoever comes meanwhile waits for his turn here, and not in the database.

MongoDB gives all that it is asked a slice of its processors in turn, so what was asked together is
answered together, and late: this process has nothing to do until then, and MongoDB nothing
afterwards. One after another they both have (docs/decisions/0042-reads-in-turn.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

AT_ONCE: Final = 6
SLOW_SECONDS: Final = 0.05
"""What takes longer gives its turn to the next: a slow read holds up nobody."""

_T = TypeVar("_T")


class Turns:
    """First come, first served."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def take(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """What `work` gives, once it has its turn."""
        await self._free.acquire()
        turn = _Turn(self._free)
        slow = asyncio.get_running_loop().call_later(SLOW_SECONDS, turn.end)
        try:
            return await work()
        finally:
            slow.cancel()
            turn.end()


class _Turn:
    """Ends once."""

    __slots__ = ("_free",)

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free: asyncio.Semaphore | None = free

    def end(self) -> None:
        if self._free is not None:
            self._free.release()
            self._free = None
