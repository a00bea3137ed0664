"""Which rows of a relation count, where others are kept for the record: filters at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from auth.repeated_looks import REPEATING
from resolvers.rules.card_machines import OPEN_ORDERS, WAITING_ORDERS
from resolvers.rules.tasks import TaskState
from resolvers.store import contests
from resolvers.store.deliveries import DeliveryState
from resolvers.vocabulary import FilerKind

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)


def open_tasks(_now: datetime) -> Mapping[str, Any]:
    return {"state": str(TaskState.OPEN)}


def due(now: datetime) -> Mapping[str, Any]:
    return {"state": str(DeliveryState.PENDING), "due_at": {"$lte": now}}


def stored(_now: datetime) -> Mapping[str, Any]:
    """Papers, without uploads under way."""
    return {"state": "STORED"}


def current(_now: datetime) -> Mapping[str, Any]:
    """Identity documents that no other has superseded."""
    return {"superseded_at": None}


def promised(_now: datetime) -> Mapping[str, Any]:
    """Open cases; said so that the partial index serves it."""
    return {"promise.due_at": {"$gt": _LONG_AGO}}


def filed(_now: datetime) -> Mapping[str, Any]:
    """A draft is nobody's case yet."""
    return {"filed_at": {"$gt": _LONG_AGO}}


def filed_by_employer(_now: datetime) -> Mapping[str, Any]:
    """What a holder files about a permit is not the sponsor's to read, least of all its drafts."""
    return {"filed_by.kind": str(FilerKind.EMPLOYER)}


def of_an_employer(_now: datetime) -> Mapping[str, Any]:
    """Said with its type, so that the partial index serves it."""
    return {"employer_id": {"$type": "string"}}


def of_an_employment(_now: datetime) -> Mapping[str, Any]:
    """Of which it is known what their employer is shown; an index holds the field."""
    return {"shown.listed_from": {"$gt": _BEFORE_ALL}}


def open_orders(_now: datetime) -> Mapping[str, Any]:
    return {"state": {"$in": [str(state) for state in OPEN_ORDERS]}}


def waiting_tickets(_now: datetime) -> Mapping[str, Any]:
    """Orders that a counter is still to make a card for."""
    return {
        "state": {"$in": [str(state) for state in WAITING_ORDERS]},
        "ticket": {"$type": "object"},
    }


def standing(_now: datetime) -> Mapping[str, Any]:
    """A notice that no longer holds is shown to nobody."""
    return {"withdrawn_at": None}


def repeating(_now: datetime) -> Mapping[str, Any]:
    """Said with its type, so that the partial index serves it."""
    return REPEATING


def running_contests(_now: datetime) -> Mapping[str, Any]:
    return contests.running()
