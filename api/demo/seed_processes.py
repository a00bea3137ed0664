"""Processes that make seeded batches: `python -P -m api.demo.seed_worker`.

Each reads one `WorkOrder` from standard input, writes its batches to standard output, one pickle
each, and ends. A full pipe makes it wait, so it is never far ahead; when its parent is gone, the
next write fails and it ends as well. Plain processes rather than `multiprocessing`, which would
import the whole command line again for each.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from api.demo.bundle import Secrets
from api.demo.seed_batches import Encoded, SeedPlan, encode_batch
from api.failure import Refusal
from auth.keys import KeySet

WORKER_MODULE = "api.demo.seed_worker"


@dataclass(frozen=True)
class WorkOrder:
    """Every `share`th batch of the plan, beginning with number `offset`."""

    plan: SeedPlan
    key_set: KeySet
    offset: int
    share: int


@contextmanager
def worker_batches(
    plan: SeedPlan, key_set: KeySet, workers: int
) -> Iterator[Iterator[tuple[range, Encoded]]]:
    """The plan's batches in order, made by that many processes, which end with this block."""
    processes = [_start(WorkOrder(plan, key_set, ordinal, workers)) for ordinal in range(workers)]
    try:
        yield _in_order(plan, processes)
    finally:
        for process in processes:
            process.kill()
            if process.stdout is not None:
                process.stdout.close()
            process.wait()


def _in_order(
    plan: SeedPlan, processes: list[subprocess.Popen[bytes]]
) -> Iterator[tuple[range, Encoded]]:
    for number, batch in enumerate(plan.batches()):
        output = processes[number % len(processes)].stdout
        assert output is not None  # noqa: S101 - a pipe since `_start`
        try:
            encoded: Encoded = pickle.load(output)  # noqa: S301 - written by our own child
        except (EOFError, pickle.UnpicklingError):
            raise Refusal(
                "a process that made holders has ended, perhaps for want of memory; what is "
                "written is whole, and the same command goes on from there"
            ) from None
        yield batch, encoded


def _start(order: WorkOrder) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", WORKER_MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C at the terminal is for us: we finish the batch, then end them.
        start_new_session=True,
    )
    assert process.stdin is not None  # noqa: S101 - asked for above
    with process.stdin:
        pickle.dump(order, process.stdin)
    return process


def work(source: BinaryIO, target: BinaryIO) -> None:
    order: WorkOrder = pickle.load(source)  # noqa: S301 - written by our own parent
    secrets = Secrets.of(order.key_set)
    for batch in islice(order.plan.batches(), order.offset, None, order.share):
        pickle.dump(encode_batch(order.plan, batch, secrets), target, pickle.HIGHEST_PROTOCOL)
        target.flush()
