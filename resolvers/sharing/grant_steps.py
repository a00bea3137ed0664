"""One step of a grant: is it an edge, is the caller's copy the newest, its signed record, and what
is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.grant_records import GrantRecords
from auth.mongo import Document, Transaction
from auth.principal import PrincipalKind
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.grants import GRANT_MACHINE, GrantEvent, GrantState, GrantStep
from resolvers.rules.state_machine import Party
from resolvers.store.outgoing_events import Event, EventKind

_P = GrantStep
_TOLD: Mapping[GrantStep, tuple[AuditAction, EventKind]] = {
    _P.ASK: (AuditAction.GRANT_ASKED, EventKind.GRANT_ASKED),
    _P.ACCEPT: (AuditAction.GRANT_ACCEPTED, EventKind.GRANT_ACCEPTED),
    _P.REFUSE: (AuditAction.GRANT_REFUSED, EventKind.GRANT_REFUSED),
    _P.LAPSE: (AuditAction.GRANT_LAPSED, EventKind.GRANT_LAPSED),
    _P.RETRACT: (AuditAction.GRANT_RETRACTED, EventKind.GRANT_RETRACTED),
    _P.WITHDRAW: (AuditAction.GRANT_WITHDRAWN, EventKind.GRANT_WITHDRAWN),
    _P.REPLACE: (AuditAction.GRANT_REPLACED, EventKind.GRANT_REPLACED),
}

Told = tuple[AuditLine, Event]


@dataclass(frozen=True)
class GrantAsked:
    """A grant, and the revision that the caller has seen."""

    grant_id: str
    revision: int


async def find_own_grant(
    gateway: Gateway, ask: Ask, asked: GrantAsked, transaction: Transaction
) -> Document | Refused:
    """One of the caller's, holder or employer, as it was read; another's is NOT_FOUND."""
    principal = ask.principal
    scope = (
        {"holder_id": principal.holder_id()}
        if principal.kind is PrincipalKind.HOLDER
        else {"employer_id": principal.employer_id()}
    )
    grant = await gateway.grants.find(asked.grant_id, scope, transaction)
    if grant is None:
        return Refused(RefusalCode.NOT_FOUND)
    if grant["revision"] != asked.revision:
        return refused(grant, RefusalCode.STALE_REVISION)
    return grant


async def move_grant(
    gateway: Gateway,
    grant: Document,
    event: GrantEvent,
    party: Party,
    changes: Mapping[str, Any],
    now: datetime,
    transaction: Transaction,
) -> Document | Refused:
    """The grant after the step; WRONG_STATE where it is no edge for that party."""
    transition = GRANT_MACHINE.find(GrantState(grant["state"]), event)
    if transition is None or party not in transition.parties:
        return refused(grant, RefusalCode.WRONG_STATE)
    after = {**grant, **changes, "state": str(transition.target)}
    record = signed_record(
        gateway.grant_records, after, GrantStep(event.value), grant["records"], now
    )
    moved = await gateway.grants.advance(
        grant, {**changes, "state": str(transition.target)}, record, transaction
    )
    return moved if moved is not None else refused(grant, RefusalCode.STALE_REVISION)


def signed_record(
    records: GrantRecords,
    grant: Mapping[str, Any],
    step: GrantStep,
    before: Sequence[Document],
    now: datetime,
) -> Document:
    """The record of a step, as the grant is after it."""
    claims = {
        "iat": int(now.timestamp()),
        "grant": grant["_id"],
        "number": len(before) + 1,
        "event": str(step),
        "state": grant["state"],
        "holder": grant["holder_id"],
        "employer": grant["employer_id"],
        "employment": grant["employment_id"],
        "purpose": grant["purpose"],
        "asked": _terms(grant["asked_bundles"], grant["asked_until"]),
        "granted": _terms(grant["bundles"], grant["expires_at"]),
    }
    jws = records.sign(claims, before[-1]["jws"] if before else None)
    return {"at": now, "event": str(step), "jws": jws, "key_version": records.key_version}


def _terms(bundles: Sequence[str], until: datetime | None) -> dict[str, object] | None:
    """Which bundles, and until which instant; None where nothing was granted."""
    if until is None:
        return None
    return {"bundles": list(bundles), "until": int(until.timestamp())}


def told(grant: Mapping[str, Any], step: GrantStep) -> Told:
    """The audit line and the outgoing event of a step: both name documents only."""
    action, kind = _TOLD[step]
    line = AuditLine(
        action, grant["holder_id"], objects=(grant["_id"],), purpose=str(grant["purpose"])
    )
    return line, Event(
        kind,
        grant["_id"],
        holder_id=grant["holder_id"],
        employer_id=grant["employer_id"],
        related=(grant["employment_id"],),
    )


def refused(grant: Mapping[str, Any], code: RefusalCode) -> Refused:
    """A refusal about a grant that the caller may see."""
    return Refused(code, grant["_id"], grant["holder_id"])
