"""Prepared databases: emptied quickly, and used again by a later test that wants one of its own.

Making one takes some 50 collections with 150 indexes, a second of MongoDB's.
"""

from __future__ import annotations

import secrets
from typing import Final

from pymongo.read_concern import ReadConcern

from api.clock import utc_now
from auth.collections import installed_differences
from auth.mongo import Client, Database, Document, database_of
from resolvers.store import meta
from resolvers.store.installation import prepare_database
from resolvers.store.registry import SPECS

_INSTALLED: Final = "installation"
_spare: Final[list[tuple[str, Document]]] = []
"""Names of this process's MongoDB, each with what the installation recorded."""
_taken: Final[dict[str, Document]] = {}


async def take(client: Client) -> Database:
    """Every collection, validator and index, and no document but what installing records."""
    if _spare:
        name, record = _spare.pop()
        database = database_of(client, name)
    else:
        database = database_of(client, f"test_{secrets.token_hex(8)}")
        await prepare_database(database, utc_now())
        record = await database[meta.NAME].find_one({"_id": _INSTALLED}) or {}
    _taken[database.name] = record
    return database


async def give_back(database: Database) -> None:
    """Dropped, if anything but documents was changed."""
    record = _taken.pop(database.name)
    collections = set(await database.list_collection_names())
    as_made = collections == {spec.name for spec in SPECS}
    if as_made and await installed_differences(database, SPECS) == []:
        await empty(database)
        await database[meta.NAME].replace_one({"_id": _INSTALLED}, record, upsert=True)
        _spare.append((database.name, record))
    else:
        await database.client.drop_database(database.name)


async def empty(database: Database) -> None:
    """Only where there is something: to ask each collection costs more than most tests leave."""
    first, *others = (spec.name for spec in SPECS)
    has_some: list[Document] = [
        *_told(first),
        *({"$unionWith": {"coll": name, "pipeline": _told(name)}} for name in others),
    ]
    # What the majority has yet to have, too.
    now = database[first].with_options(read_concern=ReadConcern("local"))
    for found in await now.aggregate(has_some).to_list(None):
        name = found["name"]
        spared = {"_id": {"$ne": _INSTALLED}} if name == meta.NAME else {}
        await database[name].delete_many(spared)


def _told(name: str) -> list[Document]:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]
