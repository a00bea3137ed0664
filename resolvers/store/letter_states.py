"""What a letter on record is worth now: the state of what it is about, and nothing that names
anybody. One command, by ids alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth.mongo import Collection, Database, Document
from resolvers.store import application_documents, card_orders, letters, permits
from resolvers.vocabulary import ApplicationState, CardOrderState, LetterKind, PermitState

_PERMIT = {"_id": 0, "state": 1, "valid_from": 1, "valid_until": 1}


@dataclass(frozen=True)
class PermitStanding:
    state: PermitState
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class StoredStanding:
    """`valid_until` is the instant at which the letter itself is over, where it has an end. Which
    of the others are there hangs on what it is about; none is when that is gone."""

    kind: LetterKind
    holder_id: str
    valid_until: datetime | None
    permit: PermitStanding | None
    application: ApplicationState | None
    order: CardOrderState | None


class LetterStateStore:
    def __init__(self, database: Database) -> None:
        self._letters: Collection = database[letters.NAME]

    async def find(self, letter_id: str) -> StoredStanding | None:
        """None when no such letter is on record."""
        found = await self._letters.aggregate(pipeline_of(letter_id)).to_list(1)
        return _standing(found[0]) if found else None


def pipeline_of(letter_id: str) -> list[Document]:
    application: Document = {"_id": 0, "state": 1, "result_permit_id": 1}
    return [
        {"$match": {"_id": letter_id}},
        {"$project": {"kind": 1, "holder_id": 1, "valid_until": 1, "about_id": 1}},
        _joined(application_documents.NAME, "about_id", "application", application),
        _joined(card_orders.NAME, "about_id", "order", {"_id": 0, "state": 1}),
        # A letter is about a permit, or about the application that gave one.
        {
            "$set": {
                "permit_id": {
                    "$ifNull": [{"$first": "$application.result_permit_id"}, "$about_id"],
                }
            }
        },
        _joined(permits.NAME, "permit_id", "permit", _PERMIT),
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


def _standing(found: Document) -> StoredStanding:
    permit, application, order = (
        next(iter(found[name]), None) for name in ("permit", "application", "order")
    )
    return StoredStanding(
        kind=LetterKind(found["kind"]),
        holder_id=found["holder_id"],
        valid_until=found["valid_until"],
        permit=permit
        and PermitStanding(
            PermitState(permit["state"]), permit["valid_from"], permit["valid_until"]
        ),
        application=application and ApplicationState(application["state"]),
        order=order and CardOrderState(order["state"]),
    )
