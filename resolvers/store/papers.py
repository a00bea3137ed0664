"""Papers: what was filed with an application, and uploads under way.

A document holds what the gateway must know of a file and nothing of what is in it: no name of a
file, no digest of its content. The bytes stand sealed in `paper_parts` until all have arrived and
been judged, then in `paper_files`. `offset` counts what has arrived; it reaches `bytes` with the
state STORED and never before, so whoever sees a whole upload sees a paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from auth.bson_schema import INSTANT, INTEGER, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.vocabulary import PaperKind, PaperState

NAME = "papers"
MAX_PAPERS = 40
"""Stored with one application."""
MAX_UPLOADS = 8
"""Under way for one application, each in a slot of its own."""
UPLOAD_LIFETIME = timedelta(hours=24)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the filer; the holder; officers of the authority that it was filed with",
    validator=document(
        {
            "_id": identifier("ppr"),
            "application_id": identifier("apl"),
            "holder_id": identifier("hld"),
            "kind": one_of(PaperKind),
            "media_type": text(40, "^[a-z]+/[a-z0-9.+-]+$"),
            "bytes": INTEGER,
            "state": one_of(PaperState),
            "offset": INTEGER,
            "slot": optional(INTEGER),
            "created_at": INSTANT,
            "stored_at": optional(INSTANT),
            "expires_at": optional(INSTANT),
            "review_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "application",
            (("application_id", 1), ("stored_at", 1), ("_id", 1)),
            serves="the papers of an application, oldest first",
        ),
        Index(
            "slot",
            (("application_id", 1), ("slot", 1)),
            serves="a bounded number of uploads at once for each application",
            unique=True,
            partial={"state": str(PaperState.UPLOADING)},
        ),
        Index(
            "holder",
            (("holder_id", 1),),
            serves="all of a person, to be removed with it",
        ),
        Index(
            "upload_expiry",
            (("expires_at", 1),),
            serves="forgetting uploads that nobody finished",
            expire_after=timedelta(0),
        ),
        Index(
            "review",
            (("review_at", 1),),
            serves="when to look again whether a paper is past its retention",
            partial={"review_at": {"$type": "date"}},
        ),
    ),
)


class PaperStore:
    def __init__(self, database: Database) -> None:
        self._papers: Collection = database[NAME]

    async def insert(self, paper: Document) -> None:
        """Raises DuplicateKeyError when the slot was taken meanwhile."""
        await self._papers.insert_one(paper)

    async def find(self, paper_id: str, transaction: Transaction | None = None) -> Document | None:
        found: Document | None = await self._papers.find_one({"_id": paper_id}, session=transaction)
        return found

    async def load_of_application(
        self, application_id: str, transaction: Transaction | None = None
    ) -> list[Document]:
        """The stored ones, oldest first.

        A change that needs them reads them in its transaction and writes the application, as
        adding and taking back a paper do: then one of the two is told of the conflict.
        """
        found: list[Document] = (
            await self._papers.find(
                {"application_id": application_id, "state": str(PaperState.STORED)},
                session=transaction,
            )
            .sort([("stored_at", 1), ("_id", 1)])
            .limit(MAX_PAPERS)
            .to_list(MAX_PAPERS)
        )
        return found

    async def count_stored(
        self, application_id: str, transaction: Transaction | None = None
    ) -> int:
        wanted = {"application_id": application_id, "state": str(PaperState.STORED)}
        return await self._papers.count_documents(wanted, session=transaction)

    async def load_slots(self, application_id: str) -> Sequence[int]:
        """The taken ones."""
        cursor = self._papers.find(
            {"application_id": application_id, "state": str(PaperState.UPLOADING)}, {"slot": 1}
        ).limit(MAX_UPLOADS)
        return [found["slot"] for found in await cursor.to_list(MAX_UPLOADS)]

    async def free_lapsed(self, application_id: str, now: datetime) -> None:
        """Uploads that are over give their slots back, though the database has yet to forget
        them."""
        await self._papers.delete_many(
            {
                "application_id": application_id,
                "state": str(PaperState.UPLOADING),
                "expires_at": {"$lte": now},
            }
        )

    async def receive(self, paper: Document, offset: int, transaction: Transaction) -> bool:
        """Move the offset on; False when it is no longer where `paper` has it."""
        written = await self._papers.update_one(
            _as_read(paper), {"$set": {"offset": offset}}, session=transaction
        )
        return bool(written.modified_count)

    async def store(
        self, paper: Document, now: datetime, review_at: datetime, transaction: Transaction
    ) -> bool:
        """The upload becomes a paper; False as above."""
        written = await self._papers.update_one(
            _as_read(paper),
            {
                "$set": {
                    "state": str(PaperState.STORED),
                    "offset": paper["bytes"],
                    "slot": None,
                    "stored_at": now,
                    "expires_at": None,
                    "review_at": review_at,
                }
            },
            session=transaction,
        )
        return bool(written.modified_count)

    async def remove(self, paper: Document, transaction: Transaction) -> bool:
        """False when it has gone on, or is gone, since it was read."""
        removed = await self._papers.delete_one(_as_read(paper), session=transaction)
        return bool(removed.deleted_count)

    async def load_due(self, now: datetime, limit: int) -> set[tuple[str, str]]:
        """Application and holder of stored papers to be looked at again; `limit` papers."""
        cursor = (
            # Said with its type, as the partial index says it, or the index would not serve.
            self._papers.find(
                {"review_at": {"$lte": now, "$type": "date"}},
                {"application_id": 1, "holder_id": 1},
            )
            .sort("review_at", 1)
            .limit(limit)
        )
        found: list[Document] = await cursor.to_list(limit)
        return {(one["application_id"], one["holder_id"]) for one in found}

    async def review_later(
        self, application_id: str, review_at: datetime, transaction: Transaction
    ) -> None:
        await self._papers.update_many(
            {"application_id": application_id, "state": str(PaperState.STORED)},
            {"$set": {"review_at": review_at}},
            session=transaction,
        )

    async def remove_lapsed(self, now: datetime) -> int:
        """Every upload whose time is over."""
        removed = await self._papers.delete_many(
            {"state": str(PaperState.UPLOADING), "expires_at": {"$lte": now}}
        )
        return int(removed.deleted_count)


def _as_read(paper: Document) -> Document:
    return {name: paper[name] for name in ("_id", "state", "offset")}
