"""What a seeded database holds, opened so that two runs compare, and whether it is whole."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from api.demo.bundle import Secrets
from api.demo.lives import seeded_person
from auth.keys import KeySet
from auth.mongo import Database, Document
from resolvers.store import meta
from resolvers.store.holder_keys import decode_holder_key

TODAY = date(2026, 11, 23)
SEEDED = (
    *("holders", "holder_keys", "identity_documents", "permits", "cards"),
    *("residence_permits", "insurance_enrolments", "employers", "employments"),
)


async def contents(database: Database, key_set: KeySet) -> dict[str, list[Document]]:
    """Every seeded document, with what is sealed opened and wrapped keys left out."""
    sealer = Secrets.of(key_set).sealer
    keys = {
        stored["_id"]: decode_holder_key(stored) async for stored in database.holder_keys.find({})
    }
    vaults = {holder_id: sealer.vault_for(holder_id, key) for holder_id, key in keys.items()}

    def opened(value: Any, collection: str, path: str, holder_id: str) -> Any:
        if isinstance(value, dict):
            inner = f"{path}." if path else ""
            if value.keys() == {"masked", "sealed"}:
                text = vaults[holder_id].open(collection, path, value["sealed"])
                return {"masked": value["masked"], "opened": text}
            return {
                name: opened(part, collection, f"{inner}{name}", holder_id)
                for name, part in value.items()
            }
        if path == "name_parts" and value is not None:
            return vaults[holder_id].open(collection, path, value)
        return value

    found: dict[str, list[Document]] = {"progress": [await progress_record(database)]}
    for name in SEEDED:
        rows = await database[name].find({}).sort("_id", 1).to_list(None)
        found[name] = [
            opened(
                {k: v for k, v in row.items() if k != "wrapped"},
                name,
                "",
                str(row.get("holder_id", row["_id"])),
            )
            for row in rows
        ]
    return found


async def progress_record(database: Database) -> Document:
    record = await database[meta.NAME].find_one({"_id": "seed:1"})
    assert record is not None
    return record


async def assert_whole(database: Database) -> int:
    """Nothing is half-written: all documents belong to whole holders, as many as are counted."""
    record = await progress_record(database)
    ids = set(await database.holders.distinct("_id"))
    assert len(ids) == record["holders"]
    assert set(await database.holder_keys.distinct("_id")) == ids
    expected = Counter[str]()
    for index in range(record["holders"]):
        person = seeded_person(1, index, TODAY)
        assert person.holder.holder_id in ids
        expected["identity_documents"] += len(person.documents)
        expected["permits"] += len(person.permits)
        expected["cards"] += len(person.cards)
        expected["residence_permits"] += len(person.residence_permits)
        expected["insurance_enrolments"] += len(person.insurance)
    for name, count in expected.items():
        assert await database[name].count_documents({}) == count, name
    employed = set(await database.permits.distinct("employment_id"))
    assert employed == set(await database.employments.distinct("_id"))
    known = set(await database.employers.distinct("_id"))
    assert set(await database.permits.distinct("employer_id")) <= known
    return len(ids)
