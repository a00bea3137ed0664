"""Two processes beside one: how much more the gateway answers where there are processors for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from bench.asking import asking_at
from bench.figures import Spread
from bench.operations import OPERATIONS
from bench.place import Place
from bench.process_times import cpu_seconds, own_seconds
from bench.rounds import asked
from bench.servers import SERVERS, running

WANTED: Final = 1.7
CONNECTIONS: Final = 32
WARM_UP_SECONDS: Final = 2.0
OPERATION: Final = "home"
TAKES: Final = 4
"""Processors: two for the gateway, one for MongoDB, one for whoever asks."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Processes:
    """`two_to_one`: requests/s, round by round. `busy` is how many processors were at work."""

    two_to_one: Spread
    busy: float
    processors: int

    def told(self) -> str:
        holds = self.two_to_one.median >= WANTED
        allowed = self.processors >= TAKES
        verdict = "holds " if holds else "MISSED" if allowed else "n/a   "
        note = "" if allowed else f"; it takes {TAKES} processors to tell, these are all busy"
        return (
            f"{verdict}  two processes answer {self.two_to_one.told()} × as much as one "
            f"(wanted {WANTED}); {self.busy:.1f} of {self.processors} processors at work{note}"
        )


def measure_processes(place: Place, rounds: int, seconds: float, say: Say) -> Processes:
    """Nothing is bound to a processor: the system shares what there is."""
    asking = asking_at(place)
    operation = OPERATIONS[OPERATION]
    ratios, busy = [], []
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(running(place, SERVERS["onecard"], (), workers=workers))
            for workers in (1, 2)
        )
        for server in (one, two):
            asked(asking, operation, server, WARM_UP_SECONDS, CONNECTIONS)
        for number in range(rounds):
            alone = asked(asking, operation, one, seconds, CONNECTIONS)
            before = _spent(two.pid, place.mongod_pid)
            both = asked(asking, operation, two, seconds, CONNECTIONS)
            busy.append((_spent(two.pid, place.mongod_pid) - before) / both.seconds)
            ratios.append((both.answers / both.seconds) / (alone.answers / alone.seconds))
            say(f"round {number + 1}: {ratios[-1]:.2f} ×")
    return Processes(Spread.of(ratios), Spread.of(busy).median, os.cpu_count() or 1)


def _spent(server: int, mongod: int) -> float:
    return cpu_seconds(server) + cpu_seconds(mongod) + own_seconds()
