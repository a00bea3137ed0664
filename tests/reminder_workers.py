"""Workers that send reminders in processes of their own, on clocks that the test sets and that are
wrong, to be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from pymongo.errors import PyMongoError

from api.runtime import open_runtime
from api.settings import Settings
from resolvers.jobs.reminders import send_reminders
from tests.command_line import FORKING
from tests.reminding import SetClock
from tests.serving import CHEAP_PASSWORDS

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Place:
    """Where a worker works, and how wrong its clock is."""

    uri: str
    database: str
    keys_file: Path
    data_dir: Path
    ahead: timedelta


def _main(place: Place, asked: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_answer(place, asked))


async def _answer(place: Place, asked: Connection) -> None:
    settings = Settings(
        data_dir=place.data_dir, keys_file=place.keys_file, mongodb_database=place.database
    )
    clock = SetClock(datetime.now(UTC))
    async with open_runtime(
        settings, place.uri, now=clock, password_cost=CHEAP_PASSWORDS
    ) as runtime:
        asked.send("ready")
        while (now := await asyncio.to_thread(asked.recv)) is not None:
            clock.now = now + place.ahead
            try:
                asked.send(await send_reminders(runtime.gateway))
            except PyMongoError:
                asked.send(None)


@dataclass
class Worker:
    place: Place
    process: BaseProcess
    asking: Connection

    @classmethod
    def begun(cls, place: Place) -> Worker:
        asking, asked = FORKING.Pipe()
        process = FORKING.Process(target=_main, args=(place, asked), daemon=True)
        process.start()
        asked.close()
        return cls(place, process, asking)

    def answer(self) -> int | None:
        """How many it sent; None when the database failed it, or it was killed."""
        try:
            if not self.asking.poll(PATIENCE_SECONDS):
                raise TimeoutError("a worker does not answer")
            answer: int | None = self.asking.recv()
        except (EOFError, ConnectionResetError):
            return None
        return answer

    def kill(self) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()


class Crew:
    """Workers side by side. A killed one is replaced before the next round."""

    def __init__(self, places: Sequence[Place], draw: random.Random) -> None:
        self._draw = draw
        self._workers = [Worker.begun(place) for place in places]
        self.killed = 0
        for worker in self._workers:
            assert worker.asking.recv() == "ready"

    def round(self, now: datetime, *, kill_within: float | None = None) -> list[int | None]:
        """All run at that instant, each by its own clock. With `kill_within` one of them is killed
        within so many seconds."""
        victim = None
        for worker in self._workers:
            worker.asking.send(now)
        if kill_within is not None:
            victim = self._draw.choice(self._workers)
            time.sleep(self._draw.random() * kill_within)
            victim.kill()
            self.killed += 1
        answers = [worker.answer() for worker in self._workers]
        if victim is not None:
            new = Worker.begun(victim.place)
            assert new.asking.recv() == "ready"
            self._workers[self._workers.index(victim)] = new
        return answers

    def round_until_all_are_killed(self, now: datetime, within: float) -> None:
        for worker in self._workers:
            worker.asking.send(now)
        time.sleep(self._draw.random() * within)
        for worker in self._workers:
            worker.kill()
        self.killed += len(self._workers)
        self._workers = [Worker.begun(worker.place) for worker in self._workers]
        for worker in self._workers:
            assert worker.asking.recv() == "ready"

    def memory(self, name: str) -> float:
        """`VmRSS` or `VmHWM` of the largest worker, in MiB."""
        found = []
        for worker in self._workers:
            status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
            [line] = [one for one in status.splitlines() if one.startswith(f"{name}:")]
            found.append(int(line.split()[1]) / 1024)
        return max(found)

    def end(self) -> None:
        for worker in self._workers:
            worker.kill()


@contextmanager
def crew(places: Sequence[Place], draw: random.Random) -> Iterator[Crew]:
    made = Crew(places, draw)
    try:
        yield made
    finally:
        made.end()


@contextmanager
def meanwhile(work: threading.Thread) -> Iterator[None]:
    work.start()
    try:
        yield
    finally:
        work.join()
