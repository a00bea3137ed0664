"""Standing grants: what an employer asked to see of a holder, the answer, and the signed records of
every step. What is shown is read from here with each request and kept nowhere else, so that a
withdrawal holds at once everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.grants import MAX_ASKS_IN_SPAN, GrantState, GrantStep
from resolvers.store import employments

NAME = "grants"
MAX_RECORDS: Final = 3
"""Asked, answered, ended: the machine has no longer way."""
REASON: Final = "reason"

_BUNDLES = array(one_of(Bundle), maximum=len(Bundle))

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder; the employer that asked",
    validator=document(
        {
            "_id": identifier("gnt"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "employer_id": identifier("emp"),
            "employment_id": identifier("emt"),
            "state": one_of(GrantState),
            "purpose": one_of(SharingPurpose),
            # The employer's own words, under the holder's key: they may name somebody.
            REASON: optional(binary()),
            "asked_bundles": _BUNDLES,
            "asked_until": INSTANT,
            "asked_at": INSTANT,
            "lapses_at": INSTANT,
            # Empty and null until it is accepted.
            "bundles": _BUNDLES,
            "expires_at": optional(INSTANT),
            "answered_at": optional(INSTANT),
            "ended_at": optional(INSTANT),
            "records": array(
                document(
                    {
                        "at": INSTANT,
                        "event": one_of(GrantStep),
                        "jws": text(4096),
                        "key_version": INTEGER,
                    }
                ),
                maximum=MAX_RECORDS,
            ),
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("asked_at", -1), ("_id", 1)),
            serves="what a holder was asked for and gave, newest first",
        ),
        Index(
            "employer_newest",
            (("employer_id", 1), ("asked_at", -1), ("_id", 1)),
            serves="what an employer asked for, newest first",
        ),
        Index(
            "employer_state_newest",
            (("employer_id", 1), ("state", 1), ("asked_at", -1), ("_id", 1)),
            serves="the same, of one state",
        ),
        Index(
            "one_ask",
            (("holder_id", 1), ("employer_id", 1), ("purpose", 1)),
            serves="one open ask of an employer for one purpose",
            unique=True,
            partial={"state": str(GrantState.ASKED)},
        ),
        Index(
            "one_grant",
            (("holder_id", 1), ("employer_id", 1), ("purpose", 1), ("state", 1)),
            serves="one grant to an employer for one purpose; which one a later one replaces",
            unique=True,
            partial={"state": str(GrantState.GRANTED)},
        ),
        Index(
            "due_lapse",
            (("lapses_at", 1),),
            serves="asks that nobody answered in time",
            partial={"state": str(GrantState.ASKED)},
        ),
        Index(
            "records_key_version",
            (("records.key_version", 1),),
            serves="which letters keys are still needed to check a record",
        ),
    ),
)


@dataclass(frozen=True)
class AskRecord:
    """A new ask; `reason` is sealed already."""

    grant_id: str
    holder_id: str
    employer_id: str
    employment_id: str
    purpose: SharingPurpose
    reason: bytes | None = field(repr=False)
    bundles: Sequence[Bundle]
    until: datetime
    asked_at: datetime
    lapses_at: datetime


def encode_ask(ask: AskRecord, record: Document) -> Document:
    return {
        "_id": ask.grant_id,
        "revision": 1,
        "holder_id": ask.holder_id,
        "employer_id": ask.employer_id,
        "employment_id": ask.employment_id,
        "state": str(GrantState.ASKED),
        "purpose": str(ask.purpose),
        REASON: ask.reason,
        "asked_bundles": [str(bundle) for bundle in ask.bundles],
        "asked_until": ask.until,
        "asked_at": ask.asked_at,
        "lapses_at": ask.lapses_at,
        "bundles": [],
        "expires_at": None,
        "answered_at": None,
        "ended_at": None,
        "records": [record],
    }


class GrantStore:
    def __init__(self, database: Database) -> None:
        self._grants: Collection = database[NAME]
        self._employments: Collection = database[employments.NAME]

    async def find_employment(
        self, employment_id: str, employer_id: str, transaction: Transaction
    ) -> Document | None:
        """`holder_id` and `ends_at` of an employment with this employer: what a grant hangs on."""
        found: Document | None = await self._employments.find_one(
            {"_id": employment_id, "employer_id": employer_id},
            {"holder_id": 1, "ends_at": 1},
            session=transaction,
        )
        return found

    async def find(
        self, grant_id: str, scope: Mapping[str, Any], transaction: Transaction
    ) -> Document | None:
        """The grant, if it is within the scope (`holder_id` or `employer_id`)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("a grant is looked for within a scope")
        return await self.find_any({"_id": grant_id, **scope}, transaction)

    async def find_any(
        self, wanted: Mapping[str, Any], transaction: Transaction
    ) -> Document | None:
        found: Document | None = await self._grants.find_one(dict(wanted), session=transaction)
        return found

    async def find_granted(
        self, holder_id: str, employer_id: str, purpose: str, transaction: Transaction
    ) -> Document | None:
        """The one that a later one for the same purpose replaces, whether or not it expired."""
        return await self.find_any(
            {
                "holder_id": holder_id,
                "employer_id": employer_id,
                "purpose": purpose,
                "state": str(GrantState.GRANTED),
            },
            transaction,
        )

    async def load_asked_since(
        self, holder_id: str, employer_id: str, since: datetime, transaction: Transaction
    ) -> list[Document]:
        """State, purpose and end of the newest asks, no more than are ever allowed."""
        cursor = (
            self._grants.find(
                {"holder_id": holder_id, "employer_id": employer_id, "asked_at": {"$gt": since}},
                {"state": 1, "purpose": 1, "lapses_at": 1},
                session=transaction,
            )
            .sort([("asked_at", -1), ("_id", 1)])
            .limit(MAX_ASKS_IN_SPAN)
        )
        found: list[Document] = await cursor.to_list(MAX_ASKS_IN_SPAN)
        return found

    async def insert(self, grant: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError where the same is asked already."""
        await self._grants.insert_one(grant, session=transaction)

    async def advance(
        self,
        before: Document,
        changes: Mapping[str, Any],
        record: Document,
        transaction: Transaction,
    ) -> Document | None:
        """The grant as it is afterwards; None when another change came first."""
        found: Document | None = await self._grants.find_one_and_update(
            {"_id": before["_id"], "revision": before["revision"], "state": before["state"]},
            {"$set": dict(changes), "$inc": {"revision": 1}, "$push": {"records": record}},
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return found

    async def load_lapsing(self, now: datetime, limit: int) -> list[str]:
        """Ids of asks whose time is over, the longest due first."""
        cursor = (
            self._grants.find(
                {"state": str(GrantState.ASKED), "lapses_at": {"$lte": now}}, {"_id": 1}
            )
            .sort("lapses_at", 1)
            .limit(limit)
        )
        return [grant["_id"] for grant in await cursor.to_list(limit)]
