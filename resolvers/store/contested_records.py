"""The records that can be contested, whole, by id and owner: one command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auth.mongo import Database, Document, Transaction
from resolvers.rules.contests import ContestedKind
from resolvers.store import (
    cards,
    holders,
    identity_documents,
    insurance_enrolments,
    permits,
    residence_permits,
)

COLLECTIONS: Final[Mapping[ContestedKind, str]] = {
    ContestedKind.PERMIT: permits.NAME,
    ContestedKind.IDENTITY_DOCUMENT: identity_documents.NAME,
    ContestedKind.RESIDENCE_PERMIT: residence_permits.NAME,
    ContestedKind.INSURANCE: insurance_enrolments.NAME,
    ContestedKind.CARD: cards.NAME,
    ContestedKind.HOLDER: holders.NAME,
}


class ContestedRecordStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, kind: ContestedKind, record_id: str, holder_id: str, transaction: Transaction
    ) -> Document | None:
        """A record of this holder."""
        if not holder_id:
            raise ValueError("a record is looked for within a scope")
        owner = "_id" if kind is ContestedKind.HOLDER else "holder_id"
        match: list[Document] = [{"_id": record_id}, {owner: holder_id}]
        found: Document | None = await self._database[COLLECTIONS[kind]].find_one(
            {"$and": match}, session=transaction
        )
        return found
