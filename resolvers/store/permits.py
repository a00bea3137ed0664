"""Work permits. Valid over `[valid_from, valid_until)`, both midnights in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    LOCALISED,
    SEALED,
    SOURCE,
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
from auth.sealing import HolderVault
from resolvers.store.employments import MAX_NAME_PREFIXES
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import PermitCategory, PermitEvent, PermitForm, PermitState

NAME = "permits"
MAX_HISTORY = 200
MAX_PER_HOLDER = 100
STANDING: Mapping[str, Any] = {"state": str(PermitState.ISSUED)}
"""Good, or expired without anybody's act: what has a last day that matters."""
WITHOUT_EMPLOYMENT: Mapping[str, Any] = {"employment_id": {"$type": "null"}}

SPEC = CollectionSpec(
    name=NAME,
    version=3,
    audience="the holder; the employer that sponsors it",
    validator=document(
        {
            "_id": identifier("pmt"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "employer_id": identifier("emp"),
            "number": SEALED,
            "category": one_of(PermitCategory),
            "form": one_of(PermitForm),
            "state": one_of(PermitState),
            "post": LOCALISED,
            "city": text(6, "^[0-9]{6}$"),
            "valid_from": INSTANT,
            "valid_until": INSTANT,
            "issued_at": INSTANT,
            "history": array(
                document({"at": INSTANT, "event": one_of(PermitEvent), "authority": text(60)}),
                maximum=MAX_HISTORY,
            ),
            "superseded_by": optional(identifier("pmt")),
            # Null only until upkeep has found it (`resolvers.jobs.employment_filling`).
            "employment_id": optional(identifier("emt")),
            # What its employer is shown and finds it by: as above while the employment goes on,
            # and as it was at the end for ever. Null together with the employment.
            "shown": optional(
                document(
                    {
                        "state": one_of(PermitState),
                        "category": one_of(PermitCategory),
                        "form": one_of(PermitForm),
                        "post": LOCALISED,
                        "city": text(6, "^[0-9]{6}$"),
                        "valid_from": INSTANT,
                        "valid_until": INSTANT,
                        "issued_at": INSTANT,
                        "listed_from": INSTANT,
                    }
                )
            ),
            # As of the employment, so that a list of permits can be searched too.
            "name_key_version": optional(INTEGER),
            "name_prefixes": array(binary(), maximum=MAX_NAME_PREFIXES),
            "source": SOURCE,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("valid_from", -1), ("_id", 1)),
            serves="a holder's permits, newest first",
        ),
        Index(
            "employer_newest",
            (("employer_id", 1), ("shown.listed_from", -1), ("_id", 1)),
            serves="the permits that an employer sponsors, newest first",
        ),
        Index(
            "employer_last_day",
            (("employer_id", 1), ("shown.valid_until", -1), ("_id", 1), ("shown.listed_from", 1)),
            serves="an employer's permits by last day; those that end within some days",
        ),
        Index(
            "employer_issued",
            (("employer_id", 1), ("shown.issued_at", -1), ("_id", 1), ("shown.listed_from", 1)),
            serves="an employer's permits by issue",
        ),
        Index(
            "employer_name",
            (("employer_id", 1), ("name_prefixes", 1), ("shown.listed_from", -1), ("_id", 1)),
            serves="an employer's permits of people whose name has a word with some beginning",
        ),
        Index(
            "employer_state",
            (
                *(("employer_id", 1), ("shown.state", 1), ("shown.listed_from", -1)),
                *(("_id", 1), ("shown.valid_from", 1), ("shown.valid_until", 1)),
            ),
            serves="an employer's permits of one status",
        ),
        Index(
            "employer_city",
            (("employer_id", 1), ("shown.city", 1), ("shown.listed_from", -1), ("_id", 1)),
            serves="an employer's permits of some cities",
        ),
        Index(
            "employment_newest",
            (("employment_id", 1), ("shown.listed_from", -1), ("_id", 1)),
            serves="the permits of an employment, newest first",
        ),
        Index(
            "last_day",
            (("valid_until", 1), ("_id", 1)),
            serves="permits that end on one day, to remind of",
            partial=STANDING,
        ),
        Index(
            "without_employment",
            (("holder_id", 1),),
            serves="the job that finds the employments of permits of an earlier version",
            partial=WITHOUT_EMPLOYMENT,
        ),
        Index(
            "name_key_version",
            (("name_key_version", 1),),
            serves="the digest rotation job: what still carries an old version",
        ),
    ),
)


