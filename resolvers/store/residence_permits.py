"""Work-type residence permits: another status, from the exit-entry police."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth.bson_schema import INSTANT, SEALED, SOURCE, document, identifier, one_of, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import ResidenceState

NAME = "residence_permits"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("rsp"),
            "holder_id": identifier("hld"),
            "number": SEALED,
            "state": one_of(ResidenceState),
            "city": text(6, "^[0-9]{6}$"),
            "valid_from": INSTANT,
            "valid_until": INSTANT,
            "imported_at": INSTANT,
            "source": SOURCE,
        },
        absent_allowed=("imported_at",),
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("valid_from", -1), ("_id", 1)),
            serves="a holder's newest residence permit",
        ),
        Index(
            "imported",
            (("holder_id", 1), ("source.authority", 1)),
            serves="two imports at once make one record",
            unique=True,
            partial={"imported_at": {"$type": "date"}},
        ),
    ),
)


@dataclass(frozen=True)
class ResidencePermitRecord:
    residence_permit_id: str
    holder_id: str
    number: str
    state: ResidenceState
    city: str
    valid_from: datetime
    valid_until: datetime
    authority: str
    updated_at: datetime


def encode_residence_permit(record: ResidencePermitRecord, vault: HolderVault) -> Document:
    return {
        "_id": record.residence_permit_id,
        "holder_id": record.holder_id,
        "number": sealed_document(vault, NAME, "number", "residence_permit_number", record.number),
        "state": str(record.state),
        "city": record.city,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "source": source_document(record.authority, record.updated_at),
    }


_NEWEST = (("imported_at", -1), ("valid_from", -1), ("_id", 1))
"""What an authority has sent stands for what was loaded before it."""


class ResidencePermitStore:
    def __init__(self, database: Database) -> None:
        self._permits: Collection = database[NAME]

    async def find(
        self, holder_id: str, authority: str, transaction: Transaction
    ) -> Document | None:
        """The newest record of that authority."""
        found: Document | None = await self._permits.find_one(
            {"holder_id": holder_id, "source.authority": authority},
            sort=list(_NEWEST),
            session=transaction,
        )
        return found

    async def save(self, record: Document, imported_at: datetime, transaction: Transaction) -> None:
        """Inserts it, or puts it in the place of the one with its id. Raises DuplicateKeyError when
        another import of the same holder was first."""
        await self._permits.replace_one(
            {"_id": record["_id"]},
            {**record, "imported_at": imported_at},
            upsert=True,
            session=transaction,
        )
