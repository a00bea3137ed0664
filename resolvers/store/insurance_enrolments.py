"""Social insurance: one document for each holder and employer, holding the five kinds.

The five are enrolled, exempted and ended one by one, but arrive together from one authority.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne

from auth.bson_schema import (
    INSTANT,
    SOURCE,
    array,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.store.sealed import source_document
from resolvers.vocabulary import InsuranceKind, InsuranceState

NAME = "insurance_enrolments"
MAX_PER_HOLDER = 100

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("ins"),
            "holder_id": identifier("hld"),
            "employer_id": identifier("emp"),
            "city": text(6, "^[0-9]{6}$"),
            "enrolments": array(
                document(
                    {
                        "kind": one_of(InsuranceKind),
                        "state": one_of(InsuranceState),
                        "since": optional(INSTANT),
                        "until": optional(INSTANT),
                        "treaty_country": optional(text(3, "^[A-Z]{3}$")),
                    }
                ),
                maximum=len(InsuranceKind),
            ),
            "started_at": INSTANT,
            "source": SOURCE,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("started_at", -1), ("_id", 1)),
            serves="a holder's newest enrolments",
        ),
    ),
)


@dataclass(frozen=True)
class EnrolmentRecord:
    kind: InsuranceKind
    state: InsuranceState
    since: datetime | None
    until: datetime | None
    treaty_country: str | None


@dataclass(frozen=True)
class InsuranceRecord:
    insurance_id: str
    holder_id: str
    employer_id: str
    city: str
    enrolments: Sequence[EnrolmentRecord]
    started_at: datetime
    authority: str
    updated_at: datetime


def encode_insurance(record: InsuranceRecord) -> Document:
    return {
        "_id": record.insurance_id,
        "holder_id": record.holder_id,
        "employer_id": record.employer_id,
        "city": record.city,
        "enrolments": [
            {
                "kind": str(enrolment.kind),
                "state": str(enrolment.state),
                "since": enrolment.since,
                "until": enrolment.until,
                "treaty_country": enrolment.treaty_country,
            }
            for enrolment in record.enrolments
        ],
        "started_at": record.started_at,
        "source": source_document(record.authority, record.updated_at),
    }


def states_of(stored: Mapping[str, Any]) -> dict[InsuranceKind, InsuranceState]:
    return {
        InsuranceKind(enrolment["kind"]): InsuranceState(enrolment["state"])
        for enrolment in stored["enrolments"]
    }


class InsuranceStore:
    def __init__(self, database: Database) -> None:
        self._enrolments: Collection = database[NAME]

    async def find(
        self, holder_id: str, employer_id: str, transaction: Transaction
    ) -> Document | None:
        """What was said last of that employment."""
        found: Document | None = await self._enrolments.find_one(
            {"holder_id": holder_id, "employer_id": employer_id},
            sort=[("source.updated_at", -1), ("_id", 1)],
            session=transaction,
        )
        return found

    async def load_last_stated(
        self, holder_ids: Sequence[str], transaction: Transaction
    ) -> dict[tuple[str, ...], Document]:
        """(holder, authority, employer) → what that authority said last of that employment."""
        cursor = self._enrolments.find(
            {"holder_id": {"$in": list(holder_ids)}},
            sort=[("source.updated_at", -1), ("_id", 1)],
            session=transaction,
        ).limit(MAX_PER_HOLDER * len(holder_ids))
        last: dict[tuple[str, ...], Document] = {}
        async for one in cursor:
            key = (one["holder_id"], one["source"]["authority"], one["employer_id"])
            last.setdefault(key, one)
        return last

    async def save(self, records: Sequence[Document], transaction: Transaction) -> None:
        """Inserts each, or puts it in the place of the one with its id. In one command."""
        await self._enrolments.bulk_write(
            [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in records],
            session=transaction,
        )