NO_EMPLOYMENT_YET: Mapping[str, Any] = {
    "employment_id": None,
    "shown": None,
    "name_key_version": None,
    "name_prefixes": (),
}
"""What a new permit has until `resolvers.employments` says of which employment it is."""


@dataclass(frozen=True)
class PermitRecord:
    permit_id: str
    holder_id: str
    employer_id: str
    number: str
    category: PermitCategory
    form: PermitForm
    state: PermitState
    post: Mapping[str, str]
    city: str
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime
    history: Sequence[tuple[datetime, PermitEvent, str]]
    superseded_by: str | None
    authority: str
    updated_at: datetime


def encode_permit(record: PermitRecord, vault: HolderVault) -> Document:
    return {
        "_id": record.permit_id,
        "revision": 1,
        "holder_id": record.holder_id,
        "employer_id": record.employer_id,
        "number": sealed_document(vault, NAME, "number", "work_permit_number", record.number),
        "category": str(record.category),
        "form": str(record.form),
        "state": str(record.state),
        "post": dict(record.post),
        "city": record.city,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "issued_at": record.issued_at,
        "history": [
            {"at": at, "event": str(event), "authority": authority}
            for at, event, authority in record.history
        ],
        "superseded_by": record.superseded_by,
        **NO_EMPLOYMENT_YET,
        "source": source_document(record.authority, record.updated_at),
    }


STATUS_FIELDS = ("form", "state", "valid_from", "valid_until", "city")
"""What the rules need of a permit to tell its status and to issue a card for it."""


class PermitStore:
    def __init__(self, database: Database) -> None:
        self._permits: Collection = database[NAME]

    async def load_statuses(self, holder_id: str, transaction: Transaction) -> list[Document]:
        """All permits of a holder, newest first, with `STATUS_FIELDS` only."""
        cursor = (
            self._permits.find(
                {"holder_id": holder_id}, dict.fromkeys(STATUS_FIELDS, 1), session=transaction
            )
            .sort([("valid_from", -1), ("_id", 1)])
            .limit(MAX_PER_HOLDER)
        )
        found: list[Document] = await cursor.to_list(MAX_PER_HOLDER)
        return found

    async def find(
        self, permit_id: str, scope: Mapping[str, Any], transaction: Transaction
    ) -> Document | None:
        """The permit, if it is within the scope (`holder_id` or `employer_id`)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("a permit is looked for within a scope")
        found: Document | None = await self._permits.find_one(
            {"_id": permit_id, **scope}, session=transaction
        )
        return found

    async def find_newest(self, holder_id: str, transaction: Transaction) -> Document | None:
        found: Document | None = await self._permits.find_one(
            {"holder_id": holder_id},
            sort=[("valid_from", -1), ("_id", 1)],
            session=transaction,
        )
        return found

    async def has_active(
        self,
        holder_id: str,
        now: datetime,
        transaction: Transaction,
        *,
        besides: str | None = None,
    ) -> bool:
        """Whether a permit of the holder, other than `besides`, is good now, or will be: issued and
        not over."""
        standing = [str(PermitState.ISSUED), str(PermitState.AWAITING_ORIGINALS)]
        found = await self._permits.find_one(
            {
                "_id": {"$ne": besides},
                "holder_id": holder_id,
                "state": {"$in": standing},
                "valid_until": {"$gt": now},
            },
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def insert(self, permit: Document, transaction: Transaction) -> None:
        await self._permits.insert_one(permit, session=transaction)

    async def turn(
        self,
        before: Document,
        changes: Mapping[str, Any],
        events: Sequence[PermitEvent],
        authority: str,
        now: datetime,
        transaction: Transaction,
    ) -> bool:
        """Change a permit and write what happened into its history; False when another change
        came first."""
        written = await self._permits.update_one(
            {"_id": before["_id"], "revision": before["revision"], "state": before["state"]},
            {
                "$set": {**changes, "source": source_document(authority, now)},
                "$inc": {"revision": 1},
                "$push": {"history": {"$each": history_of(events, authority, now)}},
            },
            session=transaction,
        )
        return bool(written.modified_count)


def history_of(events: Sequence[PermitEvent], authority: str, now: datetime) -> list[Document]:
    return [{"at": now, "event": str(event), "authority": authority} for event in events]
