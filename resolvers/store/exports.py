"""Exports: lists of an employer as files, made page by page, and their sealed parts.

A page, the place in the list behind it, and the state of the file are written together, so that
whoever goes on neither loses a row nor writes one twice. Parts and filter are sealed under a key of
the export; all of it is forgotten a day after it was asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import bson
from pymongo import ReturnDocument

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.master_keys import WrappedKey
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import PIECE_BYTES, HolderVault
from resolvers.rules.exports import KEPT_LIFETIME, MAX_KEPT, ExportFormat, ExportList, ExportState
from resolvers.rules.spreadsheets import FileState
from resolvers.vocabulary import Language

NAME: Final = "exports"
PARTS_NAME: Final = "export_parts"
MATCH: Final = "match"
LEASE_LIFETIME: Final = timedelta(seconds=30)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the employer whose client asked for it",
    validator=document(
        {
            "_id": identifier("exp"),
            "employer_id": identifier("emp"),
            "client_id": text(60),
            "list": one_of(ExportList),
            "format": one_of(ExportFormat),
            "language": one_of(Language),
            "match": binary(),
            "key_version": INTEGER,
            "wrapped": binary(),
            "state": one_of(ExportState),
            "rows_done": INTEGER,
            "rows_total": INTEGER,
            "place": optional(document({"at": INSTANT, "id": text(40)})),
            "file": document(dict.fromkeys(asdict(FileState()), INTEGER)),
            "as_of": INSTANT,
            "ready_at": optional(INSTANT),
            "expires_at": INSTANT,
            "lease": optional(text(40)),
            "leased_until": INSTANT,
        }
    ),
    indexes=(
        Index(
            "employer_newest",
            (("employer_id", 1), ("as_of", -1), ("_id", 1)),
            serves="an employer's exports, to bound them",
        ),
        Index(
            "waiting",
            (("leased_until", 1), ("_id", 1)),
            serves="the next export for a worker",
            partial={"state": str(ExportState.WORKING)},
        ),
        Index(
            "key_version",
            (("key_version", 1),),
            serves="whether a master key may be retired",
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting exports after a day",
            expire_after=timedelta(0),
        ),
    ),
)

PARTS_SPEC = CollectionSpec(
    name=PARTS_NAME,
    version=1,
    audience="whom the export is for; the gateway opens it for a download",
    validator=document(
        {
            "_id": text(60, "^exp_[0-9a-z]{26}:[0-9]+$"),
            "export_id": identifier("exp"),
            "offset": INTEGER,
            "sealed": binary(),
            "expires_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "export",
            (("export_id", 1), ("offset", 1)),
            serves="the parts of an export, in order",
            unique=True,
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting exports after a day",
            expire_after=timedelta(0),
        ),
    ),
)


@dataclass(frozen=True)
class NewExport:
    export_id: str
    employer_id: str
    client_id: str
    wanted: ExportList
    format: ExportFormat
    language: Language
    match: Mapping[str, Any]
    rows_total: int


def encode_export(
    new: NewExport, vault: HolderVault, wrapped: WrappedKey, now: datetime
) -> Document:
    """`match` is a filter of documents; its digests of a name are nobody's to compare."""
    match = bson.encode({MATCH: dict(new.match)})
    return {
        "_id": new.export_id,
        "employer_id": new.employer_id,
        "client_id": new.client_id,
        "list": str(new.wanted),
        "format": str(new.format),
        "language": str(new.language),
        "match": vault.seal(NAME, MATCH, match.hex()),
        "key_version": wrapped.version,
        "wrapped": wrapped.value,
        "state": str(ExportState.WORKING),
        "rows_done": 0,
        "rows_total": new.rows_total,
        "place": None,
        "file": asdict(FileState()),
        "as_of": now,
        "ready_at": None,
        "expires_at": now + KEPT_LIFETIME,
        "lease": None,
        "leased_until": now,
    }


def match_of(export: Document, vault: HolderVault) -> Mapping[str, Any]:
    stored = bytes.fromhex(vault.open(NAME, MATCH, bytes(export["match"])))
    match: Mapping[str, Any] = bson.decode(stored, bson.CodecOptions(tz_aware=True))[MATCH]
    return match


def wrapped_key(export: Document) -> WrappedKey:
    return WrappedKey(export["key_version"], bytes(export["wrapped"]))


class ExportStore:
    def __init__(self, database: Database) -> None:
        self._exports: Collection = database[NAME]
        self._parts: Collection = database[PARTS_NAME]

    async def find(self, export_id: str, employer_id: str) -> Document | None:
        found: Document | None = await self._exports.find_one(
            {"_id": export_id, "employer_id": employer_id}
        )
        return found

    async def load_states(self, employer_id: str, transaction: Transaction) -> list[str]:
        cursor = self._exports.find(
            {"employer_id": employer_id}, {"state": 1}, session=transaction
        ).sort([("as_of", -1), ("_id", 1)])
        return [one["state"] for one in await cursor.limit(MAX_KEPT).to_list(MAX_KEPT)]

    async def insert(self, export: Document, transaction: Transaction) -> None:
        await self._exports.insert_one(export, session=transaction)

    async def claim(self, lease: str, now: datetime) -> Document | None:
        """An export that nobody works on: new, or left by a worker that is gone."""
        claimed: Document | None = await self._exports.find_one_and_update(
            {"state": str(ExportState.WORKING), "leased_until": {"$lte": now}},
            {"$set": {"lease": lease, "leased_until": now + LEASE_LIFETIME}},
            sort=[("leased_until", 1), ("_id", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return claimed

    async def advance(
        self,
        export: Document,
        changes: Mapping[str, Any],
        now: datetime,
        transaction: Transaction,
    ) -> bool:
        """False when it is not ours any more: cancelled, or taken over."""
        written = await self._exports.update_one(
            {
                "_id": export["_id"],
                "lease": export["lease"],
                "state": str(ExportState.WORKING),
                "rows_done": export["rows_done"],
            },
            {"$set": {"leased_until": now + LEASE_LIFETIME, **changes}},
            session=transaction,
        )
        return bool(written.modified_count)

    async def end(
        self, export_id: str, employer_id: str, state: ExportState, transaction: Transaction
    ) -> bool:
        """With its parts; False where there is no such, or it has ended so before."""
        ended = await self._exports.update_one(
            {"_id": export_id, "employer_id": employer_id, "state": {"$ne": str(state)}},
            {"$set": {"state": str(state), "lease": None}},
            session=transaction,
        )
        await self._parts.delete_many({"export_id": export_id}, session=transaction)
        return bool(ended.modified_count)

    async def append(
        self,
        export: Document,
        pieces: Sequence[tuple[int, bytes]],
        transaction: Transaction,
    ) -> None:
        if pieces:
            await self._parts.insert_many(
                [
                    {
                        "_id": f"{export['_id']}:{offset}",
                        "export_id": export["_id"],
                        "offset": offset,
                        "sealed": sealed,
                        "expires_at": export["expires_at"],
                    }
                    for offset, sealed in pieces
                ],
                session=transaction,
            )

    async def pieces(
        self, export_id: str, first: int, last: int
    ) -> AsyncIterator[tuple[int, bytes]]:
        """Those that hold the bytes from `first` to `last`, in order, few at a time."""
        cursor = self._parts.find(
            {"export_id": export_id, "offset": {"$gt": first - PIECE_BYTES, "$lte": last}},
            {"offset": 1, "sealed": 1},
            batch_size=8,
        ).sort("offset", 1)
        async for part in cursor:
            yield part["offset"], bytes(part["sealed"])
