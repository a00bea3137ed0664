"""Bringing what is stored to the current key versions (docs/keys.md, "Rotating").

Re-wrap holders' keys and the secrets of officers and webhooks under the current master key, and
make the digests by which numbers are found anew under the current digest key. Each selects what
carries an *older* version through a declared index, in bounded batches, and writes only over what
it read: stopped anywhere and started again, it goes on; two at once do each other's work, never
undo it. What has a newer version was written by a process with a newer key set and is left alone
and counted, or two jobs with different key sets would turn each other's work back for ever.

Nobody waits meanwhile: a search tries every live digest key, and every live master key unwraps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from pymongo import UpdateOne

from auth.digests import Digester
from auth.keys import UnknownKeyVersion
from auth.master_keys import WrapBroken, WrappedKey
from auth.mongo import Database, Document
from auth.sealing import HolderVault, Sealer
from resolvers.jobs.key_usage import (
    CARDS,
    HOLDER_KEYS,
    HOLDERS,
    IDENTITY_DOCUMENTS,
    OFFICERS,
    PUSH_ENDPOINTS,
    VersionPath,
)
from resolvers.jobs.number_digests import (
    CARD_FIELDS,
    HOLDER_FIELDS,
    IDENTITY_DOCUMENT_FIELDS,
    PUSH_ENDPOINT_FIELDS,
    redigested_card,
    redigested_document,
    redigested_endpoint,
    redigested_holder,
)
from resolvers.jobs.opened_holders import OpenedHolders
from resolvers.jobs.rotation_job import BATCH_SIZE, Rewrite, RotationJob, Tally
from resolvers.jobs.rotation_steps import Obstacle, RotationStep


def rewrap_holder_keys(
    database: Database, sealer: Sealer, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """Every holder key under the current master key. Progress, then one `RotationEnd`."""
    return rewrap_stored(database, HOLDER_KEYS, sealer, batch_size)


def rewrap_officer_secrets(
    database: Database, sealer: Sealer, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """The secret of every officer's codes, in the same way."""
    return rewrap_stored(database, OFFICERS, sealer, batch_size)


async def rewrap_stored(
    database: Database, path: VersionPath, sealer: Sealer, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """For collections whose documents hold `key_version` and `wrapped`."""
    tally = Tally()

    async def prepare(batch: Sequence[Document]) -> list[Rewrite]:
        return [_rewrapped(sealer, stored, tally) for stored in batch]

    job = RotationJob(
        collection=database[path.collection],
        path=path,
        fields=("key_version", "wrapped"),
        current=sealer.current_version,
        batch_size=batch_size,
    )
    async for step in job.run(prepare, tally):
        yield step


def _rewrapped(sealer: Sealer, stored: Document, tally: Tally) -> Rewrite:
    try:
        wrapped = WrappedKey(stored["key_version"], bytes(stored["wrapped"]))
        wrapped = sealer.rewrap(stored["_id"], wrapped)
    except UnknownKeyVersion as unknown:
        tally.missing_versions.add(unknown.version)
        return Obstacle.KEY_MISSING
    except WrapBroken:
        return Obstacle.UNREADABLE
    return UpdateOne(
        {name: stored[name] for name in ("_id", "key_version", "wrapped")},
        {"$set": {"key_version": wrapped.version, "wrapped": wrapped.value}},
    )


async def redigest_holders(
    database: Database, sealer: Sealer, digester: Digester, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """The digests by which holders log in, from their sealed numbers; a passport's from the newest
    one that is not superseded. All digests of a holder change in one write."""
    tally = Tally()

    async def prepare(batch: Sequence[Document]) -> list[Rewrite]:
        opened = await OpenedHolders.load(database, sealer, [stored["_id"] for stored in batch])
        tally.missing_versions |= opened.missing_versions
        passports = await opened.load_passports(database)
        rewrites: list[Rewrite] = []
        for stored in batch:
            vault = opened.vaults.get(stored["_id"])
            if vault is None:
                rewrites.append(Obstacle.KEY_MISSING)
                continue
            made = redigested_holder(stored, passports.get(stored["_id"]), vault, digester)
            rewrites.append(_replaced(stored, "digests", made))
        return rewrites

    job = RotationJob(
        collection=database[HOLDERS.collection],
        path=HOLDERS,
        fields=HOLDER_FIELDS,
        current=digester.current_version,
        batch_size=batch_size,
    )
    async for step in job.run(prepare, tally):
        yield step


@dataclass(frozen=True)
class _Digested:
    """Documents of holders, each with the digest of its own number in the field `digest`."""

    path: VersionPath
    fields: Sequence[str]
    digest: str
    redigested: Callable[[Document, HolderVault, Digester], Document | None]


def redigest_identity_documents(
    database: Database, sealer: Sealer, digester: Digester, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """The digest of every identity document, superseded ones included."""
    digested = _Digested(
        IDENTITY_DOCUMENTS, IDENTITY_DOCUMENT_FIELDS, "digest", redigested_document
    )
    return _redigest(digested, database, sealer, digester, batch_size)


def redigest_cards(
    database: Database, sealer: Sealer, digester: Digester, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """The digest by which a card's number is given once, of cards that are over too."""
    digested = _Digested(CARDS, CARD_FIELDS, "number_digest", redigested_card)
    return _redigest(digested, database, sealer, digester, batch_size)


def redigest_push_endpoints(
    database: Database, sealer: Sealer, digester: Digester, *, batch_size: int = BATCH_SIZE
) -> AsyncIterator[RotationStep]:
    """The digest by which a device or mail address belongs to one holder."""
    digested = _Digested(PUSH_ENDPOINTS, PUSH_ENDPOINT_FIELDS, "digest", redigested_endpoint)
    return _redigest(digested, database, sealer, digester, batch_size)


async def _redigest(
    digested: _Digested, database: Database, sealer: Sealer, digester: Digester, batch_size: int
) -> AsyncIterator[RotationStep]:
    tally = Tally()

    async def prepare(batch: Sequence[Document]) -> list[Rewrite]:
        opened = await OpenedHolders.load(
            database, sealer, [stored["holder_id"] for stored in batch]
        )
        tally.missing_versions |= opened.missing_versions
        rewrites: list[Rewrite] = []
        for stored in batch:
            vault = opened.vaults.get(stored["holder_id"])
            if vault is None:
                rewrites.append(Obstacle.KEY_MISSING)
                continue
            made = digested.redigested(stored, vault, digester)
            rewrites.append(_replaced(stored, digested.digest, made))
        return rewrites

    job = RotationJob(
        collection=database[digested.path.collection],
        path=digested.path,
        fields=digested.fields,
        current=digester.current_version,
        batch_size=batch_size,
    )
    async for step in job.run(prepare, tally):
        yield step


def _replaced(stored: Document, name: str, made: object | None) -> Rewrite:
    if made is None:
        return Obstacle.UNREADABLE
    return UpdateOne({"_id": stored["_id"], name: stored[name]}, {"$set": {name: made}})
