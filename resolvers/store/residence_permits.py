"""Work-type residence permits: another status, from the exit-entry police."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne

from auth.bson_schema import INSTANT, SEALED, SOURCE, document, identifier, one_of, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import ResidenceState

NAME = "residence_permits"
MAX_PER_HOLDER = 100
STANDING: Mapping[str, Any] = {"state": str(ResidenceState.ISSUED)}
"""Good, or expired: what has a last day that matters."""

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
            "source": SOURCE,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("valid_from", -1), ("_id", 1)),
            serves="a holder's newest residence permit",
        ),
        Index(
            "last_day",
            (("valid_until", 1), ("_id", 1)),
            serves="residence permits that end on one day, to remind of",
            partial=STANDING,
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


class ResidencePermitStore:
    def __init__(self, database: Database) -> None:
        self._permits: Collection = database[NAME]

    async def load_last_stated(
        self, holder_ids: Sequence[str], transaction: Transaction
    ) -> dict[tuple[str, ...], Document]:
        """(holder, authority) → what that authority said last."""
        cursor = self._permits.find(
            {"holder_id": {"$in": list(holder_ids)}},
            sort=[("source.updated_at", -1), ("_id", 1)],
            session=transaction,
        ).limit(MAX_PER_HOLDER * len(holder_ids))
        last: dict[tuple[str, ...], Document] = {}
        async for one in cursor:
            last.setdefault((one["holder_id"], one["source"]["authority"]), one)
        return last

    async def save(self, records: Sequence[Document], transaction: Transaction) -> None:
        """Inserts each, or puts it in the place of the one with its id. In one command."""
        await self._permits.bulk_write(
            [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in records],
            session=transaction,
        )
