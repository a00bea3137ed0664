"""What every step of a login flow does the same way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from auth.audit import RESULT_OK, AuditAction, AuditLine
from auth.login_flow import (
    MAX_CHECK_STARTS,
    MAX_CODE_ATTEMPTS,
    MAX_CODE_SENDS,
    MAX_NAME_ATTEMPTS,
    MAX_PERSON_ATTEMPTS,
    FlowEvent,
    FlowState,
    next_state,
)
from auth.login_flows import AttemptKind
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Assurance
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.login.outcomes import FlowToken, LoginRefusalCode, Refused

_LIMITS: Mapping[AttemptKind, Mapping[AttemptKind, int]] = {
    AttemptKind.NAME: {AttemptKind.NAME: MAX_NAME_ATTEMPTS},
    AttemptKind.SEND: {AttemptKind.SEND: MAX_CODE_SENDS, AttemptKind.CODE: MAX_CODE_ATTEMPTS},
    AttemptKind.CODE: {AttemptKind.CODE: MAX_CODE_ATTEMPTS},
    AttemptKind.CHECK: {
        AttemptKind.CHECK: MAX_CHECK_STARTS,
        AttemptKind.PERSON: MAX_PERSON_ATTEMPTS,
    },
    AttemptKind.PERSON: {AttemptKind.PERSON: MAX_PERSON_ATTEMPTS},
}
"""For each attempt the counters that must have room: no code is sent, and no check is started,
that could not be answered any more."""


def mint_flow_token(
    gateway: Gateway, flow_id: str, assurance: Assurance, now: datetime, expires_at: datetime
) -> FlowToken:
    token = gateway.tokens.mint_flow(
        flow_id=flow_id, acr=assurance.acr, token_id=gateway.new_id("tok"), issued_at=now
    )
    return FlowToken(token, expires_at)


async def open_flow(
    gateway: Gateway, flow_id: str, event: FlowEvent, now: datetime
) -> Document | Refused:
    """The flow, if it is alive and `event` is its next step."""
    flow = await gateway.flows.find(flow_id)
    if flow is None:
        return Refused(LoginRefusalCode.FLOW_EXPIRED)
    return refusal_of(flow, event, now) or flow


async def charged_flow(
    gateway: Gateway, flow_id: str, attempt: AttemptKind, event: FlowEvent, now: datetime
) -> Document | Refused:
    """The flow with one more attempt on its account, or why it takes none."""
    flow = await gateway.flows.charge(flow_id, attempt, _LIMITS[attempt], event, now)
    if flow is not None:
        return flow
    stored = await gateway.flows.find(flow_id)
    if stored is None:
        return Refused(LoginRefusalCode.FLOW_EXPIRED)
    return refusal_of(stored, event, now) or Refused(LoginRefusalCode.FLOW_LOCKED)


def refusal_of(flow: Document, event: FlowEvent, now: datetime) -> Refused | None:
    """Why `event` is not the next step of `flow`; None when it is."""
    state = FlowState(flow["state"])
    if state is FlowState.COMPLETED:
        return Refused(LoginRefusalCode.FLOW_COMPLETED)
    if flow["expires_at"] <= now:
        return Refused(LoginRefusalCode.FLOW_EXPIRED)
    if next_state(state, event) is None:
        return Refused(LoginRefusalCode.STEP_OUT_OF_ORDER)
    return None


async def advance_audited(
    gateway: Gateway,
    ask: Ask,
    flow: Document,
    event: FlowEvent,
    line: AuditLine,
    changes: Mapping[str, Any],
    *,
    methods: tuple[str, ...] = (),
    also: Callable[[Transaction], Awaitable[None]] | None = None,
) -> Document | None:
    """Move the flow and write the line in one transaction (`also` in the same); the moved flow,
    or None, with nothing written, when another request moved it first."""
    now = gateway.now()

    async def work(transaction: Transaction) -> Document | None:
        moved = await gateway.flows.advance(
            flow, event, changes, now, methods=methods, transaction=transaction
        )
        if moved is not None:
            if also is not None:
                await also(transaction)
            await append_audit(gateway, ask, line, transaction=transaction)
        return moved

    return await in_transaction(gateway.database, work)


def flow_line(
    action: AuditAction,
    flow: Document,
    result: str = RESULT_OK,
    evidence: Document | None = None,
) -> AuditLine:
    """The audit line of a step of this flow."""
    objects = (flow["_id"],)
    return AuditLine(action, flow["holder_id"], result, objects=objects, evidence=evidence)


def overtaken() -> Refused:
    """Another request moved the flow while this one worked."""
    return Refused(LoginRefusalCode.STEP_OUT_OF_ORDER)
