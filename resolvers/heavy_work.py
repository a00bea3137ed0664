"""Work that keeps a processor busy, off the event loop: a few at a time, in threads of its own.

Not the loop's own threads: what is cancelled goes on in its thread, and must hold up only its like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

AT_ONCE: Final = 2
"""A decoded picture takes up to 120 MB (`resolvers.papers.pictures.MAX_PIXELS`)."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class HeavyWork:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="heavy-work")

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """What waits is given up, what runs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
