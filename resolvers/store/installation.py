"""Bringing a database to what this version declares: migrate documents, then install shapes.

Safe for any number of processes starting at once: one holds the lease and works, the others wait
until the recorded fingerprint is theirs. A second start finds it so and costs one command.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from auth.collections import install
from auth.mongo import Database, Document
from resolvers.store import meta
from resolvers.store.migrations import MIGRATIONS
from resolvers.store.registry import SPECS

LEASE_LIFETIME = timedelta(minutes=10)
_RECORD = "installation"
_LEASE = "installation-lease"
_WAIT_SECONDS = 0.2


class DataTooNew(Exception):
    """The data was written by a newer version of the gateway; names the collection."""


class InstallationBusy(Exception):
    """Another process has been installing for longer than a lease lives."""


async def prepare_database(database: Database, now: datetime, *, force: bool = False) -> None:
    """Raises DataTooNew or InstallationBusy. `force` also mends what was changed by hand."""
    wanted = _fingerprint()
    waited = timedelta(0)
    while True:
        record = await database[meta.NAME].find_one({"_id": _RECORD})
        if record is not None and record["fingerprint"] == wanted and not force:
            return
        if await _take_lease(database, now + waited):
            break
        await asyncio.sleep(_WAIT_SECONDS)
        waited += timedelta(seconds=_WAIT_SECONDS)
        if waited > LEASE_LIFETIME:
            raise InstallationBusy
    try:
        await _bring_forward(database, record or {"versions": {}}, wanted)
    finally:
        await database[meta.NAME].delete_one({"_id": _LEASE})


async def _bring_forward(database: Database, record: Document, wanted: str) -> None:
    versions: dict[str, int] = dict(record["versions"])
    declared = {spec.name: spec.version for spec in SPECS}
    _refuse_newer(versions, declared)
    for migration in MIGRATIONS:
        stored = versions.get(migration.collection)
        if stored is not None and stored < migration.to_version:
            await migration.run(database)
            versions[migration.collection] = migration.to_version
            # Recorded one by one: a stopped migration starts again where it stood.
            await database[meta.NAME].update_one({"_id": _RECORD}, {"$set": {"versions": versions}})
    await install(database, SPECS)
    await database[meta.NAME].update_one(
        {"_id": _RECORD}, {"$set": {"fingerprint": wanted, "versions": declared}}, upsert=True
    )


def _refuse_newer(stored: Mapping[str, int], declared: Mapping[str, int]) -> None:
    for name, version in stored.items():
        if version > declared.get(name, 0):
            raise DataTooNew(name)


async def _take_lease(database: Database, now: datetime) -> bool:
    lease = {"_id": _LEASE, "until": now + LEASE_LIFETIME}
    try:
        await database[meta.NAME].replace_one(
            {"_id": _LEASE, "until": {"$lt": now}}, lease, upsert=True
        )
    except DuplicateKeyError:
        return False
    return True


def _fingerprint() -> str:
    """Of everything declared: names, versions, validators, indexes."""
    declared = [
        [spec.name, spec.version, spec.validator, [i.specification() for i in spec.indexes]]
        for spec in SPECS
    ]
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()
