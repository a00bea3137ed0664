"""How often each client asks: a bucket of operations for each, in the memory of one process.

A bucket holds what its client may ask in a minute and is filled evenly, so a pause earns a burst
and never more. Each process counts for itself, since counting together would cost every request a
round trip: behind N processes a client gets at most N times as much. Holds the 10,000 clients that
asked last, which is more than an operator has. Not for use by several threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MAX_BUCKETS: Final = 10_000
_MINUTE: Final = 60.0


@dataclass(slots=True)
class _Bucket:
    filled: float
    at: datetime


class ClientRates:
    def __init__(self, *, limit: int = MAX_BUCKETS) -> None:
        self._limit = limit
        # Asked longest ago first.
        self._buckets: dict[str, _Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, client_id: str, per_minute: int, now: datetime) -> timedelta | None:
        """None when the client may ask once more; else how long until it may, uncounted."""
        bucket = self._buckets.pop(client_id, None) or _Bucket(per_minute, now)
        while len(self._buckets) >= self._limit:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[client_id] = bucket
        # A clock that is set back fills nothing.
        seconds = max(0.0, (now - bucket.at).total_seconds())
        bucket.filled = min(float(per_minute), bucket.filled + seconds * per_minute / _MINUTE)
        bucket.at = now
        if bucket.filled < 1:
            return timedelta(seconds=(1 - bucket.filled) * _MINUTE / per_minute)
        bucket.filled -= 1
        return None
