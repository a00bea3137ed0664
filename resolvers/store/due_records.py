"""Records that end on given days, walked by end and id: what holders are reminded of.

An end is stored as a midnight of Asia/Shanghai, so those of one day are one key of an index, and
finding them costs what they are, however many others there are. The index is named with each query,
since a plan that walks all ids, or all later ends, is right as well and may look cheap on a small
sample.
"""

from __future__ import annotations

from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auth.mongo import Database, Document, Transaction
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import printed_day
from resolvers.store import (
    application_documents,
    holders,
    identity_documents,
    permits,
    residence_permits,
    tasks,
)

Span = tuple[datetime, datetime]
"""Both ends included."""
_LATER_AT_ONCE = 1_001
"""More than a batch's holders have as a rule, so that they come in one answer."""


@dataclass(frozen=True)
class _Source:
    """`end` is the field, `index` the one over it and the id. Of records that are the same in
    `one_of` a holder needs one: where another ends later, the earlier end is none."""

    collection: str
    end: str
    standing: Mapping[str, Any]
    index: str = "last_day"
    fields: Sequence[str] = ("holder_id",)
    one_of: Sequence[str] = ()


SOURCES: Mapping[NoticeKind, _Source] = {
    NoticeKind.PERMIT_EXPIRING: _Source(
        permits.NAME,
        "valid_until",
        permits.STANDING,
        fields=("holder_id", "employer_id", "employment_id"),
        one_of=("holder_id",),
    ),
    NoticeKind.RESIDENCE_PERMIT_EXPIRING: _Source(
        residence_permits.NAME, "valid_until", residence_permits.STANDING, one_of=("holder_id",)
    ),
    NoticeKind.IDENTITY_DOCUMENT_EXPIRING: _Source(
        identity_documents.NAME,
        "valid_until",
        identity_documents.STANDING,
        fields=("holder_id", "kind"),
        one_of=("holder_id", "kind"),
    ),
    NoticeKind.TASK_DUE: _Source(tasks.NAME, "due_at", tasks.OPEN_FOR_HOLDER),
    NoticeKind.APPLICATION_LAPSING: _Source(
        application_documents.NAME,
        "lapses_at",
        {},
        index="lapsing",
        fields=(
            *("holder_id", "filed_by", "is_registered"),
            *("confirmed_at", "state", "procedure"),
        ),
    ),
}


def last_day_of(kind: NoticeKind, record: Document) -> date:
    """The printed day of a record that was found so."""
    return printed_day(record[SOURCES[kind].end])


class DueRecordStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_ending(
        self,
        kind: NoticeKind,
        ends: Span,
        after: str | None,
        limit: int,
        transaction: Transaction,
    ) -> list[Document]:
        """Standing records that end within the span, by end and id; of each what it takes to know
        whom to tell. With `after`, only those of the span's first end, behind that id."""
        source = SOURCES[kind]
        first, last = ends
        # Said with its type, as a partial index says it, or the index would not serve.
        wanted: Document = {**source.standing}
        if after is None:
            wanted[source.end] = {"$gte": first, "$lte": last, "$type": "date"}
        else:
            wanted[source.end] = {"$eq": first, "$type": "date"}
            wanted["_id"] = {"$gt": after}
        cursor = self._database[source.collection].find(
            wanted,
            dict.fromkeys((source.end, *source.fields), 1),
            sort=[(source.end, 1), ("_id", 1)],
            hint=source.index,
            batch_size=limit + 1,
            session=transaction,
        )
        found: list[Document] = await cursor.limit(limit).to_list(limit)
        return found

    async def load_standing(
        self, kind: NoticeKind, record_ids: Sequence[str], transaction: Transaction
    ) -> list[Document]:
        """Those of these records that stand and have an end, with the same of each."""
        source = SOURCES[kind]
        found: list[Document] = (
            await self._database[source.collection]
            .find(
                {
                    "_id": {"$in": list(record_ids)},
                    **source.standing,
                    source.end: {"$type": "date"},
                },
                dict.fromkeys((source.end, *source.fields), 1),
                batch_size=len(record_ids) + 1,
                session=transaction,
            )
            .to_list(len(record_ids))
        )
        return found

    async def without_outlasted(
        self, kind: NoticeKind, records: Sequence[Document], transaction: Transaction
    ) -> list[Document]:
        """The records but for those in whose place the holder has a later one already."""
        source = SOURCES[kind]
        if not source.one_of or not records:
            return list(records)
        later = self._database[source.collection].find(
            {
                "holder_id": {"$in": sorted({one["holder_id"] for one in records})},
                **source.standing,
                source.end: {"$gt": min(one[source.end] for one in records)},
            },
            {"_id": 0, **dict.fromkeys((source.end, *source.one_of), 1)},
            hint="holder_newest",
            batch_size=_LATER_AT_ONCE,
            session=transaction,
        )
        last: dict[tuple[str, ...], datetime] = {}
        async for one in later:
            same = _values(one, source.one_of)
            last[same] = max(one[source.end], last.get(same, one[source.end]))
        return [
            one
            for one in records
            if last.get(_values(one, source.one_of), one[source.end]) <= one[source.end]
        ]

    async def load_registered(
        self, holder_ids: Sequence[str], transaction: Transaction
    ) -> set[str]:
        """Which of them are there: of who was only applied for, or is removed, nobody reads."""
        found = self._database[holders.NAME].find(
            {"_id": {"$in": list(holder_ids)}},
            {"_id": 1},
            batch_size=len(holder_ids) + 1,
            session=transaction,
        )
        return {one["_id"] async for one in found}


def _values(record: Document, names: Many[str]) -> tuple[str, ...]:
    return tuple(record[name] for name in names)
