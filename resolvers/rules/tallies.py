"""What a dashboard counts, and by what: filters and group keys of documents at an instant. Pure.

Each is answered from an index alone, in one pass, and has few groups however many documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from resolvers.rules.application_machine import OPEN
from resolvers.rules.tasks import TaskState
from resolvers.vocabulary import PermitState, PermitStatus


class Tally(StrEnum):
    EMPLOYEES = "EMPLOYEES"
    APPLICATIONS = "APPLICATIONS"
    TASKS = "TASKS"


def tally_match(tally: Tally, now: datetime) -> Mapping[str, Any]:
    """Employments that go on; applications without a result; tasks that are still to be done."""
    match tally:
        case Tally.EMPLOYEES:
            return {"ends_at": {"$gt": now}}
        case Tally.APPLICATIONS:
            return {"state": {"$in": [str(state) for state in OPEN]}}
        case Tally.TASKS:
            return {"state": str(TaskState.OPEN)}


def tally_keys(tally: Tally, now: datetime) -> Mapping[str, Any]:
    match tally:
        case Tally.EMPLOYEES:
            return {
                "state": "$permit.state",
                "category": "$permit.category",
                "city": "$permit.city",
                "has_begun": {"$lte": ["$permit.valid_from", now]},
                "is_over": {"$lte": ["$permit.valid_until", now]},
            }
        case Tally.APPLICATIONS:
            return {"state": "$state"}
        case Tally.TASKS:
            return {"kind": "$kind", "is_overdue": {"$lte": ["$due_at", now]}}


def status_of_group(key: Mapping[str, Any]) -> PermitStatus:
    """What `permit_status` says of each permit of a group of `Tally.EMPLOYEES`."""
    match PermitState(key["state"]):
        case PermitState.CANCELLED:
            return PermitStatus.CANCELLED
        case PermitState.SUPERSEDED:
            return PermitStatus.SUPERSEDED
        case PermitState.AWAITING_ORIGINALS:
            return PermitStatus.EXPIRED if key["is_over"] else PermitStatus.AWAITING_ORIGINALS
        case PermitState.ISSUED:
            if not key["has_begun"]:
                return PermitStatus.NOT_YET_VALID
            return PermitStatus.EXPIRED if key["is_over"] else PermitStatus.ACTIVE
