"""The beginnings of names: what a dump shows of them, and that they move to another digest key
while everybody is found all the time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from auth.digests import Digester
from auth.keys import KeySet, Purpose
from auth.mongo import Database
from resolvers.employments.name_digests import (
    NameDigests,
    looked_up_digests,
    name_digests,
    searched_digests,
)
from resolvers.jobs.key_usage import count_needing, find_unknown_versions
from resolvers.jobs.name_rotation import redigest_employments
from resolvers.jobs.rotation_steps import Obstacle
from resolvers.rules.names import RegisteredName
from resolvers.vocabulary import IdentifierKind
from tests.factories import TWENTY_PERMITS, Person, make_person
from tests.leaks import CHINESE_NAME, GIVEN_NAMES, SURNAME, Known
from tests.rotating import NOW, ended, people, redigested, redigested_names, rotated, sealer

TEXTS = ("no", "Nora", "beispiel", "nora beis", "贝")


async def found(database: Database, keys: KeySet, name: str, text: str) -> set[str]:
    """Holders found in a collection under each employer's own key, as its lists search."""
    digester, holders = Digester(keys), set()
    async for one in database[name].find():
        stored = set(map(bytes, one["name_prefixes"]))
        words = searched_digests(digester, one["employer_id"], text)
        if words and all(not stored.isdisjoint(word) for word in words):
            holders.add(one["holder_id"])
    return holders


async def found_by_number(database: Database, keys: KeySet, person: Person) -> set[str]:
    number, digester = person.numbers[IdentifierKind.WORK_PERMIT], Digester(keys)
    return {
        one["holder_id"]
        async for one in database["employments"].find()
        if bytes(one["number_digest"]) in looked_up_digests(digester, one["employer_id"], number)
    }


async def assert_all_found(database: Database, keys: KeySet, everyone: list[Person]) -> None:
    for person in everyone:
        assert await found_by_number(database, keys, person) == {person.holder_id}
    for name in ("employments", "permits"):
        for text in TEXTS:
            ids = {person.holder_id for person in everyone}
            assert await found(database, keys, name, text) == ids, (name, text)


async def test_after_a_rotation_the_old_key_can_go_and_everybody_is_found(
    database: Database, key_set: KeySet
) -> None:
    everyone = await people(database, key_set)
    both = rotated(key_set, Purpose.DIGEST)
    await redigested(database, both)
    assert await count_needing(database, Purpose.DIGEST, 1, NOW) == 0
    alone = both.retired(Purpose.DIGEST, 1)
    await assert_all_found(database, alone, everyone)
    assert await find_unknown_versions(database, alone, NOW) == []
    again = await redigested_names(database, alone)
    assert [(end.moved, end.complete) for end in again] == [(0, True)] * 2


async def test_stopped_in_the_middle_nobody_is_hidden_and_it_goes_on_where_it_stood(
    database: Database, key_set: KeySet
) -> None:
    everyone = await people(database, key_set)
    both = rotated(key_set, Purpose.DIGEST)
    async for step in redigest_employments(database, sealer(both), Digester(both), batch_size=2):
        await assert_all_found(database, both, everyone)
        if step.moved == 4:
            break
    employments, permits = await redigested_names(database, both)
    assert [(end.moved, end.complete) for end in (employments, permits)] == [(3, True), (7, True)]
    await assert_all_found(database, both.retired(Purpose.DIGEST, 1), everyone)


@dataclass
class Interfering(Digester):
    """Lets a change of the name in between what the job read and what it writes."""

    def __init__(self, keys: KeySet, database: Database) -> None:
        super().__init__(keys)
        self.collection = database.delegate["employments"]

    def digest_all(self, kind: str, texts: object) -> list[bytes]:
        made = super().digest_all(kind, texts)  # type: ignore[arg-type]
        self.collection.update_many(
            {"name_key_version": 1},
            {"$set": {"name_prefixes": [b"another."]}, "$inc": {"revision": 1}},
        )
        return made


async def test_a_name_that_changed_meanwhile_is_not_written_over(
    database: Database, key_set: KeySet
) -> None:
    await people(database, key_set, 3)
    both = rotated(key_set, Purpose.DIGEST)
    end = await ended(
        redigest_employments(database, sealer(both), Interfering(both, database), batch_size=3)
    )
    assert (end.moved, end.older) == (0, 3)
    kept = await database["employments"].distinct("name_prefixes")
    assert [bytes(one) for one in kept] == [b"another."]


async def test_a_permit_waits_for_its_employment(database: Database, key_set: KeySet) -> None:
    """And without the holder's key nobody moves either."""
    [person] = await people(database, key_set, 1)
    await database["holder_keys"].delete_many({"_id": person.holder_id})
    employments, permits = await redigested_names(database, rotated(key_set, Purpose.DIGEST))
    assert (employments.moved, employments.left) == (0, {Obstacle.KEY_MISSING: 1})
    assert (permits.moved, permits.left) == (0, {Obstacle.UNREADABLE: 1})


@pytest.fixture
def name() -> RegisteredName:
    return RegisteredName("Quastenflößer", "Zwentibold Øyvinder", "贝诺拉", "Цвентибольд")


def test_the_same_name_has_nothing_in_common_with_two_employers(
    key_set: KeySet, name: RegisteredName
) -> None:
    digester = Digester(key_set)
    one = name_digests(digester, "emp_one", name, None).prefixes
    other = name_digests(digester, "emp_other", name, None).prefixes
    assert len(one) == len(other) > 30
    assert set(one).isdisjoint(other)
    assert {len(prefix) for prefix in one} == {8}
    assert one == name_digests(digester, "emp_one", name, None).prefixes == tuple(sorted(one))
    assert name_digests(digester, "emp_one", None, None) == NameDigests()


async def test_no_collection_holds_a_plain_name_or_a_part_of_one(
    database: Database, key_set: KeySet
) -> None:
    person = await make_person(
        database,
        key_set,
        given_names=GIVEN_NAMES,
        surname=SURNAME,
        permit_plans=TWENTY_PERMITS,
    )
    known = Known()
    known.add_name(person.name)
    known.add(CHINESE_NAME)
    for word in ("Quastenflößer", "Quastenfloesser", "Zwentibold", "Oyvinder"):
        known.add(*(word[:length] for length in range(4, 9)))
    assert await known.found_in_database(database) == {}
    assert await database["employments"].count_documents({"holder_id": person.holder_id}) == 20
    sizes = await database["permits"].distinct("name_key_version")
    assert sizes == [1]
