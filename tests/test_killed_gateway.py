"""`onecard serve`, killed in the middle of a stream of approvals and started again: each case is
approved whole or untouched, and the same requests sent again end each exactly once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from auth.keys import KeySet
from auth.mongo import Client, Database
from auth.tokens import SubjectKind
from resolvers.vocabulary import ApplicationState
from tests.cases import Case, Scene, minted
from tests.filing import Desk, new_key
from tests.processes import eventually, python
from tests.serving import MovableClock, Serving
from tests.test_serve import SERVE, free_port, is_ready

CASES = 60
AT_ONCE = 8
BEFORE_THE_END = 15
"""So many were answered when the process is killed."""
ORPHANED_SECONDS = 3


@contextmanager
def gateway(
    tmp_path: Path, keys_file: Path, uri: str, database: Database
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    with python(
        *(SERVE, "serve", "--port", str(port)),
        ONECARD_DATA_DIR=str(tmp_path),
        ONECARD_KEYS_FILE=str(keys_file),
        ONECARD_MONGODB_URI=uri,
        ONECARD_MONGODB_DATABASE=database.name,
    ) as process:
        assert eventually(lambda: process.poll() is not None or is_ready(base_url))
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield process, base_url


@pytest.fixture
async def quick_end(mongo_client: Client) -> AsyncIterator[None]:
    """MongoDB ends the transactions of a client that died after this many seconds, by itself after
    a minute. Until then nobody else writes what they have written."""
    parameter = "transactionLifetimeLimitSeconds"
    before = await mongo_client.admin.command({"getParameter": 1, parameter: 1})
    await mongo_client.admin.command({"setParameter": 1, parameter: ORPHANED_SECONDS})
    yield
    await mongo_client.admin.command({"setParameter": 1, parameter: before[parameter]})


class Stream:
    """Approvals of many cases, some at once, each with a key of its own."""

    def __init__(self, cases: list[Case]) -> None:
        self._keys = {case.id: new_key() for case in cases}
        self._cases = cases
        self.approved: set[str] = set()

    async def send(
        self, serving: Serving, reviewer: str, process: subprocess.Popen[str] | None
    ) -> None:
        """Until all are answered, or the process is killed."""
        waiting = [case for case in self._cases if case.id not in self.approved]

        async def one_after_the_other() -> None:
            desk = minted(serving, SubjectKind.OFFICER, reviewer, ("case:decide",))
            while waiting:
                case = waiting.pop()
                try:
                    await self._approve(desk, case)
                except httpx.TransportError:
                    return
                if process is not None and len(self.approved) == BEFORE_THE_END:
                    os.kill(process.pid, signal.SIGKILL)

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))

    async def _approve(self, desk: Desk, case: Case) -> None:
        read = {"id": case.id, "revision": case.application["revision"]}
        payload = await desk.step("approveApplication", read, idempotencyKey=self._keys[case.id])
        assert payload["application"]["state"] == "APPROVED"
        self.approved.add(case.id)


async def whole_or_untouched(database: Database, case: Case) -> bool:
    """Whether it is approved, and then everything is there, once; else nothing is."""
    found = await database["applications"].find_one({"_id": case.id})
    permits = await database["permits"].find({"holder_id": case.person.holder_id}).to_list(None)
    about = {"holder_id": case.person.holder_id, "action": {"$nin": ["case.read"]}}
    lines = Counter([line["action"] async for line in database["audit"].find(about)])
    events = await database["outgoing_events"].count_documents({"holder_id": case.person.holder_id})
    cards = await database["cards"].count_documents({"holder_id": case.person.holder_id})
    kept = await database["idempotency"].count_documents({"object_id": case.id})
    if found == case.application:
        assert (len(permits), lines, events, cards, kept) == (1, {}, 0, 0, 0)
        return False
    assert found is not None
    assert found["revision"] == case.application["revision"] + 1
    assert sorted(permit["state"] for permit in permits) == ["ISSUED", "SUPERSEDED"]
    told = ("application.approved", "permit.superseded", "permit.issued", "card.issued")
    assert lines == Counter([*told, "task.opened"])
    assert (events, cards, kept) == (len(told) + 1, 1, 1)
    return True


@pytest.mark.slow
@pytest.mark.usefixtures("quick_end")
async def test_killed_in_a_stream_of_approvals_no_case_is_half_approved(
    tmp_path: Path, keys_file: Path, mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    with gateway(tmp_path, keys_file, mongod_uri, own_database) as (process, base_url):
        async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
            serving = Serving(base_url, http, own_database, key_set, MovableClock())
            scene = await Scene.of(serving)
            cases = [await scene.case(ApplicationState.UNDER_REVIEW) for _ in range(CASES)]
            stream = Stream(cases)
            await stream.send(serving, scene.decider_id, process)
        process.wait(timeout=30)
    answered = set(stream.approved)
    stored = {case.id for case in cases if await whole_or_untouched(own_database, case)}
    assert answered <= stored, "what was answered is stored"
    assert BEFORE_THE_END <= len(stored) < CASES
    with gateway(tmp_path, keys_file, mongod_uri, own_database) as (_, base_url):
        async with httpx.AsyncClient(base_url=base_url, timeout=30) as http:
            again = replace(serving, base_url=base_url, http=http)
            await stream.send(again, scene.decider_id, None)
    assert stream.approved == {case.id for case in cases}
    assert all([await whole_or_untouched(own_database, case) for case in cases])
