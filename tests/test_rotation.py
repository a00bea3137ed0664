"""Keys change under a living database: everything keeps opening, and every number its holder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pymongo
import pytest

from api.ids import new_id
from auth.digests import Digester
from auth.keys import KeySet, Purpose
from auth.master_keys import LocalMasterKeys, WrappedKey
from auth.mongo import Database, Document
from auth.sealing import Sealer
from resolvers.jobs.key_usage import (
    CARDS,
    HOLDER_KEYS,
    HOLDERS,
    IDENTITY_DOCUMENTS,
    VersionPath,
    count_needing,
    find_unknown_versions,
)
from resolvers.jobs.rotation import (
    redigest_holders,
    redigest_identity_documents,
    rewrap_holder_keys,
)
from resolvers.jobs.rotation_steps import RotationStep
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.holders import HolderStore
from resolvers.vocabulary import IdentifierKind
from tests.factories import canonical_of, make_person
from tests.rotating import (
    NOW,
    assert_all_found,
    ended,
    open_numbers,
    people,
    redigested,
    rotated,
    sealer,
)


async def test_after_rewrapping_the_old_master_key_can_go_and_everything_opens(
    database: Database, key_set: KeySet
) -> None:
    everyone = await people(database, key_set)
    both = rotated(key_set, Purpose.MASTER)
    end = await ended(rewrap_holder_keys(database, sealer(both), batch_size=3))
    assert (end.moved, end.older, end.complete) == (7, 0, True)
    assert await count_needing(database, Purpose.MASTER, 1, NOW) == 0
    alone = both.retired(Purpose.MASTER, 1)
    for person in everyone:
        opened = await open_numbers(database, alone, person.holder_id)
        assert opened == set(person.numbers.values())
    again = await ended(rewrap_holder_keys(database, sealer(alone)))
    assert (again.moved, again.complete) == (0, True)


async def test_after_redigesting_the_old_key_can_go_and_every_number_finds_its_holder(
    database: Database, key_set: KeySet
) -> None:
    everyone = await people(database, key_set)
    both = rotated(key_set, Purpose.DIGEST)
    assert [end.moved for end in await redigested(database, both)] == [7, 7]
    assert await count_needing(database, Purpose.DIGEST, 1, NOW) == 0
    alone = both.retired(Purpose.DIGEST, 1)
    await assert_all_found(database, alone, everyone)
    assert await find_unknown_versions(database, alone, NOW) == []
    stored = await database["identity_documents"].find_one({"holder_id": everyone[0].holder_id})
    holder = await database["holders"].find_one({"_id": everyone[0].holder_id})
    assert stored is not None
    assert holder is not None
    assert stored["digest"]["value"] in [digest["value"] for digest in holder["digests"]]


@pytest.mark.parametrize("purpose", [Purpose.MASTER, Purpose.DIGEST])
async def test_a_job_stopped_in_the_middle_hides_nobody_and_goes_on_where_it_stood(
    database: Database, key_set: KeySet, purpose: Purpose
) -> None:
    everyone = await people(database, key_set)
    both = rotated(key_set, purpose)

    def steps() -> AsyncIterator[RotationStep]:
        if purpose is Purpose.MASTER:
            return rewrap_holder_keys(database, sealer(both), batch_size=2)
        return redigest_holders(database, sealer(both), Digester(both), batch_size=2)

    async for step in steps():
        await assert_all_found(database, both, everyone)
        if step.moved == 4:
            break
    end = await ended(steps())
    assert (end.moved, end.complete) == (3, True)
    await assert_all_found(database, both, everyone)
    for person in everyone:
        opened = await open_numbers(database, both, person.holder_id)
        assert opened == set(person.numbers.values())


async def test_two_jobs_at_once_move_every_document_once(
    database: Database, key_set: KeySet
) -> None:
    everyone = await people(database, key_set, 20)
    both = rotated(rotated(key_set, Purpose.MASTER), Purpose.DIGEST)
    seals, digester = sealer(both), Digester(both)
    ends = await asyncio.gather(
        *(ended(rewrap_holder_keys(database, seals, batch_size=3)) for _ in range(2)),
        *(ended(redigest_holders(database, seals, digester, batch_size=3)) for _ in range(2)),
    )
    assert ends[0].moved + ends[1].moved == 20
    assert ends[2].moved + ends[3].moved == 20
    await ended(redigest_identity_documents(database, seals, digester))
    alone = both.retired(Purpose.MASTER, 1).retired(Purpose.DIGEST, 1)
    await assert_all_found(database, alone, everyone)


class InterferingSealer(Sealer):
    """Lets another writer in between what the job read and what it writes."""

    def __init__(self, keys: KeySet, interfere: Callable[[], None]) -> None:
        super().__init__(LocalMasterKeys(keys))
        self._interfere = interfere

    def rewrap(self, holder_id: str, wrapped: WrappedKey) -> WrappedKey:
        self._interfere()
        return super().rewrap(holder_id, wrapped)


async def test_what_another_writer_changed_meanwhile_is_not_overwritten(
    database: Database, key_set: KeySet, mongod_uri: str
) -> None:
    person = await make_person(database, key_set)
    both = rotated(key_set, Purpose.MASTER)
    theirs = sealer(both).new_vault(person.holder_id)[1]

    def interfere() -> None:
        with pymongo.MongoClient[dict[str, Any]](mongod_uri) as other:
            other[database.name]["holder_keys"].update_one(
                {"_id": person.holder_id},
                {"$set": {"wrapped": theirs.value, "key_version": theirs.version}},
            )

    end = await ended(rewrap_holder_keys(database, InterferingSealer(both, interfere)))
    assert (end.moved, end.complete) == (0, True)
    stored = await database["holder_keys"].find_one({"_id": person.holder_id})
    assert stored is not None
    assert decode_holder_key(stored) == theirs


async def test_a_holder_of_whose_digests_only_some_are_old_is_moved_too(
    database: Database, key_set: KeySet
) -> None:
    person = await make_person(database, key_set)
    both = rotated(key_set, Purpose.DIGEST)
    kind = IdentifierKind.WORK_PERMIT
    newer = Digester(both).digest(kind, canonical_of(kind, person.numbers[kind]))
    await database["holders"].update_one(
        {"_id": person.holder_id, "digests.kind": str(kind)},
        {"$set": {"digests.$.key_version": newer.version, "digests.$.value": newer.value}},
    )
    assert (await redigested(database, both))[0].moved == 1
    await assert_all_found(database, both.retired(Purpose.DIGEST, 1), [person])


async def test_the_passport_that_logs_in_is_the_one_not_superseded(
    database: Database, key_set: KeySet
) -> None:
    person = await make_person(database, key_set)
    passports = database["identity_documents"]
    old = await passports.find_one({"holder_id": person.holder_id})
    wrapped = await database["holder_keys"].find_one({"_id": person.holder_id})
    assert old is not None
    assert wrapped is not None
    vault = sealer(key_set).vault_for(person.holder_id, decode_holder_key(wrapped))
    digest = Digester(key_set).digest(IdentifierKind.PASSPORT, "DEUC01X00T47")
    superseded = old | {
        "_id": new_id("idd"),
        "number": {
            "masked": "***",
            "sealed": vault.seal("identity_documents", "number", "C01X00T47"),
        },
        "digest": {"key_version": digest.version, "value": digest.value},
        "valid_from": NOW,
        "superseded_at": NOW,
    }
    await passports.insert_one(superseded)
    both = rotated(key_set, Purpose.DIGEST)
    assert [end.moved for end in await redigested(database, both)] == [1, 2]
    alone = both.retired(Purpose.DIGEST, 1)
    await assert_all_found(database, alone, [person])
    lapsed = Digester(alone).candidates(IdentifierKind.PASSPORT, "DEUC01X00T47")
    assert await HolderStore(database).find_for_login(lapsed) is None


def stages(plan: Document) -> list[str]:
    below = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return [plan["stage"], *(stage for one in below for stage in stages(one))]


@pytest.mark.parametrize("condition", [{"$lt": 2}, {"$gt": 2}, {"$nin": [1, 2]}, 1], ids=str)
@pytest.mark.parametrize("path", [HOLDER_KEYS, HOLDERS, IDENTITY_DOCUMENTS, CARDS], ids=str)
async def test_every_selection_by_version_reads_a_declared_index(
    database: Database, path: VersionPath, condition: object
) -> None:
    explained = await database.command(
        {"explain": {"find": path.collection, "filter": path.matching(condition)}}
    )
    used = stages(explained["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in used
    assert "COLLSCAN" not in used
