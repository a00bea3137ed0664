"""Step 4: the flow becomes a session, and the electronic card is issued if it is due.

One transaction: flow, session, card and their audit lines together or not at all. All completions
of one flow within 20 seconds answer the same tokens; afterwards FLOW_COMPLETED.
"""

from __future__ import annotations

from datetime import datetime

from auth.audit import AuditAction, AuditLine
from auth.login_flow import FlowEvent, FlowKind, FlowState
from auth.mongo import Document, DuplicateKeyError, Transaction, in_transaction
from auth.proof_levels import AssuranceLevel
from auth.session_documents import NewSession, Session
from auth.session_rotation import may_answer_opening
from resolvers.cards.loading import issue_if_due
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.login.flow_steps import refusal_of
from resolvers.login.outcomes import LoginRefusalCode, Refused, Tokens
from resolvers.store.outgoing_events import encode_event

_TRIES = 3


async def complete_login(gateway: Gateway, ask: Ask) -> Tokens | Refused:
    flow_id = ask.principal.own_flow_id()
    for _ in range(_TRIES):
        flow = await gateway.flows.find(flow_id)
        if flow is None:
            return Refused(LoginRefusalCode.FLOW_EXPIRED)
        if flow["kind"] != FlowKind.LOGIN:
            return Refused(LoginRefusalCode.STEP_OUT_OF_ORDER)
        if flow["state"] == FlowState.COMPLETED:
            return await _answer_again(gateway, flow_id)
        refusal = refusal_of(flow, FlowEvent.COMPLETED, gateway.now())
        if refusal is not None:
            return refusal
        session = await _try_complete(gateway, ask, flow)
        if isinstance(session, Refused):
            return session
        if session is not None:
            return opening_tokens(gateway, session)
    return Refused(LoginRefusalCode.STEP_OUT_OF_ORDER)


async def _answer_again(gateway: Gateway, flow_id: str) -> Tokens | Refused:
    session = await gateway.sessions.find_by_flow(flow_id)
    if session is None or not may_answer_opening(session, gateway.now()):
        return Refused(LoginRefusalCode.FLOW_COMPLETED)
    return opening_tokens(gateway, session)


def opening_tokens(gateway: Gateway, session: Session) -> Tokens:
    return tokens_of(gateway, session, 0, session.created_at)


def tokens_of(gateway: Gateway, session: Session, generation: int, issued_at: datetime) -> Tokens:
    pair = gateway.session_tokens.pair(session, generation, issued_at)
    return Tokens(
        session_id=session.session_id,
        access_token=pair.access_token,
        access_token_expires_at=issued_at.replace(microsecond=0) + pair.access_lifetime,
        refresh_token=pair.refresh_token,
        refresh_token_expires_at=session.idle_expires_at,
    )


async def _try_complete(gateway: Gateway, ask: Ask, flow: Document) -> Session | Refused | None:
    """The session, or None when another request completed the flow first."""
    # Made outside, so that a transaction run again writes the same ids.
    session_id, card_id = gateway.new_id("ses"), gateway.new_id("crd")
    event_id = gateway.new_id("evt")
    now = gateway.now()

    async def work(transaction: Transaction) -> Session | Refused | None:
        # Erased since the name was proved, or just now: then one of both transactions waits.
        if not await gateway.holders.lock(flow["holder_id"], transaction):
            return Refused(LoginRefusalCode.FLOW_EXPIRED)
        moved = await gateway.flows.advance(
            flow, FlowEvent.COMPLETED, {"completed_at": now}, now, transaction=transaction
        )
        if moved is None:
            return None
        new = NewSession(
            session_id=session_id,
            holder_id=flow["holder_id"],
            flow_id=flow["_id"],
            client_id=flow["client_id"],
            device=flow["device"],
            authenticated_at=flow["evidence"]["proved_at"],
            acr=AssuranceLevel(flow["evidence"]["level"]).assurance.acr,
            amr=tuple(flow["amr"]),
        )
        session = await gateway.sessions.open(new, now, transaction)
        lines = [AuditLine(AuditAction.SESSION_OPENED, new.holder_id, objects=(session_id,))]
        told, events = await issue_if_due(gateway, new.holder_id, card_id, now, transaction)
        await append_audit(gateway, ask, *lines, *told, transaction=transaction)
        if events:
            encoded = [encode_event(event_id, event, now, ask.principal.kind) for event in events]
            await gateway.events.append(encoded, transaction)
        return session

    try:
        return await in_transaction(gateway.database, work)
    except DuplicateKeyError:
        # Another flow of the same holder issued the card between our snapshot and our write.
        return None
