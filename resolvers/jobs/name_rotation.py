"""The beginnings of names, by which employers' lists find people, under the current digest key.

Employments first, from the name that each shows: the holder's, or its own once that has changed
since. Permits then repeat their employment's digests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from pymongo import UpdateOne

from auth.digests import Digester
from auth.mongo import Database, Document
from auth.sealing import Sealer
from resolvers.employments.name_digests import (
    NAME_PARTS,
    NUMBER,
    WORK_PERMIT_NUMBER,
    NameDigests,
    frozen_name,
    name_digests,
    registered_name,
    registered_number,
)
from resolvers.jobs.key_usage import EMPLOYMENTS, PERMITS
from resolvers.jobs.opened_holders import OpenedHolders
from resolvers.jobs.rotation_job import BATCH_SIZE, Rewrite, RotationJob, Tally
from resolvers.jobs.rotation_steps import Obstacle, RotationStep
from resolvers.store import employments, holders

EMPLOYMENT_FIELDS = ("revision", "holder_id", "employer_id", NAME_PARTS)
PERMIT_FIELDS = ("employment_id", "name_prefixes")


async def redigest_employments(
    database: Database, sealer: Sealer, digester: Digester, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """Written only over the revision that was read: a name that changed meanwhile stands."""
    tally = Tally()

    async def prepare(batch: Sequence[Document]) -> list[Rewrite]:
        holder_ids = [stored["holder_id"] for stored in batch]
        opened = await OpenedHolders.load(database, sealer, holder_ids)
        tally.missing_versions |= opened.missing_versions
        fields = (NAME_PARTS, f"{WORK_PERMIT_NUMBER}.sealed")
        known = await _by_id(database, holders.NAME, holder_ids, fields)
        rewrites: list[Rewrite] = []
        for stored in batch:
            holder_id = stored["holder_id"]
            vault = opened.vaults.get(holder_id)
            if vault is None:
                rewrites.append(Obstacle.KEY_MISSING)
                continue
            is_frozen = stored[NAME_PARTS] is not None
            name = (
                frozen_name(stored, vault)
                if is_frozen
                else registered_name(known.get(holder_id), vault)
            )
            if name is None:
                rewrites.append(Obstacle.UNREADABLE)
                continue
            number = registered_number(known.get(holder_id), vault)
            made = name_digests(digester, stored["employer_id"], name, number)
            rewrites.append(
                UpdateOne(
                    {"_id": stored["_id"], "revision": stored["revision"]},
                    {"$set": made.fields, "$inc": {"revision": 1}},
                )
            )
        return rewrites

    job = RotationJob(
        collection=database[EMPLOYMENTS.collection],
        path=EMPLOYMENTS,
        fields=EMPLOYMENT_FIELDS,
        current=digester.current_version,
        batch_size=batch_size,
    )
    async for step in job.run(prepare, tally):
        yield step


async def redigest_permits(
    database: Database, digester: Digester, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """To be run behind `redigest_employments`: a permit whose employment still carries an older
    version is left."""
    tally = Tally()

    async def prepare(batch: Sequence[Document]) -> list[Rewrite]:
        ids = [stored["employment_id"] for stored in batch]
        fields = ("name_key_version", "name_prefixes", NUMBER)
        known = await _by_id(database, employments.NAME, ids, fields)
        rewrites: list[Rewrite] = []
        for stored in batch:
            employment = known.get(stored["employment_id"])
            if employment is None or employment["name_key_version"] != digester.current_version:
                rewrites.append(Obstacle.UNREADABLE)
                continue
            rewrites.append(
                UpdateOne(
                    {name: stored[name] for name in ("_id", *PERMIT_FIELDS)},
                    {"$set": NameDigests.stored_in(employment).repeated},
                )
            )
        return rewrites

    job = RotationJob(
        collection=database[PERMITS.collection],
        path=PERMITS,
        fields=PERMIT_FIELDS,
        current=digester.current_version,
        batch_size=batch_size,
    )
    async for step in job.run(prepare, tally):
        yield step


async def _by_id(
    database: Database, name: str, ids: Sequence[str], fields: Sequence[str]
) -> dict[str, Document]:
    wanted = list(set(ids))
    found = database[name].find({"_id": {"$in": wanted}}, dict.fromkeys(fields, 1))
    return {stored["_id"]: stored for stored in await found.to_list(len(wanted))}
