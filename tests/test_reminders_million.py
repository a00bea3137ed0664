"""10,000 reminders out of 100,000 permits, and out of 1,000,000: the same work."""

from __future__ import annotations

import asyncio
import random
import time as wall
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pymongo
import pytest

from api.embedded import LocalMongod
from api.ids import new_id
from auth.mongo import Document, connect, database_of
from resolvers.policy.reminders import POLICIES
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import SHANGHAI, ends_at
from resolvers.store.installation import prepare_database
from tests import due_records
from tests.reminder_workers import Crew, Place, crew

DAY = timedelta(days=1)
FIRST = date(2027, 3, 1)
DUE = 10_000
NAME = "million"
COMMANDS = (
    *("find", "insert", "update", "findAndModify", "aggregate"),
    *("getMore", "commitTransaction", "abortTransaction"),
)
THRESHOLDS = POLICIES[0].thresholds[NoticeKind.PERMIT_EXPIRING]


@dataclass(frozen=True)
class Cost:
    permits: int
    workers: int
    seconds: float
    commands: int
    keys: int
    documents: int
    peak_mib: float
    grown_mib: float

    def __str__(self) -> str:
        return (
            f"{self.permits:>9,} permits, {self.workers} worker(s): {self.seconds:5.1f} s, "
            f"{self.commands} commands, {self.keys:,} keys and {self.documents:,} documents "
            f"examined, {self.grown_mib:.0f} MiB more to at most {self.peak_mib:.0f} MiB a worker"
        )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_10000_reminders_cost_does_not_follow_the_number_of_permits(
    keys_file: Path, tmp_path: Path
) -> None:
    with (
        LocalMongod(tmp_path / "mongodb", cache_gigabytes=0.5) as mongod,
        pymongo.MongoClient[Document](mongod.uri, tz_aware=True) as client,
    ):
        asyncio.run(prepared(mongod.uri))
        place = Place(mongod.uri, NAME, keys_file, tmp_path, timedelta(0))
        costs = []
        stored = 0
        for number, (permits, workers) in enumerate([(100_000, 1), (1_000_000, 1), (1_000_000, 3)]):
            today = FIRST + number * 200 * DAY
            fill(client[NAME], permits - stored, today)
            stored = permits
            with crew([place] * workers, random.Random(1)) as working:  # noqa: S311 - no secret
                costs.append(cost_of(client, working, workers, permits, today))
            explain(client[NAME], today)
        print("", *costs, sep="\n")  # noqa: T201 - the figures are what this is run for
    hundred_thousand, million, shared = costs
    for one in (million, shared):
        assert one.documents <= hundred_thousand.documents * 1.1
        assert one.keys <= hundred_thousand.keys * 1.1
    assert million.commands <= hundred_thousand.commands * 1.1


async def prepared(uri: str) -> None:
    client = connect(uri)
    await prepare_database(database_of(client, NAME), due_records.LONG_AGO)
    client.close()


def fill(database: pymongo.database.Database[Document], count: int, today: date) -> None:
    """`count` permits, or those that are due alone, with as many that are due on that day as of
    whose holders somebody reads."""
    holder_ids = [new_id("hld") for _ in range(DUE)]
    database["holders"].insert_many(map(due_records.holder, holder_ids))
    due = [today + THRESHOLDS[n % len(THRESHOLDS)] * DAY for n in range(DUE)]
    database["permits"].insert_many(map(due_records.permit, holder_ids, due), ordered=False)
    for batch in _batches(count - DUE):
        database["permits"].insert_many(batch, ordered=False)


def _batches(count: int, size: int = 10_000) -> Iterator[list[Document]]:
    """Permits that ended years ago or will in years."""
    draw = random.Random(count)  # noqa: S311 - no secret
    one = due_records.permit(new_id("hld"), FIRST)
    ends = [ends_at(FIRST + offset * DAY) for offset in (*range(-2000, -800), *range(1200, 2400))]
    for begin in range(0, count, size):
        yield [
            {
                **one,
                "_id": new_id("pmt"),
                "holder_id": new_id("hld"),
                "valid_until": draw.choice(ends),
            }
            for _ in range(begin, min(begin + size, count))
        ]


def cost_of(
    client: pymongo.MongoClient[Document], working: Crew, workers: int, permits: int, today: date
) -> Cost:
    # The lanes are brought to yesterday, so that what is due is what the day brings.
    at = datetime.combine(today, time(10), SHANGHAI)
    lanes = {"day": today.isoformat(), "position": None, "leased_until": ends_at(FIRST - 90 * DAY)}
    working.round(datetime.combine(FIRST - 300 * DAY, time(10), SHANGHAI))
    client[NAME]["reminder_progress"].update_many({}, {"$set": lanes})
    told_before = client[NAME]["notices"].count_documents({})
    before = counted(client)
    small = working.memory("VmRSS")
    began = wall.monotonic()
    sent = sum(one or 0 for one in working.round(at))
    seconds = wall.monotonic() - began
    after = counted(client)
    assert sent == client[NAME]["notices"].count_documents({}) - told_before == DUE
    peak = working.memory("VmHWM")
    commands, keys, documents = (after[n] - before[n] for n in range(3))
    return Cost(permits, workers, seconds, commands, keys, documents, peak, peak - small)


def counted(client: pymongo.MongoClient[Document]) -> tuple[int, int, int]:
    metrics = client.admin.command("serverStatus")["metrics"]
    executor = metrics["queryExecutor"]
    commands = sum(metrics["commands"][name]["total"] for name in COMMANDS)
    return commands, executor["scanned"], executor["scannedObjects"]


def explain(database: pymongo.database.Database[Document], today: date) -> None:
    """The query of the job, for one threshold of that day."""
    end = ends_at(today + 30 * DAY)
    query = {
        "find": "permits",
        "filter": {"state": "ISSUED", "valid_until": {"$gte": end, "$lte": end, "$type": "date"}},
        "sort": {"valid_until": 1, "_id": 1},
        "limit": 500,
        "hint": "last_day",
    }
    told = database.command("explain", query, verbosity="executionStats")
    scan = told["queryPlanner"]["winningPlan"]["inputStage"]["inputStage"]
    stats = told["executionStats"]
    assert (scan["stage"], scan["indexName"]) == ("IXSCAN", "last_day")
    assert stats["totalKeysExamined"] == stats["totalDocsExamined"] == stats["nReturned"] == 500
