"""Whatever happens to workers and database, each reminder that is due is sent exactly once."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import date
from pathlib import Path

import pymongo
import pytest

from api.demo.seeding import seed
from api.embedded import LocalMongod
from api.ids import new_id
from auth.keys import KeySet
from auth.mongo import Document, connect, database_of
from resolvers.store.installation import prepare_database
from tests import due_records
from tests.reminder_world import world
from tests.reminder_year import DAY

BEGIN = date(2027, 3, 15)
SEED = 4
HOLDERS = 5_000
OUTAGES = (3, 1, 17, 2, 40, 5)
MADE = {
    "permits": due_records.permit,
    "residence_permits": due_records.residence_permit,
    "identity_documents": due_records.passport,
    "tasks": due_records.task,
    "applications": due_records.draft,
}


def test_on_days_on_which_workers_are_killed_and_days_without_any_each_is_sent_once(
    mongod_uri: str, command_settings: dict[str, str], keys_file: Path, tmp_path: Path
) -> None:
    draw = random.Random(SEED)  # noqa: S311 - the same each time, no secret
    name = command_settings["ONECARD_MONGODB_DATABASE"]
    with pymongo.MongoClient[Document](mongod_uri) as client:
        holder_ids = [new_id("hld") for _ in range(60)]
        client[name]["holders"].insert_many(map(due_records.holder, holder_ids))
        for collection, made in MADE.items():
            ends = [BEGIN + draw.randrange(-10, 100) * DAY for _ in holder_ids]
            client[name][collection].insert_many(map(made, holder_ids, ends))
    with world(mongod_uri, name, keys_file, tmp_path, draw) as living:
        for offset in (0, 1, 2, 3, 10):
            living.change_some(BEGIN + offset * DAY, 3)
            if offset == 2:
                living.die(BEGIN + offset * DAY)
            else:
                living.live(BEGIN + offset * DAY, kill=0.6, step_down=0)
        assert living.crew.killed
        assert sorted(living.told()) == sorted(living.expected.told)
        assert len(living.expected.told) > 150


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_over_a_year_of_5000_holders_each_reminder_that_is_due_is_sent_exactly_once(
    key_set: KeySet, keys_file: Path, tmp_path: Path
) -> None:
    draw = random.Random(SEED)  # noqa: S311 - the same each time, no secret
    began = time.monotonic()
    with LocalMongod(tmp_path / "mongodb") as mongod:
        fill(mongod.uri, key_set, draw)
        seeded = time.monotonic()
        with world(mongod.uri, "year", keys_file, tmp_path, draw) as living:
            today, lived = BEGIN, 0
            outages = dict(zip(draw.sample(range(20, 360), len(OUTAGES)), OUTAGES, strict=True))
            while today < BEGIN + 366 * DAY:
                living.change_some(today, 4)
                if draw.random() < 0.03:
                    living.die(today)
                else:
                    living.live(today, kill=0.15, step_down=0.05)
                today += (1 + outages.get((today - BEGIN).days, 0)) * DAY
                lived += 1
            told = living.told()
            assert len(told) == len(set(told))
            assert sorted(told) == sorted(living.expected.told)
            print(  # noqa: T201 - the figures are what this is run for
                f"\n{len(told):,} reminders of {len(living.expected.records):,} records in {lived} "
                f"days of 366, {living.rounds} rounds, {living.crew.killed} workers killed, "
                f"{living.cut_short} days left half done, "
                f"{living.steps_down} times without a primary, {seeded - began:.0f} s to seed, "
                f"{time.monotonic() - seeded:.0f} s to live"
            )


def fill(uri: str, key_set: KeySet, draw: random.Random) -> None:
    async def prepared() -> None:
        client = connect(uri)
        await prepare_database(database_of(client, "year"), due_records.LONG_AGO)
        client.close()

    asyncio.run(prepared())
    seed(
        uri,
        "year",
        key_set,
        holders=HOLDERS,
        seed=SEED,
        progress=lambda _: None,
        reference=BEGIN,
    )
    with pymongo.MongoClient[Document](uri) as client:
        holder_ids = client["year"]["holders"].distinct("_id")
        for collection, made in (("tasks", due_records.task), ("applications", due_records.draft)):
            some = draw.sample(holder_ids, HOLDERS // 5)
            ends = [BEGIN + draw.randrange(0, 366) * DAY for _ in some]
            client["year"][collection].insert_many(map(made, some, ends))
