"""Where the audit trail is written (`auth.audit`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pymongo

from auth.audit import NAME
from auth.grouped_inserts import GroupedInserts
from auth.mongo import Collection, Database, Document, Transaction

INSERT_SECONDS: Final = 5.0
"""For lines of several requests, each of which waits no longer than its own limit."""


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._audit: Collection = database[NAME]
        self._together = GroupedInserts(self._insert)

    async def append(
        self, lines: Sequence[Document], transaction: Transaction | None = None
    ) -> None:
        """Acknowledged by the majority before the answer goes out; in one command with the lines
        of other requests, or in the transaction's own."""
        if transaction is None:
            await self._together.insert(lines)
        else:
            await self._audit.insert_many(list(lines), session=transaction)

    async def _insert(self, lines: Sequence[Document]) -> None:
        with pymongo.timeout(INSERT_SECONDS):
            await self._audit.insert_many(list(lines), ordered=False)
