"""Contents of papers in GridFS: `paper_files.files` and `paper_files.chunks`, as its specification
lays them out, so any driver reads them. A chunk is one sealed piece.

They are written here and not by the driver's bucket, which refuses to work in a transaction: so a
file, its chunks and the paper that they belong to appear and go together (decision 0010).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from auth.bson_schema import INSTANT, INTEGER, Shape, binary, document, identifier
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import PIECE_BYTES, SEAL_OVERHEAD_BYTES

BUCKET = "paper_files"
FILES, CHUNKS = f"{BUCKET}.files", f"{BUCKET}.chunks"
CHUNK_BYTES = PIECE_BYTES + SEAL_OVERHEAD_BYTES
MAX_ORPHANS = 200

_OBJECT_ID: Shape = {"bsonType": "objectId"}

FILES_SPEC = CollectionSpec(
    name=FILES,
    version=1,
    audience="nobody; one entry for each paper, without a name",
    validator=document(
        {
            "_id": identifier("ppr"),
            "length": INTEGER,
            "chunkSize": INTEGER,
            "uploadDate": INSTANT,
        }
    ),
)
CHUNKS_SPEC = CollectionSpec(
    name=CHUNKS,
    version=1,
    audience="whom the paper is for; the gateway opens it for a download",
    validator=document(
        {"_id": _OBJECT_ID, "files_id": identifier("ppr"), "n": INTEGER, "data": binary()}
    ),
    indexes=(
        Index(
            "content",
            (("files_id", 1), ("n", 1)),
            serves="the pieces of a content, in order",
            unique=True,
        ),
    ),
)


class PaperFileStore:
    def __init__(self, database: Database) -> None:
        self._files: Collection = database[FILES]
        self._chunks: Collection = database[CHUNKS]

    async def insert(
        self, paper_id: str, pieces: Sequence[bytes], now: datetime, transaction: Transaction
    ) -> None:
        """`pieces` are sealed, all but the last of them `CHUNK_BYTES` long."""
        await self._chunks.insert_many(
            [{"files_id": paper_id, "n": n, "data": piece} for n, piece in enumerate(pieces)],
            session=transaction,
        )
        await self._files.insert_one(
            {
                "_id": paper_id,
                "length": sum(map(len, pieces)),
                "chunkSize": CHUNK_BYTES,
                "uploadDate": now,
            },
            session=transaction,
        )

    async def load(self, paper_id: str, limit: int) -> list[bytes]:
        """The sealed pieces, in order; `limit` is the most there can be."""
        cursor = (
            self._chunks.find({"files_id": paper_id}, {"data": 1}, batch_size=limit)
            .sort("n", 1)
            .limit(limit)
        )
        return [bytes(chunk["data"]) async for chunk in cursor]

    async def remove(self, paper_id: str, transaction: Transaction | None = None) -> None:
        """The entry first: without it there is no file."""
        await self._files.delete_one({"_id": paper_id}, session=transaction)
        await self._chunks.delete_many({"files_id": paper_id}, session=transaction)

    async def load_orphans(self, prefix: str) -> list[str]:
        """Ids, of those that begin so, of files and chunks without a stored paper; at most
        `MAX_ORPHANS` of each."""
        orphans = {}
        beginning_so = {"$gte": prefix, "$lt": f"{prefix}~"}
        for collection, field in ((self._files, "_id"), (self._chunks, "files_id")):
            pipeline: list[Document] = [
                {"$match": {field: beginning_so}},
                {"$group": {"_id": f"${field}"}},
                *_WITHOUT_PAPER,
            ]
            found: list[Document] = await collection.aggregate(pipeline).to_list(MAX_ORPHANS)
            orphans.update(dict.fromkeys(one["_id"] for one in found))
        return list(orphans)


_WITHOUT_PAPER: list[Document] = [
    {
        "$lookup": {
            "from": "papers",
            "localField": "_id",
            "foreignField": "_id",
            "pipeline": [{"$match": {"state": "STORED"}}, {"$project": {"_id": 1}}],
            "as": "paper",
        }
    },
    {"$match": {"paper": []}},
    {"$limit": MAX_ORPHANS},
]
