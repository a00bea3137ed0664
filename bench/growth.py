"""Growth: does it take longer where there are a hundred times as many holders?

Each number of holders has a database of its own, filled by the same seed and kept; all are asked in
turn, round after round, so nothing but the number of holders differs. The largest employer grows
with the holders; the list is of 50 of its permits all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.asking import asking_at
from bench.operations import OPERATIONS
from bench.place import open_place
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
    """From the smallest number of holders to the largest, each asked once in a round."""
    with ExitStack() as stack:
        asked_of = []
        for size in sizes:
            there = open_place(directory / str(size), size, say, mongod_on=sharing.rest)
            place = stack.enter_context(there)
            server = running(place, SERVERS["onecard"], (), processors=sharing.server)
            asked_of.append((asking_at(place), stack.enter_context(server)))
        for asking, one in asked_of:
            for name in MEASURED:
                asked(asking, OPERATIONS[name], one, WARM_UP_SECONDS)
        found: list[dict[str, list[float]]] = [{name: [] for name in MEASURED} for _ in sizes]
        for number in range(rounds):
            for name in MEASURED:
                for (asking, one), taken in zip(asked_of, found, strict=True):
                    sample = asked_for(asking, OPERATIONS[name], one, REQUESTS, CONNECTIONS)
                    taken[name].append(sample.latency(0.5) * 1000)
            say(f"round {number + 1} of {rounds}")
    return Growth(list(sizes), [_medians(taken) for taken in found])


def _medians(taken: dict[str, list[float]]) -> dict[str, float]:
    """The median of the rounds' medians."""
    return {name: median(values) for name, values in taken.items()}
