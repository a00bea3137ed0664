"""Confirming, submitting and withdrawing an application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.mongo import Document, Transaction
from resolvers.applications.judging import judged_by_window, policy_of
from resolvers.applications.parties import find_filed, find_own, refused
from resolvers.applications.sponsoring import is_open_for
from resolvers.applications.steps import (
    CLOSED_PROMISE,
    actor_of,
    move,
    promise_from,
    refusal_of_step,
    told,
)
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.papers import required_papers
from resolvers.refusals import Gap, GapReason, RefusalCode, Refused
from resolvers.rules.application_machine import EDITABLE, ApplicationEvent
from resolvers.rules.permit_status import shanghai_day
from resolvers.rules.state_machine import Party
from resolvers.store.application_documents import PromiseStage
from resolvers.vocabulary import (
    ApplicationState,
    FilerKind,
    PaperKind,
    PermitCategory,
    ProcedureKind,
)

_UNCONFIRMED = frozenset({ProcedureKind.CANCELLATION, ProcedureKind.ORIGINALS_CHECK})
"""An employer that lets somebody go asks nobody; who has originals checked is the holder."""


async def confirm_application(
    gateway: Gateway, ask: Ask, command: Command, application_id: str, revision: int
) -> Done | Refused:
    """The holder says that what the employer states is so."""

    async def work(transaction: Transaction) -> Changed | Refused:
        found = await find_own(gateway, ask, application_id, transaction)
        if isinstance(found, Refused):
            return found
        refusal = refusal_of_step(found, ApplicationEvent.CONFIRM, revision)
        if refusal is not None:
            return refusal
        if not is_confirmation_due(found):
            return refused(found, RefusalCode.ALREADY_CONFIRMED)
        changes = {"confirmed_at": gateway.now()}
        return await _moved(
            gateway, ask, found, ApplicationEvent.CONFIRM, Party.HOLDER, changes, transaction
        )

    return await change(gateway, ask, command, work)


async def submit_application(
    gateway: Gateway, ask: Ask, command: Command, application_id: str, revision: int
) -> Done | Refused:
    """File it, or send it again after a return: the window is judged at the first filing, the
    papers at each."""

    async def work(transaction: Transaction) -> Changed | Refused:
        found = await find_filed(gateway, ask, application_id, transaction)
        if isinstance(found, Refused):
            return found
        refusal = refusal_of_step(found, ApplicationEvent.SUBMIT, revision)
        if refusal is not None:
            return refusal
        if is_confirmation_due(found):
            return refused(found, RefusalCode.HOLDER_NOT_CONFIRMED)
        judged = await _judge(gateway, found, transaction)
        if isinstance(judged, Refused):
            return judged
        gaps = await _paper_gaps(gateway, found, transaction)
        if gaps:
            return Refused(
                RefusalCode.PAPERS_MISSING, application_id, found["holder_id"], tuple(gaps)
            )
        now = gateway.now()
        policy = policy_of(found, now)
        days = policy.pre_check_working_days
        changes = {
            **judged,
            "promise": promise_from(gateway, PromiseStage.PRE_CHECK, now, days),
            "lapses_at": None,
        }
        return await _moved(
            gateway, ask, found, ApplicationEvent.SUBMIT, Party.FILER, changes, transaction
        )

    return await change(gateway, ask, command, work)


async def withdraw_application(
    gateway: Gateway, ask: Ask, command: Command, application_id: str, revision: int
) -> Done | Refused:
    async def work(transaction: Transaction) -> Changed | Refused:
        found = await find_filed(gateway, ask, application_id, transaction)
        if isinstance(found, Refused):
            return found
        refusal = refusal_of_step(found, ApplicationEvent.WITHDRAW, revision)
        if refusal is not None:
            return refusal
        return await _moved(
            gateway,
            ask,
            found,
            ApplicationEvent.WITHDRAW,
            Party.FILER,
            CLOSED_PROMISE,
            transaction,
        )

    return await change(gateway, ask, command, work)


def is_confirmation_due(application: Document) -> bool:
    """A registered holder confirms what an employer files for him; a new person cannot log in
    yet, and shows the originals instead."""
    return (
        application["filed_by"]["kind"] == FilerKind.EMPLOYER
        and application["is_registered"]
        and application["confirmed_at"] is None
        and ApplicationState(application["state"]) in EDITABLE
        and ProcedureKind(application["procedure"]) not in _UNCONFIRMED
    )


async def _moved(
    gateway: Gateway,
    ask: Ask,
    found: Document,
    event: ApplicationEvent,
    party: Party,
    changes: Mapping[str, Any],
    transaction: Transaction,
) -> Changed | Refused:
    moved = await move(gateway, found, event, party, actor_of(ask), changes, transaction)
    if isinstance(moved, Refused):
        return moved
    line, outgoing = told(moved, event)
    return Changed(found["_id"], [line], [outgoing])


async def _judge(
    gateway: Gateway, found: Document, transaction: Transaction
) -> dict[str, Any] | Refused:
    """`filed_at` and `is_late` by the first filing; a permit must still stand as it did."""
    now = gateway.now()
    permit = None
    if found["permit_id"] is not None:
        scope = {"holder_id": found["holder_id"]}
        permit = await gateway.permits.find(found["permit_id"], scope, transaction)
        if permit is None or not await _is_open(gateway, found, permit, transaction):
            return refused(found, RefusalCode.PERMIT_NOT_ELIGIBLE)
        if await gateway.applications.has_filed(permit["_id"], found["_id"], transaction):
            return refused(found, RefusalCode.APPLICATION_OPEN)
    elif await gateway.permits.has_active(found["holder_id"], now, transaction):
        return refused(found, RefusalCode.ACTIVE_PERMIT_EXISTS)
    if found["filed_at"] is not None:
        return {}
    judged = judged_by_window(gateway, found, permit, now)
    if isinstance(judged, RefusalCode):
        return refused(found, judged)
    return {"filed_at": now, **judged}


async def _is_open(
    gateway: Gateway, found: Document, permit: Document, transaction: Transaction
) -> bool:
    return await is_open_for(
        gateway,
        FilerKind(found["filed_by"]["kind"]),
        ProcedureKind(found["procedure"]),
        permit,
        transaction,
        is_filed=found["filed_at"] is not None,
    )


async def _paper_gaps(gateway: Gateway, found: Document, transaction: Transaction) -> list[Gap]:
    """What is required and not there; after a return also what was not replaced."""
    papers = await gateway.papers.load_of_application(found["_id"], transaction)
    # Oldest first, so the newest of a kind stays.
    stored = {PaperKind(paper["kind"]): paper["stored_at"] for paper in papers}
    required = required_papers(
        ProcedureKind(found["procedure"]),
        PermitCategory(found["category"]),
        found["city"],
        shanghai_day(gateway.now()),
    )
    missing = [Gap(GapReason.MISSING, paper.kind) for paper in required if paper.kind not in stored]
    if ApplicationState(found["state"]) is not ApplicationState.RETURNED:
        return missing
    for gap in found["gaps"]:
        kind = None if gap["paper"] is None else PaperKind(gap["paper"])
        if kind is not None and kind in stored and stored[kind] <= found["returned_at"]:
            missing.append(Gap(GapReason(gap["reason"]), kind))
    return missing
