"""Start: how long from the command until the first answer, with MongoDB running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.place import Place
from bench.servers import SERVERS, running

ALLOWED_SECONDS: Final = 2.5

Say = Callable[[str], None]


@dataclass(frozen=True)
class Starts:
    seconds: Sequence[float]

    @property
    def holds(self) -> bool:
        return median(self.seconds) <= ALLOWED_SECONDS

    def told(self) -> str:
        low, middle, high = min(self.seconds), median(self.seconds), max(self.seconds)
        return (
            f"{'holds ' if self.holds else 'MISSED'}  up and serving within {middle:.2f} s "
            f"({low:.2f}–{high:.2f}, {len(self.seconds)} starts); allowed {ALLOWED_SECONDS} s"
        )


def measure_starts(place: Place, starts: int, say: Say) -> Starts:
    """On all processors, as it is started anywhere; ready is what `/health/ready` answers."""
    found = []
    for number in range(starts):
        with running(place, SERVERS["onecard"], ()) as one:
            found.append(one.started_in)
        say(f"start {number + 1}: {found[-1]:.2f} s")
    return Starts(found)
