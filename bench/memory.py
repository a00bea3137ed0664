"""Memory: what one process of the gateway holds after many requests of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.asking import asking_at
from bench.operations import OPERATIONS
from bench.place import Place
from bench.process_times import memory_bytes
from bench.processors import Sharing
from bench.rounds import asked_for
from bench.servers import SERVERS, running

MIXED: Final = (("home", 60), ("list50", 12), ("inbox", 24), ("verify", 4))
"""Of a hundred requests, so many of each."""
A_STEP: Final = 5_000
MOST_MIB: Final = 150.0
FLAT_MIB: Final = 5.0
"""How much more it may be at the end than when half of the requests were answered."""
_MIB: Final = 1024 * 1024

Say = Callable[[str], None]


@dataclass(frozen=True)
class Memory:
    """(requests answered, MiB), first before any."""

    steps: Sequence[tuple[int, float]]

    @property
    def end(self) -> float:
        return self.steps[-1][1]

    @property
    def growth(self) -> float:
        """Over the second half: the median of its last quarter less that of its first."""
        half = [mib for _, mib in self.steps[len(self.steps) // 2 :]]
        quarter = max(1, len(half) // 4)
        return _middle(half[-quarter:]) - _middle(half[:quarter])

    @property
    def holds(self) -> bool:
        return self.end < MOST_MIB and self.growth <= FLAT_MIB

    def told(self) -> str:
        return (
            f"{'holds ' if self.holds else 'MISSED'}  {self.end:.0f} MiB after "
            f"{self.steps[-1][0]:,} requests (under {MOST_MIB:.0f}), {self.growth:+.1f} MiB over "
            f"the second half (at most {FLAT_MIB:.0f}); {self.steps[0][1]:.0f} MiB at first"
        )


def measure_memory(place: Place, requests: int, sharing: Sharing, say: Say) -> Memory:
    asking = asking_at(place)
    with running(place, SERVERS["onecard"], (), processors=sharing.server) as one:
        steps = [(0, memory_bytes(one.pid) / _MIB)]
        while steps[-1][0] < requests:
            answered = steps[-1][0]
            for name, share in MIXED:
                count = A_STEP * share // 100
                answered += asked_for(asking, OPERATIONS[name], one, count).answers
            steps.append((answered, memory_bytes(one.pid) / _MIB))
            say(f"{answered:,} requests: {steps[-1][1]:.1f} MiB")
    return Memory(steps)


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
