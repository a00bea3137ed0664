"""Key sets with one key more, and a database whose documents are brought to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from auth.digests import Digester
from auth.keys import KeySet, Purpose, new_key
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database
from auth.sealing import Sealer
from resolvers.jobs.name_rotation import redigest_employments, redigest_permits
from resolvers.jobs.rotation import redigest_holders, redigest_identity_documents
from resolvers.jobs.rotation_steps import RotationEnd, RotationStep
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.holders import NUMBER_FIELDS, HolderStore
from tests.factories import Person, canonical_of, make_person

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def rotated(keys: KeySet, purpose: Purpose) -> KeySet:
    version = keys.ring(purpose).newest.version + 1
    return keys.staged(new_key(purpose, version, now=NOW)).promoted(purpose)


def sealer(keys: KeySet) -> Sealer:
    return Sealer(LocalMasterKeys(keys))


async def people(database: Database, keys: KeySet, number: int = 7) -> list[Person]:
    return [await make_person(database, keys) for _ in range(number)]


async def ended(steps: AsyncIterator[RotationStep]) -> RotationEnd:
    *_, last = [step async for step in steps]
    assert isinstance(last, RotationEnd)
    return last


async def redigested(database: Database, keys: KeySet) -> tuple[RotationEnd, RotationEnd]:
    """Holders, then identity documents, three at a time; and names, of which nothing is told."""
    seals, digester = sealer(keys), Digester(keys)
    ends = (
        await ended(redigest_holders(database, seals, digester, batch_size=3)),
        await ended(redigest_identity_documents(database, seals, digester, batch_size=3)),
    )
    await redigested_names(database, keys)
    return ends


async def redigested_names(database: Database, keys: KeySet) -> tuple[RotationEnd, RotationEnd]:
    """Employments, then permits, three at a time."""
    seals, digester = sealer(keys), Digester(keys)
    return (
        await ended(redigest_employments(database, seals, digester, batch_size=3)),
        await ended(redigest_permits(database, digester, batch_size=3)),
    )


async def open_numbers(database: Database, keys: KeySet, holder_id: str) -> set[str]:
    """All that the jobs had better not lose: the holder's numbers, opened."""
    holder = await database["holders"].find_one({"_id": holder_id})
    wrapped = await database["holder_keys"].find_one({"_id": holder_id})
    passport = await database["identity_documents"].find_one({"holder_id": holder_id})
    assert holder is not None
    assert wrapped is not None
    assert passport is not None
    vault = sealer(keys).vault_for(holder_id, decode_holder_key(wrapped))
    numbers = {vault.open("holders", f, holder[f]["sealed"]) for f, _ in NUMBER_FIELDS.values()}
    return numbers | {vault.open("identity_documents", "number", passport["number"]["sealed"])}


async def assert_all_found(database: Database, keys: KeySet, everyone: list[Person]) -> None:
    """By each of the four numbers, as a login searches."""
    store, digester = HolderStore(database), Digester(keys)
    for person in everyone:
        for kind, number in person.numbers.items():
            candidates = digester.candidates(kind, canonical_of(kind, number))
            found = await store.find_for_login(candidates)
            assert found is not None, kind
            assert found["_id"] == person.holder_id
