"""From single runs to figures: medians over the rounds, and how far they spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

_MILLISECONDS = 1000.0


@dataclass(frozen=True)
class Run:
    """One operation asked of one server in one round."""

    operation: str
    server: str
    round: int
    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    mongod_cpu_ms: float
    load_cpu_ms: float
    bytes: float
    memory_mib: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, and the lowest and highest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        every = sorted(values)
        return cls(median(every), every[0], every[-1])

    def told(self, digits: int = 2) -> str:
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


@dataclass(frozen=True)
class Figures:
    """All runs of one operation on one server. `ours_to_this` are the requests/s of the gateway
    divided by this server's, of the same round each."""

    operation: str
    server: str
    per_second: Spread
    p50_ms: Spread
    p99_ms: Spread
    server_cpu_ms: Spread
    mongod_cpu_ms: Spread
    load_cpu_ms: Spread
    bytes: float
    memory_mib: float
    ours_to_this: Spread


def figures_of(runs: Sequence[Run], ours: str) -> Mapping[tuple[str, str], Figures]:
    """By operation and server, in the order in which they first ran."""
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.operation, run.server), []).append(run)
    return {
        key: _figures(key, of_it, grouped.get((key[0], ours), of_it))
        for key, of_it in grouped.items()
    }


def _figures(key: tuple[str, str], runs: Sequence[Run], ours: Sequence[Run]) -> Figures:
    by_round = {run.round: run.per_second for run in ours}
    return Figures(
        operation=key[0],
        server=key[1],
        per_second=Spread.of(run.per_second for run in runs),
        p50_ms=Spread.of(run.p50_ms for run in runs),
        p99_ms=Spread.of(run.p99_ms for run in runs),
        server_cpu_ms=Spread.of(run.server_cpu_ms for run in runs),
        mongod_cpu_ms=Spread.of(run.mongod_cpu_ms for run in runs),
        load_cpu_ms=Spread.of(run.load_cpu_ms for run in runs),
        bytes=median(run.bytes for run in runs),
        memory_mib=max(run.memory_mib for run in runs),
        ours_to_this=Spread.of(
            by_round.get(run.round, run.per_second) / run.per_second for run in runs
        ),
    )


def per_answer_ms(seconds: float, answers: int) -> float:
    return seconds * _MILLISECONDS / max(1, answers)
