"""The worker processes that look at faces: a few, a bounded queue before them, a bounded time each.

A worker that takes too long, dies or answers nonsense is killed and another takes its place; who
waited for it is told that the engine is unavailable. Pictures are in the memory of the process that
received them and of one worker, in no file, and are let go with the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from api.face.judging import Shot, Verdict
from api.face.liveness import FaceAction
from api.face.messages import LENGTH, MAX_HEAD_BYTES, Job, decode_verdict, encode_job
from api.face.worker import READY

WORKERS: Final = 1
WAITING: Final = 2
"""Checks that may wait for each worker: a burst takes some 2 s, and the request waits no longer
than 7 (`auth.verification.FRAMES_LIFETIME`)."""
START_LIFETIME: Final = timedelta(seconds=20)
JUDGEMENT_LIFETIME: Final = timedelta(seconds=6.5)
"""With the wait: told before whoever asked gives up by itself, which would cost an attempt."""
SHORT_WAIT: Final = timedelta(seconds=0.5)
"""Whoever waited longer, for a turn or for a worker to start, and then was not judged in time, is
told to come back: it may be the machine's fault and not the picture's."""
BURST_TAKES: Final = timedelta(seconds=2)
"""Of one core, about."""


class FaceBusy(Exception):
    """The queue is full, or waiting took the time to look: come back later."""


class FaceUnavailable(Exception):
    """No worker can be started, or the one that looked did not end in time. Carries no content."""


class FacePool:
    """For one event loop. Workers start with the first check that needs one, or with `warm`."""

    def __init__(
        self,
        *,
        workers: int = WORKERS,
        waiting: int = WAITING,
        judgement: timedelta | None = None,
    ) -> None:
        self._turns = asyncio.Semaphore(workers)
        self._judgement = judgement or JUDGEMENT_LIFETIME
        self._idle: list[Process] = []
        self._alive: set[Process] = set()
        self._is_closed = False
        self._inside = 0
        self._warming: asyncio.Task[None] | None = None
        self._most = workers * (1 + waiting)
        self.place_every = BURST_TAKES / workers
        """How often a place gets free while the queue is full."""

    @property
    def is_full(self) -> bool:
        return self._inside >= self._most

    async def judge(
        self, portrait: bytes, shots: Sequence[Shot], asked: Sequence[FaceAction]
    ) -> Verdict:
        """Raises `FaceBusy`, `FaceUnavailable`."""
        return await self._done(Job(portrait, shots, asked))

    async def look_at_portrait(self, portrait: bytes) -> Verdict:
        """Whether faces can be compared with it. Raises as `judge`."""
        return await self._done(Job(portrait))

    def warm(self) -> None:
        """Has a worker started, unless one is idle, busy or on its way: whoever was given a
        challenge sends frames soon, and a start takes a good part of their time. Returns at once,
        and whether it succeeds is found out by the check."""
        is_under_way = self._warming is not None and not self._warming.done()
        if not self._idle and not self._inside and not is_under_way:
            self._warming = asyncio.create_task(self._warmed())

    async def _warmed(self) -> None:
        """In a turn, as a check is: there are never more workers than turns."""
        async with self._turns:
            if not self._idle:
                with contextlib.suppress(FaceUnavailable, OSError):
                    self._idle.append(await self._started())

    async def close(self) -> None:
        """Every worker is killed, and whoever waits for one is told that it is gone; nobody is
        left."""
        self._is_closed = True
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait([self._warming])
        self._idle.clear()
        for worker in list(self._alive):
            await self._end(worker)

    async def _done(self, job: Job) -> Verdict:
        if self.is_full:
            raise FaceBusy
        self._inside += 1
        try:
            return await self._in_time(job)
        finally:
            self._inside -= 1

    async def _in_time(self, job: Job) -> Verdict:
        """A wait of half of the time leaves too little of it to look."""
        now = asyncio.get_running_loop().time
        came, whole = now(), self._judgement.total_seconds()
        began: float | None = None
        try:
            async with asyncio.timeout_at(came + whole / 2) as until, self._turns:
                until.reschedule(came + whole)
                worker = self._living() or await self._started()
                began = now()
                return await self._by_worker(worker, job)
        except TimeoutError:
            waited = (now() if began is None else began) - came
            raise (FaceBusy if waited > SHORT_WAIT.total_seconds() else FaceUnavailable) from None

    async def _by_worker(self, worker: Process, job: Job) -> Verdict:
        try:
            verdict = await _asked(worker, job)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            await self._end(worker)
            raise FaceUnavailable from None
        except BaseException:  # out of time, or given up: it is in the middle of a job
            await self._end(worker)
            raise
        self._idle.append(worker)
        return verdict

    def _living(self) -> Process | None:
        """One that waits for work. Whom the system ended meanwhile cannot take any, and must not
        cost somebody's attempt."""
        while self._idle:
            worker = self._idle.pop()
            if worker.returncode is None:
                return worker
            self._alive.discard(worker)
        return None

    async def _started(self) -> Process:
        if self._is_closed:
            raise FaceUnavailable
        worker = await _process()
        self._alive.add(worker)
        try:
            async with asyncio.timeout(START_LIFETIME.total_seconds()):
                answered = await _out(worker).readexactly(len(READY))
        except asyncio.IncompleteReadError:
            answered = b""
        except BaseException:
            await self._end(worker)
            raise
        if answered != READY or self._is_closed:
            await self._end(worker)
            raise FaceUnavailable
        return worker

    async def _end(self, worker: Process) -> None:
        """Killed: it holds nothing that would have to be written, and must not hold a picture."""
        if worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
        await worker.wait()
        self._alive.discard(worker)


async def _process() -> Process:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
    }
    environment |= {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api.face.worker",
            stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, env=environment,
        )  # fmt: skip
    except OSError:  # the machine has no process or memory for one
        raise FaceUnavailable from None


async def _asked(worker: Process, job: Job) -> Verdict:
    if worker.stdin is None:
        raise ValueError("a worker without its input")
    worker.stdin.write(encode_job(job))
    await worker.stdin.drain()
    [length] = LENGTH.unpack(await _out(worker).readexactly(LENGTH.size))
    if length > MAX_HEAD_BYTES:
        raise ValueError("a verdict without an end")
    return decode_verdict(await _out(worker).readexactly(length))


def _out(worker: Process) -> asyncio.StreamReader:
    if worker.stdout is None:
        raise ValueError("a worker without its output")
    return worker.stdout
