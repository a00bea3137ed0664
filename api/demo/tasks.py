"""What the law ties to the last permit of a demo holder."""

from __future__ import annotations

from collections.abc import Iterator

from api.demo.days import day_of
from api.demo.draw import drawn_id
from api.demo.people import Person
from auth.mongo import Document
from resolvers.policy.procedures import NoPolicyYet, ProcedurePolicy, policy_for
from resolvers.rules.tasks import (
    NewTask,
    PermitOfTask,
    TaskState,
    enrolment_task,
    residence_settlement_task,
)
from resolvers.store.permits import PermitRecord
from resolvers.store.tasks import encode_task
from resolvers.vocabulary import PermitEvent, PermitState, ResidenceState


def task_documents(person: Person) -> Iterator[Document]:
    """The employer's enrolment, which is done once any kind has begun; after a cancellation the
    residence permit, which is settled once its own record says so."""
    if not person.permits:
        return
    permit = person.permits[-1]
    policy = _policy(permit)
    if policy is None:
        return
    subject = PermitOfTask(permit.permit_id, permit.holder_id, permit.employer_id)
    enrolment = enrolment_task(subject, day_of(permit.issued_at), policy.enrolment_days)
    begun = [
        enrolled.since
        for insurance in person.insurance
        if insurance.employer_id == permit.employer_id
        for enrolled in insurance.enrolments
        if enrolled.since is not None
    ]
    yield _document(enrolment, permit) | _done(min(begun, default=None))
    if permit.state is PermitState.CANCELLED:
        [at] = [at for at, event, _ in permit.history if event is PermitEvent.CANCELLED]
        settlement = residence_settlement_task(
            subject, day_of(at), policy.residence_settlement_days
        )
        settled = [
            residence.updated_at
            for residence in person.residence_permits
            if residence.state is ResidenceState.CANCELLED
        ]
        yield _document(settlement, permit) | {"opened_at": at} | _done(min(settled, default=None))


def _policy(permit: PermitRecord) -> ProcedurePolicy | None:
    """None for a permit from before our first version."""
    try:
        return policy_for(permit.city, day_of(permit.issued_at))
    except NoPolicyYet:
        return None


def _document(task: NewTask, permit: PermitRecord) -> Document:
    return encode_task(drawn_id("tsk", f"{permit.permit_id}/{task.kind}"), task, permit.issued_at)


def _done(at: object) -> Document:
    return {} if at is None else {"state": str(TaskState.DONE), "done_at": at, "revision": 2}
