"""What a rotation cannot move it leaves as it was, counts and names; the rest goes on."""

from __future__ import annotations

from dataclasses import replace

from auth.digests import Digester
from auth.keys import KeySet, Purpose
from auth.mongo import Database
from resolvers.jobs.key_usage import find_unknown_versions
from resolvers.jobs.rotation import rewrap_holder_keys
from resolvers.jobs.rotation_steps import Obstacle
from resolvers.vocabulary import IdentifierKind
from tests.factories import make_person
from tests.rotating import NOW, assert_all_found, ended, people, redigested, rotated, sealer


async def test_a_master_key_retired_too_early_is_named_and_the_others_are_moved(
    database: Database, key_set: KeySet
) -> None:
    await people(database, key_set, 2)
    second = rotated(key_set, Purpose.MASTER)
    await people(database, second, 3)
    third = rotated(second, Purpose.MASTER).retired(Purpose.MASTER, 1)
    end = await ended(rewrap_holder_keys(database, sealer(third)))
    assert (end.moved, end.older, end.missing_versions) == (3, 2, (1,))
    assert end.left == {Obstacle.KEY_MISSING: 2}
    (unknown,) = await find_unknown_versions(database, third, NOW)
    assert (unknown.purpose, unknown.versions, unknown.documents) == (Purpose.MASTER, (1,), 2)
    both = rotated(third, Purpose.DIGEST)
    holders, documents = await redigested(database, both)
    assert (holders.moved, holders.left, holders.missing_versions) == (
        3, {Obstacle.KEY_MISSING: 2}, (1,)
    )  # fmt: skip
    assert (documents.moved, documents.missing_versions) == (3, (1,))


async def test_a_lost_digest_key_costs_nothing_that_cannot_be_made_again(
    database: Database, key_set: KeySet
) -> None:
    everyone = await people(database, key_set, 2)
    without_old = rotated(key_set, Purpose.DIGEST).retired(Purpose.DIGEST, 1)
    found = await find_unknown_versions(database, without_old, NOW)
    assert [(one.collection, one.documents) for one in found] == [
        ("holders", 2), ("identity_documents", 2), ("employments", 2), ("permits", 2)
    ]  # fmt: skip
    await redigested(database, without_old)
    await assert_all_found(database, without_old, everyone)


async def test_what_a_newer_key_set_wrote_is_counted_and_left_alone(
    database: Database, key_set: KeySet
) -> None:
    newer = rotated(key_set, Purpose.MASTER)
    await people(database, newer, 2)
    staged = replace(newer.master, current_version=1)
    end = await ended(rewrap_holder_keys(database, sealer(newer.with_ring(staged))))
    assert (end.moved, end.older, end.newer) == (0, 0, 2)


async def test_a_holder_without_a_readable_number_is_left_as_it_was_and_named(
    database: Database, key_set: KeySet
) -> None:
    first, second = await people(database, key_set, 2)
    await database["identity_documents"].delete_many({"holder_id": first.holder_id})
    before = await database["holders"].find_one({"_id": first.holder_id})
    end = (await redigested(database, rotated(key_set, Purpose.DIGEST)))[0]
    assert (end.moved, end.older, end.left) == (1, 1, {Obstacle.UNREADABLE: 1})
    assert end.example == first.holder_id != second.holder_id
    assert await database["holders"].find_one({"_id": first.holder_id}) == before


async def test_a_number_that_another_document_took_meanwhile_stops_nobody_else(
    database: Database, key_set: KeySet
) -> None:
    first, _ = await people(database, key_set, 2)
    both = rotated(key_set, Purpose.DIGEST)
    stranger = await make_person(database, both)
    taken = Digester(both).digest(
        IdentifierKind.PASSPORT, f"DEU{first.numbers[IdentifierKind.PASSPORT]}"
    )
    await database["identity_documents"].update_one(
        {"holder_id": stranger.holder_id}, {"$set": {"digest.value": taken.value}}
    )
    end = (await redigested(database, both))[1]
    assert (end.moved, end.older, end.left) == (1, 1, {Obstacle.TAKEN: 1})
