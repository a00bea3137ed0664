"""Status lists: where credentials have their places. The statuses themselves are not stored here.

Places are given out in an order that only the list's secret tells (`resolvers.rules.list_places`),
each once. A list is open for new credentials until `open_until`, and forgotten when all that it was
opened for are over.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymongo import ReturnDocument

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document
from resolvers.rules.list_places import MAX_GIVEN, place_of

NAME: Final = "status_lists"
OPEN_LIFETIME: Final = timedelta(days=30)
SECRET_BYTES: Final = 32
KEPT_LIFETIME: Final = timedelta(days=1)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="nobody; what is served of it is public",
    validator=document(
        {
            "_id": identifier("stl"),
            "secret": binary(),
            "given": INTEGER,
            "open_until": INSTANT,
            "expires_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "open",
            (("open_until", 1), ("_id", 1)),
            serves="the list in which the next credential has its place",
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting lists whose credentials are over",
            expire_after=KEPT_LIFETIME,
        ),
    ),
)


@dataclass(frozen=True)
class Place:
    list_id: str
    number: int


class StatusListStore:
    def __init__(self, database: Database) -> None:
        self._lists: Collection = database[NAME]

    async def find(self, list_id: str) -> Document | None:
        found: Document | None = await self._lists.find_one({"_id": list_id})
        return found

    async def give_place(self, new_list_id: str, longest: timedelta, now: datetime) -> Place:
        """One that nobody had, in the open list, or in a new one of that id. A place that is then
        not used is lost, which harms nobody. Credentials live for `longest` at most."""
        given = await self._next(now)
        if given is None:
            given = {
                "_id": new_list_id,
                "secret": os.urandom(SECRET_BYTES),
                "given": 1,
                "open_until": now + OPEN_LIFETIME,
                "expires_at": now + OPEN_LIFETIME + longest,
            }
            await self._lists.insert_one(given)
        number = place_of(bytes(given["secret"]), given["given"] - 1)
        return Place(given["_id"], number)

    async def _next(self, now: datetime) -> Document | None:
        found: Document | None = await self._lists.find_one_and_update(
            {"open_until": {"$gt": now}, "given": {"$lt": MAX_GIVEN}},
            {"$inc": {"given": 1}},
            sort=[("open_until", 1), ("_id", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return found
