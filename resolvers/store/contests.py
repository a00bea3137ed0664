"""Contests: which record a holder says is wrong, in which fields, and what its authority decided.

`sealed` holds, under the holder's key, the holder's statement, how the record stood when it was
contested, and the officer's words; nothing of them stands outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    array,
    binary,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.contests import (
    RUNNING,
    ContestedKind,
    ContestField,
    ContestGround,
    ContestOutcome,
    ContestState,
)

NAME: Final = "contests"
STATEMENT: Final = "statement"
VALUES: Final = "values"
DECISION_TEXT: Final = "decision.text"
_RUNNING: Final = [str(state) for state in RUNNING]

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder; officers of the authority whose record it is",
    validator=document(
        {
            "_id": identifier("cts"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "record": document({"kind": one_of(ContestedKind), "id": text(40)}),
            "authority": text(60),
            "fields": array(one_of(ContestField), maximum=len(ContestField)),
            "statement": binary(),
            "values": binary(),
            "state": one_of(ContestState),
            "opened_at": INSTANT,
            "due_at": optional(INSTANT),
            "taken_by": optional(identifier("ofc")),
            "taken_at": optional(INSTANT),
            "source_changed_at": optional(INSTANT),
            "decision": optional(
                document(
                    {
                        "outcome": one_of(ContestOutcome),
                        "ground": one_of(ContestGround),
                        "at": INSTANT,
                        "text": optional(binary()),
                    }
                )
            ),
            "ended_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("opened_at", -1), ("_id", 1)),
            serves="a holder's contests, newest first",
        ),
        Index(
            "authority_oldest",
            (("authority", 1), ("opened_at", 1), ("_id", 1)),
            serves="running contests of an authority's records, oldest first",
            partial={"state": {"$in": _RUNNING}},
        ),
        Index(
            "one_running",
            (("record.id", 1),),
            serves="one running contest of a record; whether a record is under review",
            unique=True,
            partial={"state": {"$in": _RUNNING}},
        ),
    ),
)


@dataclass(frozen=True)
class ContestRecord:
    contest_id: str
    holder_id: str
    kind: ContestedKind
    record_id: str
    authority: str
    fields: Sequence[ContestField]
    statement: bytes
    values: bytes
    opened_at: datetime
    due_at: datetime | None


def encode_contest(record: ContestRecord) -> Document:
    return {
        "_id": record.contest_id,
        "revision": 1,
        "holder_id": record.holder_id,
        "record": {"kind": str(record.kind), "id": record.record_id},
        "authority": record.authority,
        "fields": [str(field) for field in record.fields],
        "statement": record.statement,
        "values": record.values,
        "state": str(ContestState.OPEN),
        "opened_at": record.opened_at,
        "due_at": record.due_at,
        "taken_by": None,
        "taken_at": None,
        "source_changed_at": None,
        "decision": None,
        "ended_at": None,
    }


def running() -> Mapping[str, Any]:
    """Said so that the partial indexes serve it."""
    return {"state": {"$in": _RUNNING}}


class ContestStore:
    def __init__(self, database: Database) -> None:
        self._contests: Collection = database[NAME]

    async def find(
        self, contest_id: str, scope: Mapping[str, Any], transaction: Transaction
    ) -> Document | None:
        """The contest, if it is within the scope (`holder_id` or `authority`)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("a contest is looked for within a scope")
        found: Document | None = await self._contests.find_one(
            {"_id": contest_id, **scope}, session=transaction
        )
        return found

    async def is_running(self, record_id: str, transaction: Transaction) -> bool:
        found = await self._contests.find_one(
            {"record.id": record_id, **running()}, {"_id": 1}, session=transaction
        )
        return found is not None

    async def count_since(
        self, holder_id: str, since: datetime, limit: int, transaction: Transaction
    ) -> int:
        """How many a holder has opened since then, at most `limit`."""
        count: int = await self._contests.count_documents(
            {"holder_id": holder_id, "opened_at": {"$gte": since}},
            limit=limit,
            session=transaction,
        )
        return count

    async def load_running(
        self, record_ids: Sequence[str], transaction: Transaction
    ) -> list[Document]:
        """Id, record and fields of those about one of these records."""
        cursor = self._contests.find(
            {"record.id": {"$in": list(record_ids)}, **running()},
            {"record": 1, "fields": 1},
            batch_size=len(record_ids) + 1,
            session=transaction,
        )
        found: list[Document] = await cursor.to_list(len(record_ids))
        return found

    async def insert(self, contest: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when the record is contested already."""
        await self._contests.insert_one(contest, session=transaction)

    async def advance(
        self, before: Document, changes: Mapping[str, Any], transaction: Transaction
    ) -> Document | None:
        """The contest as it is afterwards; None when another change came first."""
        found: Document | None = await self._contests.find_one_and_update(
            {"_id": before["_id"], "revision": before["revision"]},
            {"$set": dict(changes), "$inc": {"revision": 1}},
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return found

    async def mark_changed(
        self, contest_ids: Sequence[str], now: datetime, transaction: Transaction
    ) -> None:
        """Their authority has said something else of what is contested."""
        await self._contests.update_many(
            {"_id": {"$in": list(contest_ids)}},
            {"$set": {"source_changed_at": now}, "$inc": {"revision": 1}},
            session=transaction,
        )
