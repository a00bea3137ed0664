"""One step of a contest: is it an edge, is the caller's copy the newest, and what is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.changes import Changed
from resolvers.gateway import Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.contests import CONTEST_MACHINE, ContestEvent, ContestState
from resolvers.store.outgoing_events import Event, EventKind


def refused(contest: Document, code: RefusalCode) -> Refused:
    """A refusal about a contest that the caller may see."""
    return Refused(code, contest["_id"], contest["holder_id"])


def refusal_of_step(contest: Document, event: ContestEvent, revision: int) -> Refused | None:
    """An old copy is told first: who reads it again sees the state."""
    if contest["revision"] != revision:
        return refused(contest, RefusalCode.STALE_REVISION)
    if CONTEST_MACHINE.find(ContestState(contest["state"]), event) is None:
        return refused(contest, RefusalCode.WRONG_STATE)
    return None


async def moved(
    gateway: Gateway,
    contest: Document,
    event: ContestEvent,
    changes: Mapping[str, Any],
    as_what: tuple[AuditAction, EventKind],
    transaction: Transaction,
) -> Changed | Refused:
    """After the step, which must be an edge. STALE_REVISION when another change came first."""
    transition = CONTEST_MACHINE.find(ContestState(contest["state"]), event)
    if transition is None:
        raise ValueError("no edge of the machine")
    after = await gateway.contests.advance(
        contest, {"state": str(transition.target), **changes}, transaction
    )
    if after is None:
        return refused(contest, RefusalCode.STALE_REVISION)
    line, outgoing = told(after, *as_what)
    return Changed(contest["_id"], [line], [outgoing])


def told(contest: Document, action: AuditAction, kind: EventKind) -> tuple[AuditLine, Event]:
    """The sponsor hears nothing of a contest: it sees that a permit is under review."""
    record_id = contest["record"]["id"]
    line = AuditLine(action, contest["holder_id"], objects=(contest["_id"], record_id))
    event = Event(
        kind,
        contest["_id"],
        holder_id=contest["holder_id"],
        authority=contest["authority"],
        related=(record_id,),
    )
    return line, event
