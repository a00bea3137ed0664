"""Identity documents: a history. Passports change; the social security number stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.bson_schema import (
    DIGEST,
    INSTANT,
    SEALED,
    SOURCE,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.digests import Digest
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import IdentityDocumentKind

NAME = "identity_documents"
STANDING: Mapping[str, Any] = {"superseded_at": None}
"""What no later one has taken the place of."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("idd"),
            "holder_id": identifier("hld"),
            "kind": one_of(IdentityDocumentKind),
            "country": text(3, "^[A-Z]{3}$"),
            "number": SEALED,
            "digest": DIGEST,
            "valid_from": INSTANT,
            "valid_until": INSTANT,
            "superseded_at": optional(INSTANT),
            "source": SOURCE,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("valid_from", -1), ("_id", 1)),
            serves="a holder's documents, newest first",
        ),
        Index("digest", (("digest.value", 1),), serves="one document, one holder", unique=True),
        Index(
            "digest_key_version",
            (("digest.key_version", 1),),
            serves="the digest rotation job: what still carries an old version",
        ),
        Index(
            "last_day",
            (("valid_until", 1), ("_id", 1)),
            serves="documents that end on one day, to remind of",
            partial=STANDING,
        ),
    ),
)

MASKS = {
    IdentityDocumentKind.PASSPORT: "passport_number",
    IdentityDocumentKind.PERMANENT_RESIDENT_ID: "permanent_resident_id",
}


@dataclass(frozen=True)
class IdentityDocumentRecord:
    document_id: str
    holder_id: str
    kind: IdentityDocumentKind
    country: str
    number: str
    valid_from: datetime
    valid_until: datetime
    superseded_at: datetime | None
    authority: str
    updated_at: datetime


def encode_identity_document(
    record: IdentityDocumentRecord, vault: HolderVault, digest: Digest
) -> Document:
    return {
        "_id": record.document_id,
        "holder_id": record.holder_id,
        "kind": str(record.kind),
        "country": record.country,
        "number": sealed_document(vault, NAME, "number", MASKS[record.kind], record.number),
        "digest": {"key_version": digest.version, "value": digest.value},
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "superseded_at": record.superseded_at,
        "source": source_document(record.authority, record.updated_at),
    }


class IdentityDocumentStore:
    def __init__(self, database: Database) -> None:
        self._documents: Collection = database[NAME]

    async def find_current_passport(
        self, holder_id: str, transaction: Transaction
    ) -> Document | None:
        """The newest passport that no other has superseded."""
        found: Document | None = await self._documents.find_one(
            {
                "holder_id": holder_id,
                "kind": str(IdentityDocumentKind.PASSPORT),
                "superseded_at": None,
            },
            sort=[("valid_from", -1), ("_id", 1)],
            session=transaction,
        )
        return found

    async def is_known(self, digests: Sequence[Digest], transaction: Transaction) -> bool:
        """Whether a document of this number is registered for anybody."""
        found = await self._documents.find_one(
            {"digest.value": {"$in": [digest.value for digest in digests]}},
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def is_of_holder(
        self, holder_id: str, digests: Sequence[Digest], transaction: Transaction
    ) -> bool:
        """Whether this holder has or had a document of this number."""
        found = await self._documents.find_one(
            {"digest.value": {"$in": [digest.value for digest in digests]}, "holder_id": holder_id},
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def insert(self, identity_document: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError if the document is registered already."""
        await self._documents.insert_one(identity_document, session=transaction)

    async def supersede_passports(
        self, holder_id: str, now: datetime, transaction: Transaction
    ) -> None:
        """All passports of the holder that were current until now."""
        await self._documents.update_many(
            {
                "holder_id": holder_id,
                "kind": str(IdentityDocumentKind.PASSPORT),
                "superseded_at": None,
            },
            {"$set": {"superseded_at": now}},
            session=transaction,
        )
