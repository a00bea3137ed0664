"""The files of letters, in sealed pieces (`resolvers.papers.sealed_content`)."""

from __future__ import annotations

from collections.abc import Sequence

from auth.bson_schema import INTEGER, Shape, binary, document, identifier
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Transaction
from auth.sealing import PIECE_BYTES

NAME = "letter_pieces"

SealedPiece = tuple[int, bytes]
"""Offset of the first byte in the file, and the sealed bytes."""
_OBJECT_ID: Shape = {"bsonType": "objectId"}

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="whom the letter is for; the gateway opens it for a download",
    validator=document(
        {
            "_id": _OBJECT_ID,
            "letter_id": identifier("ltr"),
            "offset": INTEGER,
            "data": binary(),
        }
    ),
    indexes=(
        Index(
            "content",
            (("letter_id", 1), ("offset", 1)),
            serves="the pieces of a file, in order",
            unique=True,
        ),
    ),
)


class LetterPieceStore:
    def __init__(self, database: Database) -> None:
        self._pieces: Collection = database[NAME]

    async def insert(
        self, letter_id: str, pieces: Sequence[SealedPiece], transaction: Transaction
    ) -> None:
        await self._pieces.insert_many(
            [{"letter_id": letter_id, "offset": at, "data": sealed} for at, sealed in pieces],
            session=transaction,
        )

    async def load(self, letter_id: str, size: int) -> list[SealedPiece]:
        """Of a file of `size` bytes, in order."""
        limit = size // PIECE_BYTES + 1
        cursor = (
            self._pieces.find({"letter_id": letter_id}, batch_size=limit + 1)
            .sort("offset", 1)
            .limit(limit)
        )
        return [(piece["offset"], bytes(piece["data"])) async for piece in cursor]

    async def remove(self, letter_ids: Sequence[str], transaction: Transaction) -> None:
        await self._pieces.delete_many(
            {"letter_id": {"$in": list(letter_ids)}}, session=transaction
        )
