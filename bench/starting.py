"""Start: how long from the command until the first answer, with MongoDB running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.place import Place
from bench.process_times import cpu_seconds, memory_bytes
from bench.servers import SERVERS, running

ALLOWED_SECONDS: Final = 2.5

Say = Callable[[str], None]


@dataclass(frozen=True)
class Starts:
    """`seconds` until the answer, `spent` of a processor until then, and the memory held then."""

    seconds: Sequence[float]
    spent: Sequence[float]
    memory: Sequence[int]

    @property
    def holds(self) -> bool:
        return median(self.seconds) <= ALLOWED_SECONDS

    def told(self) -> str:
        low, middle, high = min(self.seconds), median(self.seconds), max(self.seconds)
        return (
            f"{'holds ' if self.holds else 'MISSED'}  up and serving within {middle:.2f} s "
            f"({low:.2f}–{high:.2f}, {len(self.seconds)} starts); allowed {ALLOWED_SECONDS} s; "
            f"{median(self.spent):.2f} s of a processor, {median(self.memory) / 2**20:.0f} MiB"
        )


def measure_starts(place: Place, starts: int, say: Say) -> Starts:
    """On all processors, as it is started anywhere; ready is what `/health/ready` answers."""
    seconds, spent, memory = [], [], []
    for number in range(starts):
        with running(place, SERVERS["onecard"], ()) as one:
            spent.append(cpu_seconds(one.pid))
            memory.append(memory_bytes(one.pid))
            seconds.append(one.started_in)
        say(f"start {number + 1}: {seconds[-1]:.2f} s, {spent[-1]:.2f} s of a processor")
    return Starts(seconds, spent, memory)
