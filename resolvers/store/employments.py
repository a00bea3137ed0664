"""Employments: a stretch of time in which one employer sponsors one holder, by one permit or by
several that follow each other.

What an employer may see of a person hangs on it (`resolvers.rules.employment`). It also carries
what an employer's lists are filtered by: the newest permit's facts, and keyed digests of the
beginnings of the name, under a key of that employer alone, so that no two lists can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    SEALED,
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
from resolvers.rules.names.prefixes import MAX_PREFIXES
from resolvers.vocabulary import PermitCategory, PermitState

NAME = "employments"
MAX_NAME_PREFIXES: Final = MAX_PREFIXES
MAX_PER_HOLDER: Final = 100
WITHOUT_NUMBER: Final[Mapping[str, Any]] = {"number_digest": {"$type": "null"}}

SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="the employer; the holder",
    validator=document(
        {
            "_id": identifier("emt"),
            "revision": INTEGER,
            "employer_id": identifier("emp"),
            "holder_id": identifier("hld"),
            # Never changes: lists are in this order, and nobody moves in one while it is paged.
            "started_at": INSTANT,
            # When the last of its permits ends, or ended: over from then on, without anybody's act.
            "ends_at": INSTANT,
            "permit": document(
                {
                    "id": identifier("pmt"),
                    "category": one_of(PermitCategory),
                    "state": one_of(PermitState),
                    "city": text(6, "^[0-9]{6}$"),
                    "valid_from": INSTANT,
                    "valid_until": INSTANT,
                }
            ),
            # As it was at the end, once the holder has another one; null while it is the holder's.
            "name": optional(SEALED),
            # The same in all its forms, to make the digests anew; null together with it.
            "name_parts": optional(binary()),
            # Null where the name could not be read, and nobody is found by it.
            "name_key_version": optional(INTEGER),
            # In the order of their bytes, which says nothing of what begins what.
            "name_prefixes": array(binary(), maximum=MAX_NAME_PREFIXES),
            # Of the work permit number, under a key of this employer, of the version above. Empty
            # where the number could not be read; null only until upkeep has made it.
            "number_digest": optional(binary()),
        }
    ),
    indexes=(
        Index(
            "employer_newest",
            (
                ("employer_id", 1),
                ("started_at", -1),
                ("_id", 1),
                # So that who does not fit is passed over in the index.
                ("ends_at", 1),
                ("permit.category", 1),
            ),
            serves="an employer's people, newest or oldest first",
        ),
        Index(
            "employer_last_day",
            (("employer_id", 1), ("permit.valid_until", 1), ("started_at", -1), ("_id", 1)),
            serves="those whose permit ends on one of some days, in the order of the list",
        ),
        Index(
            "employer_state",
            (
                ("employer_id", 1),
                ("permit.state", 1),
                ("started_at", -1),
                ("_id", 1),
                ("permit.valid_from", 1),
                ("permit.valid_until", 1),
            ),
            serves="those whose permit has a status",
        ),
        Index(
            "employer_city",
            (("employer_id", 1), ("permit.city", 1), ("started_at", -1), ("_id", 1)),
            serves="those who work in some cities",
        ),
        Index(
            "employer_name",
            (("employer_id", 1), ("name_prefixes", 1), ("started_at", -1), ("_id", 1)),
            serves="those whose name has a word with some beginning",
        ),
        Index(
            "employer_number",
            (("employer_id", 1), ("number_digest", 1), ("started_at", -1), ("_id", 1)),
            serves="those of an employer's people who have some work permit numbers",
        ),
        Index(
            "without_number",
            (("holder_id", 1),),
            serves="the job that makes the digests that an earlier version had not",
            partial=WITHOUT_NUMBER,
        ),
        Index(
            "employer_figures",
            (
                ("employer_id", 1),
                ("ends_at", 1),
                *((f"permit.{name}", 1) for name in ("state", "category", "city")),
                ("permit.valid_from", 1),
                ("permit.valid_until", 1),
            ),
            serves="an employer's figures, from the index alone",
        ),
        Index(
            "holder",
            (("holder_id", 1), ("employer_id", 1), ("ends_at", -1)),
            serves="whether an employer sponsors a holder now; what changes with a name",
        ),
        Index(
            "name_key_version",
            (("name_key_version", 1),),
            serves="the digest rotation job: what still carries an old version",
        ),
    ),
)


class EmploymentStore:
    def __init__(self, database: Database) -> None:
        self._employments: Collection = database[NAME]

    async def load_of_holder(self, holder_id: str, transaction: Transaction) -> list[Document]:
        """All of a holder's, of any employer."""
        cursor = self._employments.find({"holder_id": holder_id}, session=transaction).limit(
            MAX_PER_HOLDER
        )
        found: list[Document] = await cursor.to_list(MAX_PER_HOLDER)
        return found

    async def load_holders_without_number(self, limit: int) -> list[str]:
        """Holders who have employments by whose numbers nobody is found yet."""
        cursor = self._employments.find(
            WITHOUT_NUMBER, {"holder_id": 1}, sort=[("holder_id", 1)], limit=limit
        )
        return sorted({one["holder_id"] for one in await cursor.to_list(limit)})

    async def find_of_permit(self, permit: Document, transaction: Transaction) -> Document | None:
        """`ends_at` of a permit's employment, and `name` as it was then; None where it has none."""
        found: Document | None = await self._employments.find_one(
            {"_id": permit["employment_id"], "holder_id": permit["holder_id"]},
            {"ends_at": 1, "name": 1},
            session=transaction,
        )
        return found

    async def over_at(
        self, employment_ids: Sequence[str], now: datetime, transaction: Transaction
    ) -> frozenset[str]:
        """Those of these that are over."""
        cursor = self._employments.find(
            {"_id": {"$in": list(employment_ids)}, "ends_at": {"$lte": now}},
            {"_id": 1},
            batch_size=len(employment_ids) + 1,
            session=transaction,
        )
        return frozenset(one["_id"] for one in await cursor.to_list(len(employment_ids)))

    async def insert(self, employments: Sequence[Document], transaction: Transaction) -> None:
        await self._employments.insert_many(list(employments), session=transaction)

    async def change(
        self, employment_id: str, fields: Mapping[str, Any], transaction: Transaction
    ) -> None:
        """The caller has locked the holder."""
        await self._employments.update_one(
            {"_id": employment_id},
            {"$set": dict(fields), "$inc": {"revision": 1}},
            session=transaction,
        )

    async def remove(self, employment_ids: Sequence[str], transaction: Transaction) -> None:
        await self._employments.delete_many(
            {"_id": {"$in": list(employment_ids)}}, session=transaction
        )
