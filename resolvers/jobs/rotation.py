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

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from auth.digests import Digester
from auth.keys import UnknownKeyVersion
from auth.master_keys import WrapBroken, WrappedKey
from auth.mongo import Collection, Database, Document
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
from resolvers.jobs.rotation_steps import Obstacle, RotationEnd, RotationProgress, RotationStep

BATCH_SIZE: Final = 200
MAX_PASSES: Final = 10
"""A pass that moved something is followed by another, for what was written meanwhile by processes
that still have the older key set; this often at most."""


Rewrite = UpdateOne | Obstacle


@dataclass
class _Tally:
    moved: int = 0
    left: dict[Obstacle, int] = field(default_factory=dict)
    example: str | None = None
    missing_versions: set[int] = field(default_factory=set)

    def leave(self, document_id: str, obstacle: Obstacle) -> None:
        self.left[obstacle] = self.left.get(obstacle, 0) + 1
        self.example = self.example or document_id


Prepare = Callable[[Sequence[Document]], Awaitable[Sequence[Rewrite]]]


@dataclass(frozen=True)
class _Job:
    """What carries an older version of `path`, read with `fields`, becomes what `prepare` says."""

    collection: Collection
    path: VersionPath
    fields: Sequence[str]
    current: int
    batch_size: int

    @property
    def due(self) -> Document:
        return self.path.matching({"$lt": self.current})

    async def run(self, prepare: Prepare, tally: _Tally) -> AsyncIterator[RotationStep]:
        total = await self.collection.count_documents(self.due)
        older = total
        yield RotationProgress(0, total)
        for _ in range(MAX_PASSES):
            before = tally.moved
            tally.left, tally.example = {}, None
            async for batch in self._batches():
                await self._rewrite(batch, await prepare(batch), tally)
                yield RotationProgress(tally.moved, max(total, tally.moved))
            older = await self.collection.count_documents(self.due)
            if older == 0 or tally.moved == before:
                break
        yield RotationEnd(
            moved=tally.moved,
            older=older,
            newer=await self.collection.count_documents(self.path.matching({"$gt": self.current})),
            left=dict(tally.left),
            example=tally.example,
            missing_versions=tuple(sorted(tally.missing_versions)),
        )

    async def _batches(self) -> AsyncIterator[list[Document]]:
        # What is moved leaves the range of the index that the cursor walks, so it never returns.
        projection = dict.fromkeys(self.fields, 1)
        cursor = self.collection.find(self.due, projection, batch_size=self.batch_size)
        try:
            while batch := await cursor.to_list(self.batch_size):
                yield batch
        finally:
            await cursor.close()

    async def _rewrite(
        self, batch: Sequence[Document], rewrites: Sequence[Rewrite], tally: _Tally
    ) -> None:
        writes: list[tuple[str, UpdateOne]] = []
        for stored, rewrite in zip(batch, rewrites, strict=True):
            if isinstance(rewrite, Obstacle):
                tally.leave(stored["_id"], rewrite)
            else:
                writes.append((stored["_id"], rewrite))
        if not writes:
            return
        try:
            written = await self.collection.bulk_write(
                [write for _, write in writes], ordered=False
            )
            tally.moved += written.modified_count
        except BulkWriteError as error:
            details = error.details or {}
            failures = details.get("writeErrors", [])
            if not failures or any(one["code"] != _DUPLICATE for one in failures):
                raise
            tally.moved += details["nModified"]
            for one in failures:
                tally.leave(writes[one["index"]][0], Obstacle.TAKEN)


_DUPLICATE: Final = 11000


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
    tally = _Tally()

    async def prepare(batch: Sequence[Document]) -> list[Rewrite]:
        return [_rewrapped(sealer, stored, tally) for stored in batch]

    job = _Job(
        collection=database[path.collection],
        path=path,
        fields=("key_version", "wrapped"),
        current=sealer.current_version,
        batch_size=batch_size,
    )
    async for step in job.run(prepare, tally):
        yield step


def _rewrapped(sealer: Sealer, stored: Document, tally: _Tally) -> Rewrite:
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
    tally = _Tally()

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

    job = _Job(
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
    tally = _Tally()

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

    job = _Job(
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
