"""Employers: public facts of a legal person, found by its unified social credit code.

`revision` tells nobody anything: it makes those who count what an employer has count one after the
other (`lock`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.bson_schema import INTEGER, LOCALISED, SOURCE, document, identifier, text
from auth.collections import CollectionSpec, Index
from auth.direct_commands import DirectCommands
from auth.graph_reads import ReadCollection, read_from
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.store.sealed import source_document

NAME = "employers"

SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="the holders it employs; the employer itself",
    validator=document(
        {
            "_id": identifier("emp"),
            "credit_code": text(18, "^[0-9A-HJ-NPQRTUWXY]{18}$"),
            "name": LOCALISED,
            "city": text(6, "^[0-9]{6}$"),
            "source": SOURCE,
            "revision": INTEGER,
        }
    ),
    indexes=(
        Index("credit_code", (("credit_code", 1),), serves="one code, one employer", unique=True),
    ),
)


@dataclass(frozen=True)
class EmployerRecord:
    employer_id: str
    credit_code: str
    name: Mapping[str, str]
    city: str
    authority: str
    updated_at: datetime


def encode_employer(record: EmployerRecord) -> Document:
    return {
        "_id": record.employer_id,
        "credit_code": record.credit_code,
        "name": dict(record.name),
        "city": record.city,
        "source": source_document(record.authority, record.updated_at),
        "revision": 1,
    }


class EmployerStore:
    def __init__(self, database: Database, direct: DirectCommands | None = None) -> None:
        self._employers: Collection = database[NAME]
        self._reads: ReadCollection = read_from(database, direct, NAME)

    async def aggregate(self, pipeline: list[Document]) -> list[Document]:
        """One compiled read of one employer (`resolvers.pipeline`)."""
        return await self._reads.aggregate(pipeline, 1)

    async def lock(self, employer_id: str, transaction: Transaction) -> bool:
        """Make the transaction conflict with any other that counts what this employer has, so that
        neither counts what the other is making. False when there is no such employer."""
        written = await self._employers.update_one(
            {"_id": employer_id}, {"$inc": {"revision": 1}}, session=transaction
        )
        return bool(written.matched_count)

    async def find_id(self, credit_code: str, transaction: Transaction | None = None) -> str | None:
        """By a code as `normalise_credit_code` answers it."""
        found = await self._employers.find_one(
            {"credit_code": credit_code}, {"_id": 1}, session=transaction
        )
        return None if found is None else str(found["_id"])

    async def find_facts(
        self, employer_id: str, transaction: Transaction | None = None
    ) -> Document | None:
        """Its `credit_code` and `name`."""
        found: Document | None = await self._employers.find_one(
            {"_id": employer_id}, {"credit_code": 1, "name": 1}, session=transaction
        )
        return found

    async def load_ids(self, credit_codes: Sequence[str]) -> dict[str, str]:
        """Canonical code → id, of those that exist. At most 1,000 at a time."""
        cursor = self._employers.find(
            {"credit_code": {"$in": list(credit_codes)}},
            {"credit_code": 1},
            batch_size=len(credit_codes) + 1,
        )
        return {one["credit_code"]: one["_id"] async for one in cursor}

    async def load_credit_codes(self, employer_ids: Sequence[str]) -> dict[str, str]:
        """Id → code, of those that exist. At most 1,000 at a time."""
        cursor = self._employers.find(
            {"_id": {"$in": list(employer_ids)}},
            {"credit_code": 1},
            batch_size=len(employer_ids) + 1,
        )
        return {one["_id"]: one["credit_code"] async for one in cursor}

    async def insert(self, record: EmployerRecord, transaction: Transaction) -> None:
        """Raises `DuplicateKeyError` when the code is registered."""
        await self._employers.insert_one(encode_employer(record), session=transaction)
