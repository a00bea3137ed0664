"""Tasks are opened and closed inside the change that causes them: the approval, the import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.gateway import Gateway
from resolvers.policy.procedures import ProcedurePolicy
from resolvers.rules.permit_status import shanghai_day
from resolvers.rules.tasks import (
    NewTask,
    PermitOfTask,
    ResponsibleParty,
    TaskKind,
    enrolment_task,
    is_enrolled,
    residence_application_task,
    residence_settlement_task,
)
from resolvers.store.insurance_enrolments import states_of
from resolvers.store.outgoing_events import Event, EventKind
from resolvers.store.tasks import encode_task

Told = tuple[AuditLine, Event]


async def open_task(
    gateway: Gateway, task: NewTask, now: datetime, transaction: Transaction
) -> Told | None:
    """None when it was opened before, is open by another permit of the same employment, or is
    done already."""
    if await gateway.tasks.is_known(task, transaction):
        return None
    if await _is_done_already(gateway, task, transaction):
        return None
    document = encode_task(gateway.new_id("tsk"), task, now)
    await gateway.tasks.insert(document, transaction)
    return _told(document, AuditAction.TASK_OPENED, EventKind.TASK_OPENED)


async def close_tasks(
    gateway: Gateway, tasks: Sequence[Document], now: datetime, transaction: Transaction
) -> Sequence[Told]:
    """Open ones that something has shown to be done."""
    if tasks:
        await gateway.tasks.mark_done([task["_id"] for task in tasks], now, transaction)
    return [_told(task, AuditAction.TASK_DONE, EventKind.TASK_DONE) for task in tasks]


def tasks_for_issued_permit(
    permit: Mapping[str, Any], policy: ProcedurePolicy, now: datetime
) -> NewTask:
    """A permit was issued at `now`: its employer enrols the holder in social insurance."""
    return enrolment_task(_of(permit), shanghai_day(now), policy.enrolment_days)


def tasks_for_entry(
    permit: Mapping[str, Any], policy: ProcedurePolicy, entered_on: date
) -> NewTask:
    """The holder of a permit from abroad has entered: the residence permit is to be applied for."""
    return residence_application_task(_of(permit), entered_on, policy.residence_application_days)


def tasks_for_cancelled_permit(
    permit: Mapping[str, Any], policy: ProcedurePolicy, now: datetime
) -> NewTask:
    """A permit was cancelled at `now`: the holder settles the residence permit."""
    return residence_settlement_task(
        _of(permit), shanghai_day(now), policy.residence_settlement_days
    )


def _of(permit: Mapping[str, Any]) -> PermitOfTask:
    return PermitOfTask(permit["_id"], permit["holder_id"], permit["employer_id"])


async def _is_done_already(gateway: Gateway, task: NewTask, transaction: Transaction) -> bool:
    """After an extension the holder is enrolled with the same employer."""
    if task.kind is not TaskKind.ENROL_SOCIAL_INSURANCE:
        return False
    found = await gateway.insurance.find(task.holder_id, task.employer_id, transaction)
    return found is not None and is_enrolled(states_of(found))


def _told(task: Document, action: AuditAction, kind: EventKind) -> Told:
    line = AuditLine(action, task["holder_id"], objects=(task["_id"], task["permit_id"]))
    of_employer = task["responsible"]["kind"] == ResponsibleParty.EMPLOYER
    event = Event(
        kind,
        task["_id"],
        holder_id=task["holder_id"],
        employer_id=task["employer_id"] if of_employer else None,
        related=(task["permit_id"],),
    )
    return line, event
