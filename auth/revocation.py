"""The revocation feed: an ended session's access tokens stop working everywhere in one second.

Every process reads the new revocations a few times a second and keeps them in memory, so a request
costs no command. The promise is: a session whose end was acknowledged at t is refused by every
process in each request that begins after t + 1 s. It holds because memory is believed only while
the last good read BEGAN less than `BELIEVED_LIFETIME` ago, by a clock that also runs while the
process or the machine sleeps, and because such a read shows all that was acknowledged before it
began. Otherwise the database is asked for this very session; when it cannot say, nobody can.
docs/decisions/0005-revocation-feed.md has the reasons and the figures.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bson.timestamp import Timestamp

from auth.mongo import Database
from auth.revocation_documents import (
    BEGINNING,
    REVOCATION_LIFETIME,
    Revocation,
    RevocationStore,
)
from auth.revocation_lookups import RevocationLookups

logger = logging.getLogger("onecard.revocation")

POLL_INTERVAL: Final = timedelta(milliseconds=250)
"""From the beginning of one read to the next. With a read of 100 ms memory is at most 350 ms old
when all is well: half of what is believed, so one slow or lost read blinds nobody."""

BELIEVED_LIFETIME: Final = timedelta(milliseconds=700)
"""Short of the promised second, so that nothing hangs on a few milliseconds."""

LOOKUP_LIFETIME: Final = timedelta(milliseconds=500)
"""What a request waits for its lookup, and with it for one that is under way, before 503."""

OVERLAP: Final = timedelta(seconds=120)
"""A position is given when the revocation is written and visible when its transaction commits: up
to 60 s later by the server's transactionLifetimeLimitSeconds, plus 30 s until the server looks for
what exceeds it. Each read therefore goes back this far behind the newest position seen."""

PAGE: Final = 10_000
"""Revocations in one read, about 600 kB. More within `OVERLAP` takes further reads; past some
20,000 (170 sessions ended each second) that takes too long and requests ask the database."""

MAX_REMEMBERED: Final = 1_000_000
"""Sessions kept in memory (some 150 MB). With more the feed declares itself blind."""


class Verdict(StrEnum):
    LIVE = "LIVE"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"
    """Neither the feed nor the database can tell: the request must not be served (503)."""


def seconds_since_boot() -> float:
    """A clock that nobody sets and that counts the time asleep, where the system has one."""
    boot_clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_clock is None else time.clock_gettime(boot_clock)


class RevocationFeed:
    """`start` it once per process, ask `check` on every request, `stop` it at the end.

    Not for use by several threads. `clock` gives seconds from any origin.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], float] = seconds_since_boot
    ) -> None:
        self._store = RevocationStore(database)
        self._lookups = RevocationLookups(self._store.load_revoked)
        self._clock = clock
        # Session id to when it may be forgotten; oldest first.
        self._revoked: dict[str, float] = {}
        self._newest: Timestamp = BEGINNING
        self._good_read_began: float | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns after the first read, good or not: a process without a database serves 503."""
        if self._task is not None:
            raise RuntimeError("the revocation feed runs already")
        first_read_ended = asyncio.Event()
        self._task = asyncio.create_task(self._run(first_read_ended), name="revocation-feed")
        await first_read_ended.wait()

    async def stop(self) -> None:
        """Afterwards `check` still answers, from the database."""
        task, self._task = self._task, None
        self._good_read_began = None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await self._lookups.stop()

    def is_alive(self) -> bool:
        """Whether memory may be believed at this instant."""
        return self._age() < BELIEVED_LIFETIME.total_seconds()

    @property
    def remembered(self) -> int:
        """How many revoked sessions are in memory."""
        return len(self._revoked)

    def remember(self, session_ids: Iterable[str]) -> None:
        """Sessions that this process has just ended: it refuses them from now on."""
        forget_at = self._clock() + REVOCATION_LIFETIME.total_seconds()
        for session_id in session_ids:
            self._revoked.setdefault(session_id, forget_at)

    def is_known_revoked(self, session_id: str) -> bool:
        """From memory alone: no says nothing unless the feed is alive."""
        return session_id in self._revoked

    async def check(self, session_id: str) -> Verdict:
        """While the feed is alive no command is sent; else one read, bounded in time."""
        if session_id in self._revoked:
            return Verdict.REVOKED
        if self.is_alive():
            return Verdict.LIVE
        revoked = await self._lookups.is_revoked(session_id, within=LOOKUP_LIFETIME.total_seconds())
        if revoked is None:
            return Verdict.UNKNOWN
        if revoked:
            self.remember([session_id])
            return Verdict.REVOKED
        return Verdict.LIVE

    def _age(self) -> float:
        if self._good_read_began is None:
            return float("inf")
        return self._clock() - self._good_read_began

    async def _run(self, first_read_ended: asyncio.Event) -> None:
        good = True
        while True:
            began = self._clock()
            problem = await self._read()
            if good != (problem is None):
                good = problem is None
                if good:
                    logger.info("the revocation feed reads again")
                else:
                    logger.warning("the revocation feed is blind", extra={"reason": problem})
            first_read_ended.set()
            spent = self._clock() - began
            await asyncio.sleep(max(0.0, POLL_INTERVAL.total_seconds() - spent))

    async def _read(self) -> str | None:
        """What went wrong, by the name of its class; then all is read again from the beginning."""
        began = self._clock()
        try:
            await self._read_pages()
        except Exception as error:  # noqa: BLE001 - whatever it is, only reading again can help
            self._newest = BEGINNING
            return type(error).__name__
        self._forget_expired()
        if len(self._revoked) > MAX_REMEMBERED:
            self._good_read_began = None
            return "TooManyRemembered"
        self._good_read_began = began
        return None

    async def _read_pages(self) -> None:
        position = _behind(self._newest)
        while True:
            page = await self._store.load_after(position, PAGE)
            self.remember(one.session_id for one in page)
            position = _newest(position, page)
            if len(page) < PAGE:
                break
        self._newest = max(self._newest, position)

    def _forget_expired(self) -> None:
        now = self._clock()
        while self._revoked:
            session_id, forget_at = next(iter(self._revoked.items()))
            if forget_at > now:
                return
            del self._revoked[session_id]


def _behind(position: Timestamp) -> Timestamp:
    return Timestamp(max(0, position.time - int(OVERLAP.total_seconds())), 0)


def _newest(position: Timestamp, page: list[Revocation]) -> Timestamp:
    return max(position, page[-1].position) if page else position
