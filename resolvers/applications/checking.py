"""The checker's side: a case is returned once or pre-checked, then accepted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

from auth.mongo import Document, Transaction
from auth.officers import Duty, Officer
from resolvers.applications.judging import policy_of
from resolvers.applications.parties import find_case, refused
from resolvers.applications.people import vault_of
from resolvers.applications.steps import move, promise_from, refusal_of_step, told
from resolvers.applications.texts import encode_gaps, refusal_of_text
from resolvers.changes import Changed, Command, Done, Work, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import Gap, RefusalCode, Refused
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.state_machine import Party
from resolvers.store.application_documents import MAX_GAPS, PromiseStage
from resolvers.vocabulary import PermitCategory, ProcedureKind


async def return_application(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    application_id: str,
    revision: int,
    gaps: Sequence[Gap],
) -> Done | Refused:
    """Back to the filer, once, with every gap. It lapses if nobody sends it again."""

    async def step(
        found: Document, _officer: Officer, transaction: Transaction
    ) -> Mapping[str, Any] | RefusalCode:
        if found["returned_at"] is not None:
            return RefusalCode.ALREADY_RETURNED
        if not 1 <= len(gaps) <= MAX_GAPS:
            return RefusalCode.GAPS_MISSING
        faults = [fault for gap in gaps if (fault := refusal_of_text(gap.note)) is not None]
        if faults:
            return faults[0]
        now = gateway.now()
        vault = await vault_of(gateway, found["holder_id"], transaction)
        days = timedelta(days=policy_of(found, now).returned_lapse_days)
        return {
            "gaps": encode_gaps(vault, gaps),
            "returned_at": now,
            "lapses_at": ends_at(shanghai_day(now) + days),
            "promise": None,
        }

    work = _checking(gateway, ask, application_id, revision, ApplicationEvent.RETURN, step)
    return await change(gateway, ask, command, work)


async def pre_check_application(
    gateway: Gateway, ask: Ask, command: Command, application_id: str, revision: int
) -> Done | Refused:
    """The papers are complete. The promise for acceptance stays that of the pre-check."""

    async def step(
        found: Document, officer: Officer, _transaction: Transaction
    ) -> Mapping[str, Any] | RefusalCode:
        return {"checkers": _with(found["checkers"], officer)}

    work = _checking(gateway, ask, application_id, revision, ApplicationEvent.PRE_CHECK, step)
    return await change(gateway, ask, command, work)


async def accept_application(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    application_id: str,
    revision: int,
    *,
    originals_seen: bool,
) -> Done | Refused:
    """The case is accepted, and the time of the review runs. In categories B and C the originals
    of a person who is in China have been seen on site."""

    async def step(
        found: Document, officer: Officer, _transaction: Transaction
    ) -> Mapping[str, Any] | RefusalCode:
        now = gateway.now()
        policy = policy_of(found, now)
        category = PermitCategory(found["category"])
        on_site = ProcedureKind(found["procedure"]) in _ON_SITE
        if on_site and category in policy.originals_checked and not originals_seen:
            return RefusalCode.ORIGINALS_NOT_SEEN
        days = policy.review_working_days[category]
        return {
            "checkers": _with(found["checkers"], officer),
            "originals_seen_at": now if originals_seen else None,
            "promise": promise_from(gateway, PromiseStage.REVIEW, now, days),
        }

    work = _checking(gateway, ask, application_id, revision, ApplicationEvent.ACCEPT, step)
    return await change(gateway, ask, command, work)


_Step = Callable[
    [Document, Officer, Transaction], Coroutine[Any, Any, Mapping[str, Any] | RefusalCode]
]
"""What a step changes in a case, or why it cannot."""

_ON_SITE = frozenset({ProcedureKind.NEW_IN_CHINA, ProcedureKind.ORIGINALS_CHECK})


def _with(checkers: Sequence[str], officer: Officer) -> list[str]:
    return [*(one for one in checkers if one != officer.officer_id), officer.officer_id]


def _checking(
    gateway: Gateway,
    ask: Ask,
    application_id: str,
    revision: int,
    event: ApplicationEvent,
    step: _Step,
) -> Work:
    async def work(transaction: Transaction) -> Changed | Refused:
        case = await find_case(gateway, ask, application_id, Duty.CHECK, transaction)
        if isinstance(case, Refused):
            return case
        found, officer = case
        refusal = refusal_of_step(found, event, revision)
        if refusal is not None:
            return refusal
        changes = await step(found, officer, transaction)
        if isinstance(changes, RefusalCode):
            return refused(found, changes)
        moved = await move(
            gateway, found, event, Party.CHECKER, officer.officer_id, changes, transaction
        )
        if isinstance(moved, Refused):
            return moved
        line, outgoing = told(moved, event)
        return Changed(application_id, [line], [outgoing])

    return work
