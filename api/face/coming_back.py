"""When whoever finds the queue full is to come back: one after the other, as places get free.

All who were told the same time came together again, and most of them in vain: of twenty at once
each sent its megabyte four times.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

LEAST: Final = timedelta(seconds=5)
MOST: Final = timedelta(seconds=30)
"""As long as the page waits. Whoever comes after all that time is given away is told this."""


class ComingBack:
    """`every` is how often a place gets free while the queue is full. Who has a time keeps it,
    however often he asks before it: nobody puts others off by asking. Times are at most as many as
    places get free in `MOST`."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._times: dict[str, datetime] = {}

    def wait_of(self, who: str, now: datetime) -> timedelta:
        # None is later than that, unless the clock was put back.
        self._times = {one: at for one, at in self._times.items() if now < at <= now + MOST}
        at = self._times.get(who)
        if at is not None:
            return at - now
        latest = max(self._times.values(), default=now)
        at = max(now + LEAST, latest + self._every)
        if at > now + MOST:
            return MOST
        self._times[who] = at
        return at - now
