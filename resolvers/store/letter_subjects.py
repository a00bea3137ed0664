"""What a letter says of the person and the employer: reads of their own, each of one document."""

from __future__ import annotations

from auth.mongo import Collection, Database, Document, Transaction
from resolvers.store import employers, holders

_PERSON = ("full_name.sealed", "chinese_name.sealed", "native_name.sealed", "nationality")


class LetterSubjectStore:
    def __init__(self, database: Database) -> None:
        self._holders: Collection = database[holders.NAME]
        self._employers: Collection = database[employers.NAME]

    async def find_person(self, holder_id: str, transaction: Transaction) -> Document | None:
        """Names, sealed, and nationality of a registered holder."""
        found: Document | None = await self._holders.find_one(
            {"_id": holder_id}, dict.fromkeys(_PERSON, 1), session=transaction
        )
        return found

    async def find_employer(self, employer_id: str, transaction: Transaction) -> Document | None:
        found: Document | None = await self._employers.find_one(
            {"_id": employer_id}, {"name": 1, "credit_code": 1}, session=transaction
        )
        return found
