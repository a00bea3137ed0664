"""`onecard worker` works until it is told to stop, any number beside each other; in production
nothing else does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import pymongo
import pytest

from api.app import build_app
from api.clock import utc_now
from api.commands.database_checks import check_reminders
from api.commands.findings import Health
from api.ids import new_id
from api.metrics import Metrics
from api.runtime import Runtime, open_runtime
from api.settings import Environment, Settings
from auth.mongo import Database, Document
from resolvers.jobs.reminders import lanes_of
from resolvers.jobs.upkeep import JOBS
from resolvers.policy.reminders import reminder_policy_on
from resolvers.rules.permit_status import shanghai_day
from resolvers.store.reminder_progress import ReminderProgressStore
from tests.command_line import MAIN
from tests.due_records import draft
from tests.processes import eventually, is_alive, python
from tests.serving import CHEAP_PASSWORDS
from tests.test_serve import family_of

JOB = "applications lapsed"


@contextmanager
def worker(**settings: str) -> Iterator[subprocess.Popen[str]]:
    with python(MAIN, "worker", **settings) as process:
        yield process


def started(process: subprocess.Popen[str]) -> bool:
    """Waits for the first line of its log."""
    assert process.stderr is not None
    return bool(json.loads(process.stderr.readline())["event"] == "worker started")


def ended(process: subprocess.Popen[str], number: signal.Signals) -> list[Document]:
    """The rest of its log, once it has ended by that signal, well."""
    os.kill(process.pid, number)
    printed, log = process.communicate(timeout=30)
    assert (process.returncode, printed) == (0, ""), log
    return [json.loads(line) for line in log.splitlines()]


def test_workers_side_by_side_do_what_is_due_once_and_end_well(
    command_settings: dict[str, str], tmp_path: Path
) -> None:
    lapsed = draft(new_id("hld"), shanghai_day(utc_now()) - timedelta(days=1))
    settings = command_settings | {"ONECARD_DATA_DIR": str(tmp_path)}
    with pymongo.MongoClient[Document](command_settings["ONECARD_MONGODB_URI"]) as client:
        database = client[command_settings["ONECARD_MONGODB_DATABASE"]]
        database["applications"].insert_one(lapsed)
        with ExitStack() as stack:
            workers = [stack.enter_context(worker(**settings)) for _ in range(2)]
            wanted = {"_id": lapsed["_id"], "state": "WITHDRAWN"}
            for process in workers:
                assert started(process)
            assert eventually(lambda: database["applications"].count_documents(wanted) == 1)
            logs = [
                ended(process, number)
                for process, number in zip(workers, (signal.SIGTERM, signal.SIGINT), strict=True)
            ]
        events = database["outgoing_events"]
        assert events.count_documents({"kind": "application.lapsed"}) == 1
    assert [log[-1]["event"] for log in logs] == ["worker stopped"] * 2
    told = [line["count"] for log in logs for line in log if line.get("job") == JOB]
    assert told in ([1], []), "one did it, and had time to say so or was stopped before"


def test_a_worker_of_its_own_leaves_no_process_behind(tmp_path: Path) -> None:
    with worker(ONECARD_DATA_DIR=str(tmp_path)) as process:
        assert started(process)
        family = family_of(process.pid)
        assert len(family) >= 2, "a keeper and a mongod at least"
        ended(process, signal.SIGTERM)
        assert eventually(lambda: not any(map(is_alive, family)))


@pytest.mark.parametrize("env", Environment)
async def test_a_serving_process_works_in_development_alone(
    settings: Settings, mongod_uri: str, database: Database, env: Environment
) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        async with open_runtime(settings, mongod_uri, password_cost=CHEAP_PASSWORDS) as runtime:
            yield runtime

    app = build_app(settings.model_copy(update={"env": env}), opened, Metrics())
    async with app.router.lifespan_context(app):
        names = {task.get_name() for task in asyncio.all_tasks()}
    assert names & set(JOBS) == (set(JOBS) if env is Environment.DEVELOPMENT else set())


async def test_the_doctor_says_when_reminders_are_more_than_a_day_behind(
    database: Database,
) -> None:
    progress, now = ReminderProgressStore(database), utc_now()
    today = shanghai_day(now)
    assert (await check_reminders(database)).detail == "no worker has sent any yet"
    late, *others = lanes_of(reminder_policy_on(today))
    await progress.begin({lane.lane_id: today for lane in others}, now)
    for behind in (0, 1, 2):
        day = today - timedelta(days=behind)
        await database["reminder_progress"].delete_one({"_id": late.lane_id})
        await progress.begin({late.lane_id: day}, now)
        found = await check_reminders(database)
        assert found.health is (Health.FAIL if behind > 1 else Health.OK)
    assert found.detail.startswith("2 days behind: run at least one 'onecard worker'")
