"""A card as it is shown: its state, the permit on it, and for a check the employer, the employment
and the names. One command each, by ids alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.mongo import Collection, Database, Document
from resolvers.store import cards, employers, employments, holder_keys, holders, permits
from resolvers.vocabulary import CardKind

_CARD: Document = dict.fromkeys(
    ("holder_id", "kind", "state", "released_at", "cause", "revision", "permit_id", "city"), 1
)
_STATUS: Document = {"_id": 1, "state": 1, "valid_from": 1, "valid_until": 1}
_PERMIT: Document = {
    **_STATUS,
    **dict.fromkeys(("employer_id", "employment_id", "number", "category", "post", "city"), 1),
    "source.authority": 1,
}


@dataclass(frozen=True)
class StoredShowing:
    """`permit` is that on the card, `employment` the one that it is of; all but the permit
    are there for a check only. `key` is the holder's key as it is stored."""

    card: Mapping[str, Any]
    permit: Mapping[str, Any] | None
    employer: Mapping[str, Any] | None = None
    employment: Mapping[str, Any] | None = None
    holder: Mapping[str, Any] | None = None
    key: Document | None = None


class ShownCardStore:
    def __init__(self, database: Database) -> None:
        self._cards: Collection = database[cards.NAME]

    async def find_own(self, card_id: str | None, holder_id: str) -> StoredShowing | None:
        """A holder's own card with the status of its permit: that one, else the newest electronic
        one."""
        if not holder_id:
            raise ValueError("a card is looked for within a scope")
        return await self._find(own_pipeline(card_id, holder_id))

    async def find(self, card_id: str) -> StoredShowing | None:
        """With all that a check may tell. For whoever holds a code of it."""
        return await self._find(check_pipeline(card_id))

    async def _find(self, pipeline: list[Document]) -> StoredShowing | None:
        found = await self._cards.aggregate(pipeline).to_list(1)
        if not found:
            return None
        card = found[0]
        parts = {
            name: next(iter(card.pop(name, ())), None)
            for name in ("permit", "employer", "employment", "holder", "key")
        }
        return StoredShowing(card, **parts)


def own_pipeline(card_id: str | None, holder_id: str) -> list[Document]:
    one: list[Document] = [{"$match": {"_id": card_id, "holder_id": holder_id}}]
    if card_id is None:
        electronic = {"holder_id": holder_id, "kind": str(CardKind.ELECTRONIC)}
        one = [
            {"$match": electronic},
            {"$sort": {"issued_at": -1, "_id": 1}},
            {"$limit": 1},
        ]
    return [*one, {"$project": _CARD}, _joined(permits.NAME, "permit_id", "permit", _STATUS)]


def check_pipeline(card_id: str) -> list[Document]:
    names: Document = {"full_name": 1}
    return [
        {"$match": {"_id": card_id}},
        {"$project": _CARD},
        _joined(permits.NAME, "permit_id", "permit", _PERMIT),
        {
            "$set": {
                "employer_id": {"$first": "$permit.employer_id"},
                "employment_id": {"$first": "$permit.employment_id"},
            }
        },
        _joined(employers.NAME, "employer_id", "employer", {"name": 1}),
        _joined(employments.NAME, "employment_id", "employment", {"ends_at": 1}),
        _joined(holders.NAME, "holder_id", "holder", names),
        _joined(holder_keys.NAME, "holder_id", "key", {"key_version": 1, "wrapped": 1}),
    ]


def _joined(collection: str, local: str, name: str, projection: Document) -> Document:
    return {
        "$lookup": {
            "from": collection,
            "localField": local,
            "foreignField": "_id",
            "pipeline": [{"$project": projection}],
            "as": name,
        }
    }
