"""The decider's side: review, approval, rejection. Whoever pre-checked or accepted a case does not
decide it (FACTS.md, after administrative licensing law)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auth.audit import AuditLine
from auth.mongo import Document, Transaction
from auth.officers import Duty, Officer
from resolvers.applications.granting import Granted, NewIds, grant
from resolvers.applications.judging import policy_of
from resolvers.applications.parties import find_case, refused
from resolvers.applications.people import vault_of
from resolvers.applications.steps import CLOSED_PROMISE, move, refusal_of_step, told
from resolvers.applications.texts import DECISION_TEXT, refusal_of_text, seal_text
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.store.application_documents import MAX_GROUNDS, DecisionOutcome
from resolvers.store.outgoing_events import Event
from resolvers.vocabulary import ProcedureKind, RejectionGround


async def start_review(
    gateway: Gateway, ask: Ask, command: Command, application_id: str, revision: int
) -> Done | Refused:
    """Take an accepted case: this officer decides it."""

    async def work(transaction: Transaction) -> Changed | Refused:
        case = await _case(gateway, ask, application_id, revision, _START, transaction)
        if isinstance(case, Refused):
            return case
        found, officer = case
        changes = {"reviewer": officer.officer_id}
        return await _moved(gateway, found, officer, _START, changes, transaction)

    return await change(gateway, ask, command, work)


async def take_over_review(
    gateway: Gateway, ask: Ask, command: Command, application_id: str, revision: int
) -> Done | Refused:
    """Go on with a case whose reviewer can no longer decide it: disabled, or without the duty."""

    async def work(transaction: Transaction) -> Changed | Refused:
        case = await _case(gateway, ask, application_id, revision, _TAKE_OVER, transaction)
        if isinstance(case, Refused):
            return case
        found, officer = case
        reviewer = await gateway.officers.find(found["reviewer"], transaction)
        if reviewer is not None and reviewer.can(Duty.DECIDE):
            return refused(found, RefusalCode.REVIEWER_AVAILABLE)
        changes = {"reviewer": officer.officer_id}
        return await _moved(gateway, found, officer, _TAKE_OVER, changes, transaction)

    return await change(gateway, ask, command, work)


async def approve_application(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    application_id: str,
    revision: int,
    text: str | None,
) -> Done | Refused:
    """The permit, the cards, the tasks and the decision in one transaction."""
    ids = NewIds.of(gateway)

    async def work(transaction: Transaction) -> Changed | Refused:
        case = await _case(gateway, ask, application_id, revision, _APPROVE, transaction)
        if isinstance(case, Refused):
            return case
        found, officer = case
        fault = refusal_of_text(text)
        if fault is not None:
            return refused(found, fault)
        granted = await grant(gateway, found, ids, transaction)
        if isinstance(granted, Refused):
            return granted
        decision = await _decision(
            gateway, found, DecisionOutcome.APPROVED, (), text, granted, transaction
        )
        changes = {
            "decision": decision,
            "result_permit_id": granted.permit_id,
            "is_registered": True,
            **CLOSED_PROMISE,
        }
        return await _moved(
            gateway,
            found,
            officer,
            _APPROVE,
            changes,
            transaction,
            related=granted.related,
            lines=granted.lines,
            events=granted.events,
        )

    return await change(gateway, ask, command, work)


async def reject_application(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    application_id: str,
    revision: int,
    grounds: Sequence[RejectionGround],
    text: str,
) -> Done | Refused:
    """With its grounds by code and text; the remedies follow from the city (policy)."""

    async def work(transaction: Transaction) -> Changed | Refused:
        case = await _case(gateway, ask, application_id, revision, _REJECT, transaction)
        if isinstance(case, Refused):
            return case
        found, officer = case
        if not 1 <= len(set(grounds)) <= MAX_GROUNDS:
            return refused(found, RefusalCode.GROUNDS_MISSING)
        fault = refusal_of_text(text)
        if fault is not None:
            return refused(found, fault)
        decision = await _decision(
            gateway, found, DecisionOutcome.REJECTED, grounds, text, None, transaction
        )
        changes = {"decision": decision, **CLOSED_PROMISE}
        return await _moved(gateway, found, officer, _REJECT, changes, transaction)

    return await change(gateway, ask, command, work)


_START = ApplicationEvent.START_REVIEW
_TAKE_OVER = ApplicationEvent.TAKE_OVER_REVIEW
_APPROVE = ApplicationEvent.APPROVE
_REJECT = ApplicationEvent.REJECT


async def _case(
    gateway: Gateway,
    ask: Ask,
    application_id: str,
    revision: int,
    event: ApplicationEvent,
    transaction: Transaction,
) -> tuple[Document, Officer] | Refused:
    """A case that this officer may decide now."""
    case = await find_case(gateway, ask, application_id, Duty.DECIDE, transaction)
    if isinstance(case, Refused):
        return case
    found, officer = case
    refusal = refusal_of_step(found, event, revision)
    if refusal is not None:
        return refusal
    if officer.officer_id in found["checkers"]:
        return refused(found, RefusalCode.CHECKER_CANNOT_DECIDE)
    if event in (_APPROVE, _REJECT) and found["reviewer"] != officer.officer_id:
        return refused(found, RefusalCode.ANOTHER_REVIEWER)
    return found, officer


async def _decision(
    gateway: Gateway,
    found: Document,
    outcome: DecisionOutcome,
    grounds: Sequence[RejectionGround],
    text: str | None,
    granted: Granted | None,
    transaction: Transaction,
) -> Document:
    now = gateway.now()
    policy = policy_of(found, now)
    fee = policy.fees[ProcedureKind(found["procedure"])]
    vault = await vault_of(gateway, found["holder_id"], transaction)
    return {
        "outcome": str(outcome),
        "at": now,
        "due_at": found["promise"]["due_at"],
        "policy_version": policy.version,
        "grounds": sorted({str(ground) for ground in grounds}),
        "text": seal_text(vault, DECISION_TEXT, text),
        "valid_until": granted and granted.valid_until and granted.valid_until.isoformat(),
        "bound": granted and granted.bound and str(granted.bound),
        "fee_fen": fee.fen if fee.is_known else None,
    }


async def _moved(
    gateway: Gateway,
    found: Document,
    officer: Officer,
    event: ApplicationEvent,
    changes: Mapping[str, Any],
    transaction: Transaction,
    *,
    related: Sequence[str] = (),
    lines: Sequence[AuditLine] = (),
    events: Sequence[Event] = (),
) -> Changed | Refused:
    moved = await move(
        gateway, found, event, Party.DECIDER, officer.officer_id, changes, transaction
    )
    if isinstance(moved, Refused):
        return moved
    line, outgoing = told(moved, event, related)
    return Changed(found["_id"], [line, *lines], [outgoing, *events])
