"""How webhooks are sent: data, to be set by whoever operates."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MAX_WEBHOOKS: Final = 20
"""Of one client."""
MAX_QUERY_LENGTH: Final = 4_000
MAX_RESULT_BYTES: Final = 131_072
"""Of a query's result; what is longer is left out, and said so."""
MAX_REPLAYED: Final = 1_000
"""Deliveries that one replay brings back."""

WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first attempt, the second, and so on, as the Standard Webhooks advise; a tenth more by
chance. After the last one it is dead."""
MAX_ATTEMPTS: Final = len(WAITS) + 1
LONGEST_ASKED_WAIT: Final = timedelta(hours=24)
"""What a receiver may ask for by `Retry-After`."""
LIFETIME: Final = timedelta(days=5)
"""After which a delivery is dead, however few attempts were made: those of a webhook that is broken
wait for its probes."""

MAX_FAILURES: Final = 5
"""In a row, whatever was sent; then the circuit opens."""
PROBE_WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""Between an opened circuit and its first probe, its second, and so on; then always the last."""

SECRET_GRACE: Final = timedelta(hours=24)
"""How long the former secret signs too after a rotation."""


def probe_wait(openings: int) -> timedelta:
    """After so many openings in a row, this one included."""
    return PROBE_WAITS[min(openings, len(PROBE_WAITS)) - 1]
