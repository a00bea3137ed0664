"""How a collection is declared: name, version, audience, validator and indexes in one place.

A store declares its collection beside the queries that the indexes serve; nothing else may name
a collection. `installed_differences` and `install` compare the declaration with the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pymongo.errors import CollectionInvalid, OperationFailure

from auth.mongo import Database, Document

Keys = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Index:
    """One index and the query it serves.

    `expire_after` makes it a TTL index over a date; `partial` is the filter of a partial index.
    """

    name: str
    keys: Keys
    serves: str
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    expire_after: timedelta | None = None

    def specification(self) -> Document:
        wanted: Document = {"name": self.name, "key": dict(self.keys)}
        if self.unique:
            wanted["unique"] = True
        if self.partial is not None:
            wanted["partialFilterExpression"] = dict(self.partial)
        if self.expire_after is not None:
            wanted["expireAfterSeconds"] = int(self.expire_after.total_seconds())
        return wanted


@dataclass(frozen=True)
class CollectionSpec:
    """A collection: who may read it (`audience`), its document version, validator and indexes."""

    name: str
    version: int
    audience: str
    validator: Mapping[str, Any]
    indexes: Sequence[Index] = field(default=())


async def installed_differences(database: Database, specs: Sequence[CollectionSpec]) -> list[str]:
    """What the database has otherwise than declared; one line each, empty when all agree."""
    existing = await _existing(database)
    differences: list[str] = []
    for spec in specs:
        options = existing.get(spec.name)
        if options is None:
            differences.append(f"{spec.name}: the collection is missing")
            continue
        if options.get("validator") != _validator(spec):
            differences.append(f"{spec.name}: the validator differs")
        differences += await _index_differences(database, spec)
    return differences


async def _index_differences(database: Database, spec: CollectionSpec) -> list[str]:
    present = await _indexes(database, spec.name)
    wanted = {index.name: index.specification() for index in spec.indexes}
    lines = [f"{spec.name}: index {name} is missing" for name in wanted if name not in present]
    lines += [
        f"{spec.name}: index {name} differs"
        for name, specification in wanted.items()
        if name in present and present[name] != specification
    ]
    lines += [
        f"{spec.name}: index {name} is not declared" for name in present if name not in wanted
    ]
    return lines


async def install(database: Database, specs: Sequence[CollectionSpec]) -> None:
    """Bring collections, validators and indexes to what is declared. Safe to run at any time, by
    any number of processes at once; documents are never touched."""
    existing = await _existing(database)
    for spec in specs:
        validator = _validator(spec)
        if spec.name not in existing:
            await _create(database, spec.name, validator)
        elif existing[spec.name].get("validator") != validator:
            await database.command("collMod", spec.name, validator=validator)
        await _install_indexes(database, spec)


async def _create(database: Database, name: str, validator: Document) -> None:
    try:
        await database.create_collection(name, validator=validator)
    except CollectionInvalid:
        await database.command("collMod", name, validator=validator)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
        await database.command("collMod", name, validator=validator)


_NAMESPACE_EXISTS = 48


async def _install_indexes(database: Database, spec: CollectionSpec) -> None:
    present = await _indexes(database, spec.name)
    wanted = {index.name: index.specification() for index in spec.indexes}
    for name, specification in present.items():
        if wanted.get(name) != specification:
            await database[spec.name].drop_index(name)
    missing = [spec for name, spec in wanted.items() if present.get(name) != spec]
    if missing:
        await database.command("createIndexes", spec.name, indexes=missing)


async def _existing(database: Database) -> dict[str, Document]:
    cursor = await database.list_collections()
    return {entry["name"]: entry.get("options", {}) async for entry in cursor}


async def _indexes(database: Database, name: str) -> dict[str, Document]:
    """The indexes besides `_id`, each reduced to what a declaration can say."""
    said = ("name", "unique", "partialFilterExpression", "expireAfterSeconds")
    found: dict[str, Document] = {}
    async for index in database[name].list_indexes():
        if index["name"] == "_id_":
            continue
        found[index["name"]] = {"key": dict(index["key"])} | {
            # Not by truth: a TTL of 0 seconds is one.
            key: index[key]
            for key in said
            if index.get(key) is not None and index.get(key) is not False
        }
    return found


def _validator(spec: CollectionSpec) -> Document:
    return {"$jsonSchema": dict(spec.validator)}
