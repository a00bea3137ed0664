"""How collections relate: the one declaration from which every read's pipeline is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth import session_documents
from resolvers.store import (
    cards,
    employers,
    holder_keys,
    holders,
    identity_documents,
    insurance_enrolments,
    permits,
    residence_permits,
    tasks,
)


@dataclass(frozen=True)
class Relation:
    """Documents of `collection` whose `foreign` field equals our `local` one.

    `order` is the descending instant of a list (`ascending`: the earliest first), ties broken by
    ascending id; None leads to one document. `newest_only` keeps the first of the list; `live_at` makes the filter of
    rows that count at an instant, where others are kept for the record. `same_holder` leads to
    documents of our own holder only, whatever the reference says.
    """

    collection: str
    local: str
    foreign: str
    order: str | None = None
    newest_only: bool = False
    live_at: Callable[[datetime], Mapping[str, Any]] | None = None
    same_holder: bool = False
    ascending: bool = False


def _of_holder(collection: str, order: str, *, newest_only: bool = False) -> Relation:
    return Relation(collection, "_id", "holder_id", order, newest_only)


_EMPLOYER = Relation(employers.NAME, "employer_id", "_id")
_TASKS = Relation(tasks.NAME, "_id", "responsible.subject", "opened_at")

RELATIONS: Mapping[str, Mapping[str, Relation]] = {
    holders.NAME: {
        "key": Relation(holder_keys.NAME, "_id", "_id"),
        "permits": _of_holder(permits.NAME, "valid_from"),
        "cards": _of_holder(cards.NAME, "issued_at"),
        "identity_documents": _of_holder(identity_documents.NAME, "valid_from"),
        "residence_permit": _of_holder(residence_permits.NAME, "valid_from", newest_only=True),
        "sessions": Relation(
            session_documents.NAME,
            "_id",
            "holder_id",
            "created_at",
            live_at=session_documents.live_at,
        ),
        "insurance": _of_holder(insurance_enrolments.NAME, "started_at", newest_only=True),
        "tasks": _TASKS,
    },
    employers.NAME: {"tasks": _TASKS},
    permits.NAME: {"employer": _EMPLOYER},
    cards.NAME: {"permit": Relation(permits.NAME, "permit_id", "_id", same_holder=True)},
    insurance_enrolments.NAME: {"employer": _EMPLOYER},
}
