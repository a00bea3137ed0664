"""Which processors do what: the server that is measured has one to itself, where there are two."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Sharing:
    """`server` for the server that is measured, `rest` for MongoDB and whoever asks; both are all
    there are where a machine has only one, or can't be told."""

    server: tuple[int, ...]
    rest: tuple[int, ...]

    @property
    def told(self) -> str:
        if self.server == self.rest:
            return "server, MongoDB and load share what processors there are"
        return f"server on processor {self.server[0]}, MongoDB and load on {self.rest[0]}"


def sharing(processes: int = 1) -> Sharing:
    """So many processors for the server; MongoDB and the load keep one at least."""
    if not hasattr(os, "sched_getaffinity"):
        return Sharing((), ())
    every = tuple(sorted(os.sched_getaffinity(0)))
    if len(every) <= processes:
        return Sharing(every, every)
    return Sharing(every[:processes], every[processes:])


@contextmanager
def on_processors(processors: Sequence[int]) -> Iterator[None]:
    """Processes that are started within stay on these; none given: on any."""
    if not processors:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
