"""What an employer's webhooks may tell of: the one catalogue, and the shape of each kind. Pure.

Every kind of outgoing event is told of only if it stands here; docs/webhooks-events.md and the JSON
Schema beside it are made from it. What is told names records by id and no person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

SCHEMA_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ID_PATTERN: Final = "_[0-9a-z]{26}$"


class WebhookEvent(StrEnum):
    """The closed list that a subscription chooses from."""

    APPLICATION_DRAFTED = "application.drafted"
    APPLICATION_UPDATED = "application.updated"
    APPLICATION_CONFIRMED = "application.confirmed"
    APPLICATION_SUBMITTED = "application.submitted"
    APPLICATION_RETURNED = "application.returned"
    APPLICATION_PRE_CHECKED = "application.pre_checked"
    APPLICATION_ACCEPTED = "application.accepted"
    APPLICATION_REVIEW_STARTED = "application.review_started"
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_REJECTED = "application.rejected"
    APPLICATION_WITHDRAWN = "application.withdrawn"
    APPLICATION_LAPSED = "application.lapsed"
    PROMISE_RECOMPUTED = "application.promise_recomputed"
    PERMIT_ISSUED = "permit.issued"
    PERMIT_SUPERSEDED = "permit.superseded"
    PERMIT_CANCELLED = "permit.cancelled"
    PERMIT_EXPIRING = "permit.expiring"
    TASK_OPENED = "task.opened"
    TASK_DONE = "task.done"
    LETTER_ISSUED = "letter.issued"
    GRANT_ASKED = "grant.asked"
    GRANT_ACCEPTED = "grant.accepted"
    GRANT_REFUSED = "grant.refused"
    GRANT_LAPSED = "grant.lapsed"
    GRANT_RETRACTED = "grant.retracted"
    GRANT_WITHDRAWN = "grant.withdrawn"
    GRANT_REPLACED = "grant.replaced"
    EXPORT_READY = "export.ready"
    EXPORT_STOPPED = "export.stopped"


TEST_KIND: Final = "webhook.test"
"""What `sendTestEvent` sends; nobody subscribes to it."""


@dataclass(frozen=True)
class EventShape:
    """`object_name` is under which the object's id is told, `prefix` how such ids begin; `related`
    the same of what else the event names, told where it does."""

    means: str
    object_name: str
    prefix: str
    related: Mapping[str, str]


def _application(means: str) -> EventShape:
    return EventShape(means, "applicationId", "apl", {"permitId": "pmt"})


def _permit(means: str) -> EventShape:
    return EventShape(means, "permitId", "pmt", {})


def _grant(means: str) -> EventShape:
    return EventShape(means, "grantId", "gnt", {"employmentId": "emt"})


_E = WebhookEvent
_TASK_OF: Final = {"permitId": "pmt"}
_ABOUT: Final = {"applicationId": "apl", "permitId": "pmt"}

CATALOGUE: Final[Mapping[str, EventShape]] = {
    _E.APPLICATION_DRAFTED: _application("an application of the employer was begun"),
    _E.APPLICATION_UPDATED: _application("what it states is another now"),
    _E.APPLICATION_CONFIRMED: _application("the holder has confirmed what it states"),
    _E.APPLICATION_SUBMITTED: _application("it was submitted, or sent again after a return"),
    _E.APPLICATION_RETURNED: _application("it was returned, with every gap"),
    _E.APPLICATION_PRE_CHECKED: _application("its papers are complete"),
    _E.APPLICATION_ACCEPTED: _application("it was accepted; the time of the review runs"),
    _E.APPLICATION_REVIEW_STARTED: _application("its review has begun"),
    _E.APPLICATION_APPROVED: _application("it was approved"),
    _E.APPLICATION_REJECTED: _application("it was rejected"),
    _E.APPLICATION_WITHDRAWN: _application("it was withdrawn"),
    _E.APPLICATION_LAPSED: _application("nobody went on with it, and it is over"),
    _E.PROMISE_RECOMPUTED: _application("the promised day was counted again, by another calendar"),
    _E.PERMIT_ISSUED: _permit("a permit that the employer sponsors is good"),
    _E.PERMIT_SUPERSEDED: _permit("a newer permit of the same employment took its place"),
    _E.PERMIT_CANCELLED: _permit("it was cancelled"),
    _E.PERMIT_EXPIRING: _permit(
        "it ends soon, or today, and no later one is there: told as often as the holder is reminded"
    ),
    _E.TASK_OPENED: EventShape("the employer has a task", "taskId", "tsk", _TASK_OF),
    _E.TASK_DONE: EventShape("the task is done", "taskId", "tsk", _TASK_OF),
    _E.LETTER_ISSUED: EventShape(
        "a letter about an application of the employer was made", "letterId", "ltr", _ABOUT
    ),
    _E.GRANT_ASKED: _grant("the employer has asked a holder to see more"),
    _E.GRANT_ACCEPTED: _grant("the holder has accepted, in whole or in part"),
    _E.GRANT_REFUSED: _grant("the holder has refused"),
    _E.GRANT_LAPSED: _grant("nobody answered, and it is over"),
    _E.GRANT_RETRACTED: _grant("the employer took its question back"),
    _E.GRANT_WITHDRAWN: _grant("the holder took back what was granted"),
    _E.GRANT_REPLACED: _grant("a newer grant took its place"),
    _E.EXPORT_READY: EventShape("a list that was asked for is made", "exportId", "exp", {}),
    _E.EXPORT_STOPPED: EventShape(
        "it is not made any further: the client may not have it any more", "exportId", "exp", {}
    ),
    TEST_KIND: EventShape("`sendTestEvent` was asked for", "webhookId", "whk", {}),
}


def ids_told(kind: str, event_id: str, object_id: str, related: Sequence[str]) -> dict[str, str]:
    """The ids of an event, by the names under which they are told; what the catalogue does not name
    is not told."""
    shape = CATALOGUE[kind]
    told = {"eventId": event_id, shape.object_name: object_id}
    for name, prefix in shape.related.items():
        found = next((one for one in related if one.startswith(f"{prefix}_")), None)
        if found is not None:
            told[name] = found
    return told


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of what a webhook sends of this kind."""
    shape = CATALOGUE[kind]
    ids = {"eventId": _id("evt"), shape.object_name: _id(shape.prefix)}
    optional = {name: _id(prefix) for name, prefix in shape.related.items()}
    return {
        "$schema": SCHEMA_DIALECT,
        "title": kind,
        "description": shape.means,
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {
                "type": "object",
                "required": list(ids),
                "additionalProperties": False,
                "properties": {**ids, **optional, "result": _RESULT, "errors": _ERRORS},
            },
        },
    }


def _id(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{prefix}{ID_PATTERN}"}


_RESULT: Final[Mapping[str, Any]] = {
    "description": "What the subscription's own query gave; null where it was refused.",
    "type": ["object", "null"],
}
_ERRORS: Final[Mapping[str, Any]] = {
    "description": "Why the query, or a part of it, gave nothing.",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code"],
        "additionalProperties": False,
        "properties": {
            "code": {"type": "string", "pattern": "^[A-Z_]+$"},
            "path": {"type": "array", "items": {"type": ["string", "integer"]}},
        },
    },
}
