"""The authority's side: an officer who answers for its records takes a contest of one, and
decides it with a ground.

A decision says what the authority does with its record; the record itself changes where it is
kept, and arrives here as any other news of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from auth.audit import AuditAction
from auth.mongo import Document, Transaction
from auth.officers import Duty, Officer
from resolvers.applications.texts import refusal_of_text
from resolvers.changes import Changed, Command, Done, change
from resolvers.contests.steps import moved, refusal_of_step, refused
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.contests import (
    EVENT_OF,
    GROUNDS_OF,
    ContestEvent,
    ContestGround,
    ContestOutcome,
)
from resolvers.store import contests
from resolvers.store.outgoing_events import EventKind


@dataclass(frozen=True)
class ContestDecided:
    """`text` is what the officer adds in its own words, in whichever language."""

    outcome: ContestOutcome
    ground: ContestGround
    text: str | None = field(default=None, repr=False)


async def take_contest(
    gateway: Gateway, ask: Ask, command: Command, contest_id: str, revision: int
) -> Done | Refused:
    """This officer decides it. One that another officer has is taken over: authorities change who
    sits at a desk, and the holder waits."""
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        found = await _found(gateway, ask, contest_id, ContestEvent.TAKE, revision, transaction)
        if isinstance(found, Refused):
            return found
        contest, officer = found
        if contest["taken_by"] == officer.officer_id:
            return refused(contest, RefusalCode.WRONG_STATE)
        return await moved(
            gateway,
            contest,
            ContestEvent.TAKE,
            {"taken_by": officer.officer_id, "taken_at": now},
            (AuditAction.CONTEST_TAKEN, EventKind.CONTEST_TAKEN),
            transaction,
        )

    return await change(gateway, ask, command, work)


async def decide_contest(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    contest_id: str,
    revision: int,
    decided: ContestDecided,
) -> Done | Refused:
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        event = EVENT_OF[decided.outcome]
        found = await _found(gateway, ask, contest_id, event, revision, transaction)
        if isinstance(found, Refused):
            return found
        contest, officer = found
        if contest["taken_by"] != officer.officer_id:
            return refused(contest, RefusalCode.ANOTHER_REVIEWER)
        if decided.ground not in GROUNDS_OF[decided.outcome]:
            return refused(contest, RefusalCode.GROUNDS_MISSING)
        fault = refusal_of_text(decided.text)
        if fault is not None:
            return refused(contest, fault)
        decision = {
            "outcome": str(decided.outcome),
            "ground": str(decided.ground),
            "at": now,
            "text": await _sealed(gateway, contest, decided.text, transaction),
        }
        return await moved(
            gateway,
            contest,
            event,
            {"decision": decision, "ended_at": now},
            (AuditAction.CONTEST_DECIDED, EventKind.CONTEST_DECIDED),
            transaction,
        )

    return await change(gateway, ask, command, work)


async def _found(
    gateway: Gateway,
    ask: Ask,
    contest_id: str,
    event: ContestEvent,
    revision: int,
    transaction: Transaction,
) -> tuple[Document, Officer] | Refused:
    """A contest of a record of the officer's own authority, and the officer as he is now, whatever
    his token says. Another authority's is NOT_FOUND."""
    officer = await gateway.officers.find(ask.principal.officer_id(), transaction)
    if officer is None or not officer.is_active:
        return Refused(RefusalCode.OFFICER_NOT_ACTIVE)
    if Duty.RECORDS not in officer.duties:
        return Refused(RefusalCode.DUTY_MISSING)
    contest = await gateway.contests.find(contest_id, {"authority": officer.authority}, transaction)
    if contest is None:
        return Refused(RefusalCode.NOT_FOUND)
    return refusal_of_step(contest, event, revision) or (contest, officer)


async def _sealed(
    gateway: Gateway, contest: Document, text: str | None, transaction: Transaction
) -> bytes | None:
    if text is None:
        return None
    key = await gateway.holder_keys.find(contest["holder_id"], transaction)
    if key is None:
        raise LookupError("a holder has a key")
    vault = gateway.sealer.vault_for(contest["holder_id"], key)
    return vault.seal(contests.NAME, contests.DECISION_TEXT, text)
