"""What addresses a name has, asked of the system without ever keeping others waiting.

Whoever chose the name may also answer for it, slowly, and the system waits for half a minute. So a
lookup has a thread of its own, which no other work of the process uses and which ends with the
process; a name is looked up once at a time, however many calls want it; and where too many names
are waited for, the next is refused at once.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Final

MAX_NAMES: Final = 32
"""Looked up at once, each in a thread. That so many are slow at once is somebody's doing."""
LOOKUP_SECONDS: Final = 3.0
"""For so long a call waits for a name; the system may go on."""

Lookup = Callable[[str], Sequence[str]]


class NameNotFound(OSError):
    """There is none, nobody told in time, or too many are waited for. Carries nothing of it."""


def system_lookup(host: str) -> Sequence[str]:
    """Every address of the name, as the system resolves it; odd spellings of numbers too."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class NameLookups:
    """One for each `Outbound`, of one event loop."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._waiting: dict[str, asyncio.Future[Sequence[str]]] = {}

    async def resolve(self, host: str, _port: int) -> Sequence[str]:
        """Raises NameNotFound."""
        waiting = self._waiting.get(host)
        if waiting is None:
            if len(self._waiting) >= MAX_NAMES:
                raise NameNotFound
            waiting = self._begun(host)
        try:
            # Others may wait for the same.
            async with asyncio.timeout(LOOKUP_SECONDS):
                return await asyncio.shield(waiting)
        except (OSError, UnicodeError):  # TimeoutError is an OSError
            pass
        except asyncio.CancelledError:
            if not waiting.cancelled():
                raise
        # Raised here, without the text that quotes the name.
        raise NameNotFound

    def close(self) -> None:
        """Nobody is told any more; a thread ends when the system answers, or with the process."""
        for waiting in tuple(self._waiting.values()):
            waiting.cancel()

    def _begun(self, host: str) -> asyncio.Future[Sequence[str]]:
        told: Future[Sequence[str]] = Future()
        # Not to be cancelled: the thread goes on, and counts until it has ended.
        told.set_running_or_notify_cancel()
        waiting = asyncio.wrap_future(told)
        self._waiting[host] = waiting
        waiting.add_done_callback(partial(self._ended, host))
        Thread(target=_look_up, args=(self._lookup, host, told), daemon=True, name="name").start()
        return waiting

    def _ended(self, host: str, waiting: asyncio.Future[Sequence[str]]) -> None:
        del self._waiting[host]
        if not waiting.cancelled():
            # Whoever wanted to know may have given up: then it is nobody's fault.
            waiting.exception()


def _look_up(lookup: Lookup, host: str, told: Future[Sequence[str]]) -> None:
    try:
        addresses = lookup(host)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
        told.set_exception(error)
    else:
        told.set_result(addresses)
