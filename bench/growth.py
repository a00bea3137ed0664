"""Growth: does it take longer where there are a hundred times as many holders?

The same database is measured, filled on, and measured again, so nothing but the number of holders
differs. The largest employer grows with the holders; the list is of 50 of its permits all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.asking import Asking, asking_at
from bench.operations import OPERATIONS
from bench.place import Place, open_place
from bench.processors import Sharing
from bench.rounds import asked, asked_for
from bench.servers import SERVERS, running

MEASURED: Final = ("home", "list50", "verify")
ALLOWED: Final = 1.25
WARM_UP_SECONDS: Final = 2.0
REQUESTS: Final = 200
CONNECTIONS: Final = 1
"""One at a time: how long an answer takes, and not how long it waits for others."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Growth:
    """p50 in milliseconds by operation, at each number of holders."""

    holders: Sequence[int]
    p50_ms: Sequence[dict[str, float]]

    def factor(self, operation: str) -> float:
        return self.p50_ms[-1][operation] / self.p50_ms[0][operation]

    @property
    def holds(self) -> bool:
        return all(self.factor(one) <= ALLOWED for one in MEASURED)

    def told(self) -> str:
        lines = [f"{'p50 ms':10}" + "".join(f"{count:>14,}" for count in self.holders)]
        for operation in MEASURED:
            figures = "".join(f"{one[operation]:14.2f}" for one in self.p50_ms)
            lines.append(f"{operation:10}{figures}   × {self.factor(operation):.2f}")
        verdict = "holds " if self.holds else "MISSED"
        return "\n".join([*lines, f"{verdict}  each within {ALLOWED} ×"])


def measure_growth(
    directory: Path, sizes: Sequence[int], rounds: int, sharing: Sharing, say: Say
) -> Growth:
    """From the smallest number of holders to the largest."""
    found = []
    for size in sizes:
        with open_place(directory, size, say, mongod_on=sharing.rest) as place:
            found.append(_p50(place, asking_at(place), rounds, sharing))
        say(f"{size:,} holders: {', '.join(f'{k} {v:.2f} ms' for k, v in found[-1].items())}")
    return Growth(list(sizes), found)


def _p50(place: Place, asking: Asking, rounds: int, sharing: Sharing) -> dict[str, float]:
    """The median of the rounds' medians."""
    found: dict[str, list[float]] = {name: [] for name in MEASURED}
    with running(place, SERVERS["onecard"], (), processors=sharing.server) as one:
        for name in MEASURED:
            asked(asking, OPERATIONS[name], one, WARM_UP_SECONDS)
        for _ in range(rounds):
            for name in MEASURED:
                sample = asked_for(asking, OPERATIONS[name], one, REQUESTS, CONNECTIONS)
                found[name].append(sample.latency(0.5) * 1000)
    return {name: median(values) for name, values in found.items()}
