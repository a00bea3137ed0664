"""Where the audit trail is written (`auth.audit`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pymongo

from auth.audit import NAME
from auth.grouped_inserts import GroupedInserts
from auth.mongo import Collection, Database, Document, Transaction
from auth.repeated_looks import RepeatedLooks

INSERT_SECONDS: Final = 5.0
"""For lines of several requests, each of which waits no longer than its own limit."""


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._audit: Collection = database[NAME]
        self._together = GroupedInserts(self._insert)
        self._looks = RepeatedLooks()

    async def append(
        self, lines: Sequence[Document], transaction: Transaction | None = None
    ) -> None:
        """Acknowledged by the majority before the answer goes out; in one command with the lines
        of other requests, or in the transaction's own. Only outside of a transaction a look like
        one before is told by the line of that one (`auth.repeated_looks`)."""
        if transaction is not None:
            await self._audit.insert_many(list(lines), session=transaction)
            return
        written, whole = self._looks.shortened(lines)
        await self._together.insert(written)
        self._looks.remember(whole)

    async def _insert(self, lines: Sequence[Document]) -> None:
        with pymongo.timeout(INSERT_SECONDS):
            await self._audit.insert_many(list(lines), ordered=False)
