"""What the law ties to a permit: tasks of the employer and of the holder (FACTS.md). Pure.

Days are calendar days of Asia/Shanghai, counted from the day after; the last one is the due day.
Numbers of days come from the caller, who has them from the policy of the city and day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from resolvers.vocabulary import InsuranceKind, InsuranceState, ResidenceState


class TaskKind(StrEnum):
    """What the law ties to a procedure, beside the procedure itself."""

    ENROL_SOCIAL_INSURANCE = "ENROL_SOCIAL_INSURANCE"
    APPLY_RESIDENCE_PERMIT = "APPLY_RESIDENCE_PERMIT"
    SETTLE_RESIDENCE_PERMIT = "SETTLE_RESIDENCE_PERMIT"


class TaskState(StrEnum):
    """Whether it is overdue follows from the clock and is not stored."""

    OPEN = "OPEN"
    DONE = "DONE"


class ResponsibleParty(StrEnum):
    """Who has to do a task."""

    EMPLOYER = "EMPLOYER"
    HOLDER = "HOLDER"


_COVERED = frozenset({InsuranceState.ENROLLED, InsuranceState.EXEMPT_BY_TREATY})


@dataclass(frozen=True)
class NewTask:
    """`responsible` is the employer or the holder of the permit; `due_on` the last day in time."""

    kind: TaskKind
    responsible: ResponsibleParty
    holder_id: str
    employer_id: str
    permit_id: str
    due_on: date

    @property
    def subject(self) -> str:
        """The id of who has to do it."""
        is_of_employer = self.responsible is ResponsibleParty.EMPLOYER
        return self.employer_id if is_of_employer else self.holder_id


@dataclass(frozen=True)
class PermitOfTask:
    """What a task needs of a permit."""

    permit_id: str
    holder_id: str
    employer_id: str


def enrolment_task(permit: PermitOfTask, issued_on: date, days: int) -> NewTask:
    """From the permit: the employer enrols in social insurance."""
    return _task(
        TaskKind.ENROL_SOCIAL_INSURANCE, ResponsibleParty.EMPLOYER, permit, issued_on, days
    )


def residence_application_task(permit: PermitOfTask, entered_on: date, days: int) -> NewTask:
    """From entry: the holder applies for the residence permit."""
    return _task(TaskKind.APPLY_RESIDENCE_PERMIT, ResponsibleParty.HOLDER, permit, entered_on, days)


def residence_settlement_task(permit: PermitOfTask, cancelled_on: date, days: int) -> NewTask:
    """From the cancellation of the permit: the holder settles the residence permit."""
    return _task(
        TaskKind.SETTLE_RESIDENCE_PERMIT, ResponsibleParty.HOLDER, permit, cancelled_on, days
    )


def _task(
    kind: TaskKind, responsible: ResponsibleParty, permit: PermitOfTask, start: date, days: int
) -> NewTask:
    return NewTask(
        kind,
        responsible,
        permit.holder_id,
        permit.employer_id,
        permit.permit_id,
        start + timedelta(days=days),
    )


def is_enrolled(states: Mapping[InsuranceKind, InsuranceState]) -> bool:
    """Whether an employer has done its enrolment: each of the five kinds is enrolled or exempt."""
    return all(states.get(kind) in _COVERED for kind in InsuranceKind)


@dataclass(frozen=True)
class ResidenceStatement:
    """What the exit-entry police says of a residence permit."""

    state: ResidenceState
    valid_from: datetime
    valid_until: datetime


def is_done_by_residence(
    kind: TaskKind,
    opened_at: datetime,
    said_at: datetime,
    before: ResidenceStatement | None,
    after: ResidenceStatement,
) -> bool:
    """Whether what the police said at `said_at` shows that a task of that holder is done."""
    if said_at <= opened_at:
        return False
    match kind:
        case TaskKind.APPLY_RESIDENCE_PERMIT:
            return after.state is ResidenceState.ISSUED
        case TaskKind.SETTLE_RESIDENCE_PERMIT:
            # Cancelled, or another one than before. That the old one is said again settles nothing.
            return after.state is ResidenceState.CANCELLED or after != before
        case TaskKind.ENROL_SOCIAL_INSURANCE:
            return False
