"""The promise itself, on processes: a session ended at t is refused everywhere after t + 1 s."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections.abc import AsyncIterator

import pytest

from auth.mongo import Database
from tests.families import new_store, open_session
from tests.frozen_proxy import proxy_to
from tests.processes import ROOT

PROMISE_SECONDS = 1.0
STOPPED_SECONDS = 4.0
PATIENCE_SECONDS = 30.0


class Child:
    """One process of `tests/revocation_child.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, question: str) -> str:
        self.send(question)
        return await self.answer()

    def send(self, question: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{question}\n".encode())

    async def answer(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self._process.stdout.readline()).decode().strip()

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def end(self) -> tuple[int, str]:
        """Its exit code and what it said on standard error."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, errors = await self._process.communicate()
        return self._process.returncode or 0, errors.decode()


@contextlib.asynccontextmanager
async def child(uri: str, name: str) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-m", "tests.revocation_child", uri, name),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    started = Child(process)
    try:
        assert await started.answer() == "ready", await started.end()
        yield started
        code, errors = await started.end()
        assert code == 0, errors
        assert "Traceback" not in errors
        assert "never retrieved" not in errors
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
            await process.wait()


async def eventually(asked: Child, question: str, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asked.ask(question) != wanted:  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.05)


async def test_no_process_accepts_a_revoked_session_after_one_second_cut_off_or_stopped(
    database: Database, mongod_uri: str
) -> None:
    store = await new_store(database)
    session, other = [await open_session(database, store) for _ in range(2)]
    check, check_other = f"check {session.session_id}", f"check {other.session_id}"
    name = database.name
    async with (
        proxy_to(mongod_uri) as proxy,
        child(mongod_uri, name) as sound,
        child(mongod_uri, name) as deaf,
        child(proxy.uri, name) as alone,
        child(mongod_uri, name) as stopped,
    ):
        for process in (sound, deaf, alone, stopped):
            await eventually(process, "alive", "True")
            assert await process.ask(check) == "LIVE"
        assert await deaf.ask("cut") == "cut"
        proxy.freeze()
        stopped.signal(signal.SIGSTOP)

        assert await sound.ask(f"revoke {session.session_id} {session.holder_id}") == "ENDED"
        acknowledged_at = time.monotonic()
        assert await sound.ask(check) == "REVOKED"
        await asyncio.sleep(PROMISE_SECONDS)

        # Its feed is cut: it asks the database, and serves everybody else.
        assert await deaf.ask(check) != "LIVE"
        await eventually(deaf, check, "REVOKED")
        await eventually(deaf, check_other, "LIVE")
        assert await deaf.ask("alive") == "False"
        # It reaches nothing: it serves nobody.
        assert await alone.ask(check) == "UNKNOWN"
        assert await alone.ask(check_other) == "UNKNOWN"
        # It slept for longer than memory is believed, with a request in its socket; ten seconds
        # long a whole gateway sleeps in test_revocation_http.
        stopped.send(check)
        await asyncio.sleep(STOPPED_SECONDS - (time.monotonic() - acknowledged_at))
        stopped.signal(signal.SIGCONT)
        assert await stopped.answer() != "LIVE"

        proxy.thaw()
        for process in (alone, stopped):
            assert await process.ask(check) != "LIVE"
            await eventually(process, "alive", "True")
            assert await process.ask(check) == "REVOKED"
            await eventually(process, check_other, "LIVE")


async def test_a_process_started_after_the_revocation_refuses_too(
    database: Database, mongod_uri: str
) -> None:
    store = await new_store(database)
    session, other = [await open_session(database, store) for _ in range(2)]
    async with child(mongod_uri, database.name) as first:
        await first.ask(f"revoke {session.session_id} {session.holder_id}")
    async with child(mongod_uri, database.name) as second:
        assert await second.ask(f"check {session.session_id}") == "REVOKED"
        await eventually(second, f"check {other.session_id}", "LIVE")
        await eventually(second, "alive", "True")


async def test_a_process_whose_database_went_away_serves_nobody_until_it_is_back(
    database: Database, mongod_uri: str
) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    check = f"check {session.session_id}"
    async with proxy_to(mongod_uri) as proxy, child(proxy.uri, database.name) as process:
        await eventually(process, check, "LIVE")
        port = proxy.port
        await proxy.stop()
        await asyncio.sleep(PROMISE_SECONDS)
        assert await process.ask(check) == "UNKNOWN"
        await proxy.start(port)
        await eventually(process, "alive", "True")
        await eventually(process, check, "LIVE")


@pytest.mark.slow
async def test_sixty_revocations_reach_three_processes_within_the_second(
    database: Database, mongod_uri: str
) -> None:
    """Each of three processes ends sessions in turn; the others are asked until they refuse."""
    store = await new_store(database)
    seed = random.Random(7)  # noqa: S311 - so that reads and revocations meet at all phases
    longest = 0.0
    name = database.name
    async with (
        child(mongod_uri, name) as one,
        child(mongod_uri, name) as two,
        child(mongod_uri, name) as three,
    ):
        children = [one, two, three]
        for turn in range(60):
            await asyncio.sleep(seed.uniform(0, 0.3))
            session = await open_session(database, store)
            ending = children[turn % 3]
            await ending.ask(f"revoke {session.session_id} {session.holder_id}")
            acknowledged_at = time.monotonic()
            for process in children:
                if process is not ending:
                    await eventually(process, f"check {session.session_id}", "REVOKED")
            longest = max(longest, time.monotonic() - acknowledged_at)
    print(f"longest time until all refused: {longest * 1000:.0f} ms")  # noqa: T201 - a figure
    assert longest < PROMISE_SECONDS
