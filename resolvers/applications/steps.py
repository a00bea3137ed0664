"""One step of an application: is it an edge, is the caller's copy the newest, and what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.applications.parties import refused
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.application_machine import APPLICATION_MACHINE, ApplicationEvent
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.state_machine import Party
from resolvers.rules.working_days import add_working_days
from resolvers.store.application_documents import PromiseStage
from resolvers.store.outgoing_events import Event, EventKind
from resolvers.vocabulary import ApplicationState, FilerKind

_TOLD: Mapping[ApplicationEvent, tuple[AuditAction, EventKind]] = {
    ApplicationEvent.UPDATE: (AuditAction.APPLICATION_UPDATED, EventKind.APPLICATION_UPDATED),
    ApplicationEvent.CONFIRM: (AuditAction.APPLICATION_CONFIRMED, EventKind.APPLICATION_CONFIRMED),
    ApplicationEvent.SUBMIT: (AuditAction.APPLICATION_SUBMITTED, EventKind.APPLICATION_SUBMITTED),
    ApplicationEvent.RETURN: (AuditAction.APPLICATION_RETURNED, EventKind.APPLICATION_RETURNED),
    ApplicationEvent.PRE_CHECK: (
        AuditAction.APPLICATION_PRE_CHECKED,
        EventKind.APPLICATION_PRE_CHECKED,
    ),
    ApplicationEvent.ACCEPT: (AuditAction.APPLICATION_ACCEPTED, EventKind.APPLICATION_ACCEPTED),
    ApplicationEvent.START_REVIEW: (
        AuditAction.APPLICATION_REVIEW_STARTED,
        EventKind.APPLICATION_REVIEW_STARTED,
    ),
    ApplicationEvent.TAKE_OVER_REVIEW: (
        AuditAction.APPLICATION_REVIEW_TAKEN_OVER,
        EventKind.APPLICATION_REVIEW_TAKEN_OVER,
    ),
    ApplicationEvent.APPROVE: (AuditAction.APPLICATION_APPROVED, EventKind.APPLICATION_APPROVED),
    ApplicationEvent.REJECT: (AuditAction.APPLICATION_REJECTED, EventKind.APPLICATION_REJECTED),
    ApplicationEvent.WITHDRAW: (AuditAction.APPLICATION_WITHDRAWN, EventKind.APPLICATION_WITHDRAWN),
    ApplicationEvent.LAPSE: (AuditAction.APPLICATION_LAPSED, EventKind.APPLICATION_LAPSED),
}

CLOSED_PROMISE: Mapping[str, Any] = {"promise": None, "lapses_at": None}
"""What no longer runs when an application is over."""


def refusal_of_step(
    application: Document, event: ApplicationEvent, revision: int | None
) -> Refused | None:
    """Why this step cannot be taken now; the revision is that which the caller has read, None for
    the system's own steps. An old copy is told first: who reads it again sees the state."""
    if revision is not None and application["revision"] != revision:
        return refused(application, RefusalCode.STALE_REVISION)
    state = ApplicationState(application["state"])
    if APPLICATION_MACHINE.find(state, event) is None:
        return refused(application, RefusalCode.WRONG_STATE)
    return None


async def move(
    gateway: Gateway,
    application: Document,
    event: ApplicationEvent,
    party: Party,
    actor: str | None,
    changes: Mapping[str, Any],
    transaction: Transaction,
) -> Document | Refused:
    """The application after the step, which must be an edge. STALE_REVISION when another change
    came first."""
    now = gateway.now()
    transition = APPLICATION_MACHINE.find(ApplicationState(application["state"]), event)
    if transition is None:
        raise ValueError("no edge of the machine")
    moved = await gateway.applications.advance(
        application,
        {"state": str(transition.target), **changes},
        None
        if transition.target is transition.source
        else step_document(now, event, party, actor, transition.target),
        now,
        transaction,
    )
    return moved if moved is not None else refused(application, RefusalCode.STALE_REVISION)


def step_document(
    at: datetime, event: str, party: Party, actor: str | None, state: ApplicationState
) -> Document:
    return {
        "at": at,
        "event": str(event),
        "party": str(party),
        "actor": actor,
        "state": str(state),
    }


def told(
    application: Document, event: ApplicationEvent, related: Sequence[str] = ()
) -> tuple[AuditLine, Event]:
    """The audit line and the outgoing event of a step."""
    action, kind = _TOLD[event]
    line = AuditLine(action, application["holder_id"], objects=(application["_id"], *related))
    return line, event_of(application, kind, related)


def event_of(application: Document, kind: EventKind, related: Sequence[str] = ()) -> Event:
    return Event(
        kind,
        application["_id"],
        holder_id=application["holder_id"],
        employer_id=_told_employer(application),
        authority=application["authority"],
        related=related,
    )


def _told_employer(application: Document) -> str | None:
    """What a holder files is not the sponsor's to hear of."""
    by_employer = application["filed_by"]["kind"] == FilerKind.EMPLOYER
    employer_id: str | None = application["employer_id"] if by_employer else None
    return employer_id


def promise_from(gateway: Gateway, stage: PromiseStage, began_at: datetime, days: int) -> Document:
    """So many working days after the day of `began_at` in Asia/Shanghai."""
    return promise_on(gateway, stage, shanghai_day(began_at), days)


def promise_on(gateway: Gateway, stage: str, began_on: date, days: int) -> Document:
    """Kept through the whole of its last day. Both day and count are stored, so that it can be
    counted again when a calendar arrives."""
    due = add_working_days(gateway.calendar, began_on, days)
    return {
        "stage": str(stage),
        "began_on": began_on.isoformat(),
        "days": days,
        "due_on": due.day.isoformat(),
        "due_at": ends_at(due.day),
        "provisional": due.provisional,
        "calendar": due.calendar_version,
    }


def actor_of(ask: Ask) -> str | None:
    return ask.principal.subject
