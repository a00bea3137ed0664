"""Where the audit trail is written (`auth.audit`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pymongo
from pymongo.errors import BulkWriteError

from auth.audit import NAME
from auth.direct_commands import DirectCommands
from auth.grouped_inserts import GroupedInserts
from auth.mongo import Collection, Database, Document, Transaction
from auth.repeated_looks import RepeatedLooks

_MAJORITY: Final = {"w": "majority"}
_DUPLICATE: Final = 11000
INSERT_SECONDS: Final = 5.0
"""For lines of several requests, each of which waits no longer than its own limit."""


class AuditStore:
    def __init__(self, database: Database, direct: DirectCommands | None = None) -> None:
        self._audit: Collection = database[NAME]
        self._direct = direct
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
            if self._direct is None or not await _inserted(self._direct, lines):
                await self._insert_by_motor(lines)

    async def _insert_by_motor(self, lines: Sequence[Document]) -> None:
        """Lines may be there from the direct way, and the majority is waited for then too: their
        ids are random, so it is they."""
        try:
            await self._audit.insert_many(list(lines), ordered=False)
        except BulkWriteError as fault:
            told = fault.details
            refused = [one for one in told["writeErrors"] if one["code"] != _DUPLICATE]
            if refused or told["writeConcernErrors"]:
                raise BulkWriteError({**told, "writeErrors": refused}) from fault


async def _inserted(direct: DirectCommands, lines: Sequence[Document]) -> bool:
    """False also for what the majority may not have, since the primary stepped down meanwhile, or
    another fault that Motor repeats a write for. Raises BulkWriteError for what the database
    refuses."""
    command = {"insert": NAME, "documents": list(lines), "ordered": False}
    answer = await direct.answer({**command, "writeConcern": _MAJORITY})
    if answer is None or answer.get("writeConcernError"):
        return False
    refused = answer.get("writeErrors", [])
    if refused:
        raise BulkWriteError({"writeErrors": refused, "writeConcernErrors": []})
    return True
