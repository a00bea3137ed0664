"""Seeding a real database: whole at any moment, and the same however often it was stopped."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from api.demo import Seeded, seed
from api.demo.bundle import Secrets
from api.demo.days import midnight
from api.demo.employers import HOLDERS_PER_BLOCK
from api.demo.lives import seeded_person
from api.failure import Refusal
from auth.digests import Digest
from auth.keys import KeySet, new_key_set
from auth.mongo import Client, Database, Document
from resolvers.rules.identifiers import canonical
from resolvers.store import holders as holder_store
from resolvers.store import meta
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.registry import SPECS
from resolvers.vocabulary import IdentifierKind, IdentityDocumentKind
from tests.processes import eventually, is_alive, python
from tests.seeded_contents import TODAY, assert_whole, contents, progress_record

CHILD = """
import sys
from datetime import date
from pathlib import Path
from api.demo import seed
from api.failure import Refusal
from auth.key_files import load_key_set

uri, name, keys, holders = sys.argv[1:]
print("begun", flush=True)
try:
    seed(
        uri, name, load_key_set(Path(keys)), holders=int(holders), seed=1,
        progress=lambda count: print(count, flush=True), reference=date(2026, 11, 23),
    )
except Refusal as refusal:
    sys.exit(str(refusal))
"""


async def seeded(
    uri: str, database: Database, key_set: KeySet, holders: int, **changed: Any
) -> tuple[Seeded, list[int]]:
    told: list[int] = []
    arguments: dict[str, Any] = {"seed": 1, "reference": TODAY, "progress": told.append}
    done = await asyncio.to_thread(
        seed, uri, database.name, key_set, holders=holders, **arguments | changed
    )
    return done, told


def started(uri: str, database: Database, keys_file: Path, holders: int) -> list[str]:
    return [CHILD, uri, database.name, str(keys_file), str(holders)]


def wait_for_holders(process: subprocess.Popen[str], count: int) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    written = 0
    while written < count:
        written += int(process.stdout.readline())


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def all_end(processes: list[int]) -> bool:
    return eventually(lambda: not any(map(is_alive, processes)))


async def test_every_seeded_document_passes_its_validator(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    done, told = await seeded(mongod_uri, own_database, key_set, 700)
    assert done == Seeded(700, 700)
    assert sum(told) == 700
    assert await assert_whole(own_database) == 700
    options = {
        entry["name"]: entry["options"] async for entry in await own_database.list_collections()
    }
    for spec in SPECS:
        assert options[spec.name]["validator"] == {"$jsonSchema": spec.validator}
        invalid = {"$nor": [{"$jsonSchema": dict(spec.validator)}]}
        assert await own_database[spec.name].count_documents(invalid) == 0


async def test_a_second_run_does_nothing_and_a_larger_one_goes_on(
    mongod_uri: str, mongo_client: Client, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 500)
    before = await contents(own_database, key_set)
    assert await seeded(mongod_uri, own_database, key_set, 500) == (Seeded(0, 500), [500])
    assert await seeded(mongod_uri, own_database, key_set, 100) == (Seeded(0, 500), [100])
    assert await contents(own_database, key_set) == before
    done, told = await seeded(mongod_uri, own_database, key_set, 1000, reference=date(2031, 1, 1))
    assert (done, sum(told)) == (Seeded(500, 1000), 1000)
    # The day of the first run holds for all, and in pieces is as in one.
    assert (await progress_record(own_database))["reference"] == midnight(TODAY)
    assert await contents(own_database, key_set) == await in_one_run(
        mongod_uri, mongo_client, own_database, key_set, 1000
    )


async def in_one_run(
    uri: str, client: Client, like: Database, key_set: KeySet, holders: int
) -> dict[str, list[Document]]:
    other = client[f"{like.name}_whole"].with_options(codec_options=like.codec_options)
    try:
        for spec in SPECS:
            await other.create_collection(spec.name)
        await seeded(uri, other, key_set, holders)
        return await contents(other, key_set)
    finally:
        await client.drop_database(other.name)


async def test_killed_and_resumed_is_as_one_unbroken_run(
    mongod_uri: str,
    mongo_client: Client,
    own_database: Database,
    key_set: KeySet,
    keys_file: Path,
) -> None:
    holders = 10 * HOLDERS_PER_BLOCK + 57
    for enough in (1, 4 * HOLDERS_PER_BLOCK):
        with python(*started(mongod_uri, own_database, keys_file, holders)) as process:
            wait_for_holders(process, enough)
            workers = children_of(process.pid)
            process.kill()
            process.wait()
            assert workers
            assert all_end(workers)
        assert 0 < await assert_whole(own_database) < holders
    await seeded(mongod_uri, own_database, key_set, holders)
    assert await assert_whole(own_database) == holders
    assert await contents(own_database, key_set) == await in_one_run(
        mongod_uri, mongo_client, own_database, key_set, holders
    )


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM])
async def test_a_wish_to_stop_ends_behind_a_whole_batch_with_one_line(
    mongod_uri: str,
    own_database: Database,
    key_set: KeySet,
    keys_file: Path,
    wish: signal.Signals,
) -> None:
    with python(*started(mongod_uri, own_database, keys_file, 50_000)) as process:
        wait_for_holders(process, HOLDERS_PER_BLOCK)
        workers = children_of(process.pid)
        os.killpg(process.pid, wish)  # as a terminal does: to the whole group
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    done = await assert_whole(own_database)
    assert errors == (
        f"stopped at {done} of 50000 holders, all of them whole: the same command goes on from "
        "there\n"
    )
    assert not any(map(is_alive, workers))
    result, _ = await seeded(mongod_uri, own_database, key_set, done + 100)
    assert result == Seeded(100, done + 100)


async def test_a_seeded_holder_is_found_by_each_of_its_numbers(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 60)
    secrets = Secrets.of(key_set)
    store = holder_store.HolderStore(own_database)
    people = [seeded_person(1, index, TODAY) for index in range(60)]
    for person in people:
        numbers = dict(person.holder.numbers)
        numbers[IdentifierKind.PASSPORT] = person.passport.country + person.passport.number
        for kind, number in numbers.items():
            form = canonical(kind, number)
            assert form is not None
            candidates: list[Digest] = secrets.digester.candidates(kind, form)
            found = await store.find_for_login(candidates)
            assert found is not None
            assert found["_id"] == person.holder.holder_id
            vault = secrets.sealer.vault_for(found["_id"], decode_holder_key(found["key"]))
            parts = vault.open(holder_store.NAME, "name_parts", found["name_parts"])
            assert parts == holder_store.name_parts_of(person.holder)


async def test_a_former_passport_finds_nobody(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 250)
    digester = Secrets.of(key_set).digester
    store = holder_store.HolderStore(own_database)
    papers = [paper for index in range(250) for paper in seeded_person(1, index, TODAY).documents]
    former = [
        canonical(IdentifierKind.PASSPORT, paper.country + paper.number)
        for paper in papers
        if paper.superseded_at and paper.kind is IdentityDocumentKind.PASSPORT
    ]
    assert former
    for form in former:
        assert form is not None
        candidates = digester.candidates(IdentifierKind.PASSPORT, form)
        assert await store.find_for_login(candidates) is None


async def test_a_second_seed_in_one_database_is_refused_and_changes_nothing(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 10)
    with pytest.raises(Refusal, match=re.escape("go on with --seed 1")):
        await seeded(mongod_uri, own_database, key_set, 10, seed=2)
    assert await assert_whole(own_database) == 10
    assert await own_database[meta.NAME].count_documents({"_id": {"$regex": "^seed:"}}) == 1


async def test_going_on_under_other_keys_is_refused(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 10)
    others = new_key_set(now=midnight(TODAY))
    with pytest.raises(Refusal, match="sealed with other keys"):
        await seeded(mongod_uri, own_database, others, 20)
    assert await assert_whole(own_database) == 10


async def test_more_holders_than_there_are_numbers_for_are_refused(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    with pytest.raises(Refusal, match="at most 5000000"):
        await seeded(mongod_uri, own_database, key_set, 5_000_001)
    assert await own_database[meta.NAME].count_documents({"_id": {"$regex": "^seed:"}}) == 0


async def test_of_two_runs_at_once_one_is_refused_and_no_holder_is_written_twice(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    endings = await asyncio.gather(
        *(seeded(mongod_uri, own_database, key_set, 1500) for _ in range(2)),
        return_exceptions=True,
    )
    refusals = [ending for ending in endings if isinstance(ending, Refusal)]
    assert len(refusals) == 1, [str(ending)[:120] for ending in endings]
    assert "another `onecard seed` is at work" in str(refusals[0])
    assert await assert_whole(own_database) == 1500


async def test_what_a_killed_run_left_open_is_rolled_back_at_once(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 5)
    async with await own_database.client.start_session() as session:
        record = own_database[meta.NAME]
        stated: Any = session.session_id  # a property, which Motor's types do not know
        await record.update_one({"_id": "seed:1"}, {"$set": {"session": stated["id"]}})
        session.start_transaction()
        await record.update_one({"_id": "seed:1"}, {"$set": {"holders": 9}}, session=session)
        await seeded(mongod_uri, own_database, key_set, 9)
        with pytest.raises(OperationFailure, match=r"NoSuchTransaction|aborted"):
            await session.commit_transaction()
    assert await assert_whole(own_database) == 9
    assert await progress_record(own_database) == {
        "_id": "seed:1",
        "holders": 9,
        "reference": midnight(TODAY),
    }


async def test_documents_that_the_database_refuses_are_never_quoted(
    mongod_uri: str, own_database: Database, key_set: KeySet
) -> None:
    await seeded(mongod_uri, own_database, key_set, 5)
    await own_database[meta.NAME].update_one({"_id": "seed:1"}, {"$set": {"holders": 3}})
    with pytest.raises(Refusal, match=r"codes \[11000\]") as caught:
        await seeded(mongod_uri, own_database, key_set, 9)
    assert caught.value.__context__ is None
    assert await own_database.holders.count_documents({}) == 5
