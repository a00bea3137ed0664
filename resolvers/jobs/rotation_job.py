"""One walk over what carries an older key version, as every rotation job takes it: in bounded
batches, through a declared index, writing only over what was read (`resolvers.jobs.rotation`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from auth.mongo import Collection, Document
from resolvers.jobs.key_usage import VersionPath
from resolvers.jobs.rotation_steps import Obstacle, RotationEnd, RotationProgress, RotationStep

BATCH_SIZE: Final = 200
_DUPLICATE: Final = 11000
MAX_PASSES: Final = 10
"""A pass that moved something is followed by another, for what was written meanwhile by processes
that still have the older key set; this often at most."""


Rewrite = UpdateOne | Obstacle


@dataclass
class Tally:
    moved: int = 0
    left: dict[Obstacle, int] = field(default_factory=dict)
    example: str | None = None
    missing_versions: set[int] = field(default_factory=set)

    def leave(self, document_id: str, obstacle: Obstacle) -> None:
        self.left[obstacle] = self.left.get(obstacle, 0) + 1
        self.example = self.example or document_id


Prepare = Callable[[Sequence[Document]], Awaitable[Sequence[Rewrite]]]


@dataclass(frozen=True)
class RotationJob:
    """What carries an older version of `path`, read with `fields`, becomes what `prepare` says."""

    collection: Collection
    path: VersionPath
    fields: Sequence[str]
    current: int
    batch_size: int

    @property
    def due(self) -> Document:
        return self.path.matching({"$lt": self.current})

    async def run(self, prepare: Prepare, tally: Tally) -> AsyncIterator[RotationStep]:
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
        self, batch: Sequence[Document], rewrites: Sequence[Rewrite], tally: Tally
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
