"""The queries of applications; what one is made of stands in `application_documents`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.application_machine import FILED, OPEN
from resolvers.store.application_documents import NAME as NAME
from resolvers.vocabulary import ApplicationState, FilerKind


class ApplicationStore:
    def __init__(self, database: Database) -> None:
        self._applications: Collection = database[NAME]

    async def insert(self, application: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when the permit has an open application already."""
        await self._applications.insert_one(application, session=transaction)

    async def find(
        self,
        application_id: str,
        scope: Mapping[str, Any],
        transaction: Transaction | None = None,
    ) -> Document | None:
        """The application, if it is within the caller's scope (`employer_id`, `holder_id` or
        `authority`)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("an application is looked for within a scope")
        found: Document | None = await self._applications.find_one(
            {"_id": application_id, **scope}, session=transaction
        )
        return found

    async def has_open(self, permit_id: str, kind: FilerKind, transaction: Transaction) -> bool:
        """Whether this party has one open for the permit already, a draft too."""
        wanted = {"filed_by.kind": str(kind), "state": {"$in": [str(state) for state in OPEN]}}
        return await self._has(permit_id, wanted, transaction)

    async def has_filed(self, permit_id: str, besides: str, transaction: Transaction) -> bool:
        """Whether another one for the permit is with the authority."""
        wanted = {"_id": {"$ne": besides}, "state": {"$in": [str(state) for state in FILED]}}
        return await self._has(permit_id, wanted, transaction)

    async def _has(self, permit_id: str, wanted: Document, transaction: Transaction) -> bool:
        # Said with its type, as the partial indexes say it, or they would not serve.
        permit = {"permit_id": {"$eq": permit_id, "$type": "string"}}
        found = await self._applications.find_one(
            {**permit, **wanted}, {"_id": 1}, session=transaction
        )
        return found is not None

    async def advance(
        self,
        before: Document,
        changes: Mapping[str, Any],
        step: Document | None,
        now: datetime,
        transaction: Transaction,
    ) -> Document | None:
        """The application as it is afterwards; None when another change came first. `step` is
        what joins its history, where the state moves."""
        found: Document | None = await self._applications.find_one_and_update(
            {"_id": before["_id"], "revision": before["revision"], "state": before["state"]},
            {
                "$set": {**changes, "updated_at": now},
                "$inc": {"revision": 1},
                **({} if step is None else {"$push": {"steps": step}}),
            },
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return found

    async def load_lapsing(self, now: datetime, limit: int) -> Sequence[str]:
        """Drafts and returned applications whose time is over."""
        # Said with its type, as the partial index says it, or the index would not serve.
        return await self._ids({"lapses_at": {"$lte": now, "$type": "date"}}, limit)

    async def load_provisional(self, calendar: str, limit: int) -> Sequence[str]:
        """Those with a provisional promise that was counted by another calendar."""
        wanted = {"promise.provisional": True, "promise.calendar": {"$ne": calendar}}
        return await self._ids(wanted, limit)

    async def load_strangers(
        self, state: ApplicationState, before: datetime, limit: int
    ) -> Sequence[str]:
        """Ended so and untouched since, of people who were never registered."""
        return await self._ids(
            {
                "is_registered": False,
                "particulars": {"$type": "object"},
                "state": str(state),
                "updated_at": {"$lte": before},
            },
            limit,
        )

    async def find_any(self, application_id: str, transaction: Transaction) -> Document | None:
        """Whoever's it is: for the system's own steps alone."""
        found: Document | None = await self._applications.find_one(
            {"_id": application_id}, session=transaction
        )
        return found

    async def decided_statistics(
        self, authority: str, since: datetime, until: datetime
    ) -> list[Document]:
        """By procedure, city and month: counts, and milliseconds from filing to decision."""
        took = {"$subtract": ["$decision.at", "$filed_at"]}
        month = {"date": "$decision.at", "format": "%Y-%m", "timezone": "Asia/Shanghai"}
        pipeline: list[Document] = [
            {"$match": {"authority": authority, "decision.at": {"$gte": since, "$lt": until}}},
            {
                "$group": {
                    "_id": {
                        "procedure": "$procedure",
                        "city": "$city",
                        "month": {"$dateToString": month},
                    },
                    "decided": {"$sum": 1},
                    "approved": {
                        "$sum": {"$cond": [{"$eq": ["$decision.outcome", "APPROVED"]}, 1, 0]}
                    },
                    "kept": {
                        "$sum": {"$cond": [{"$lt": ["$decision.at", "$decision.due_at"]}, 1, 0]}
                    },
                    "took": {"$push": took},
                }
            },
            {"$set": {"took": {"$sortArray": {"input": "$took", "sortBy": 1}}}},
            {
                "$project": {
                    "decided": 1,
                    "approved": 1,
                    "kept": 1,
                    "median": _percentile("$took", 0.5),
                    "p90": _percentile("$took", 0.9),
                }
            },
            {"$sort": {"_id.month": 1, "_id.procedure": 1, "_id.city": 1}},
        ]
        found: list[Document] = await self._applications.aggregate(pipeline).to_list(MAX_GROUPS)
        return found

    async def _ids(self, wanted: Mapping[str, Any], limit: int) -> list[str]:
        cursor = self._applications.find(dict(wanted), {"_id": 1}, batch_size=limit + 1)
        return [found["_id"] for found in await cursor.limit(limit).to_list(limit)]


MAX_GROUPS = 1_000


def _percentile(sorted_array: str, share: float) -> Document:
    """The nearest rank of a sorted array that is not empty."""
    rank = {"$ceil": {"$multiply": [share, {"$size": sorted_array}]}}
    return {"$arrayElemAt": [sorted_array, {"$toInt": {"$subtract": [rank, 1]}}]}
