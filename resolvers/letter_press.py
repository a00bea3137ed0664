"""Where letters are made: in a few threads, off the event loop, with a bounded queue and time.

Threads are enough: Typst lets others run while it lays out (measured: 89% of the speed beside it),
and a signature takes less than 20 ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

AT_ONCE: Final = 2
WAITING: Final = 24
"""A letter takes some 50 ms, so the last of them waits a second."""
SECONDS: Final = 5.0
"""Also where the signer is a device on a network."""

_T = TypeVar("_T")


class PressBusy(Exception):
    """Too many letters are being made, or this one takes too long: ask again later."""


class LetterPress:
    def __init__(
        self, *, at_once: int = AT_ONCE, waiting: int = WAITING, seconds: float = SECONDS
    ) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="letter-press")
        self._places = at_once + waiting
        self._seconds = seconds
        self._taken = 0

    async def run(self, make: Callable[[], _T]) -> _T:
        """Raises PressBusy. What was given up goes on in its thread, and keeps its place until it
        has ended."""
        if self._taken >= self._places:
            raise PressBusy
        loop = asyncio.get_running_loop()
        self._taken += 1
        made = self._threads.submit(make)
        made.add_done_callback(lambda _: _tell(loop, self._leave))
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(made)
        except TimeoutError:
            raise PressBusy from None

    def close(self) -> None:
        """What waits is given up, what runs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _leave(self) -> None:
        self._taken -= 1


def _tell(loop: asyncio.AbstractEventLoop, leave: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended meanwhile, and the press with it
        loop.call_soon_threadsafe(leave)
