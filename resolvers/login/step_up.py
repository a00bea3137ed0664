"""Step-up: the real-person step again, inside a session, for what needs a fresh proof."""

from __future__ import annotations

from auth.audit import AuditAction, AuditLine
from auth.login_flow import FLOW_LIFETIME, FlowEvent, FlowKind, FlowState
from auth.login_flows import encode_flow
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Assurance
from auth.proof_levels import AssuranceLevel
from auth.session_documents import Session
from auth.tokens import ACCESS_TOKEN_LIFETIME
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.login.flow_steps import mint_flow_token, refusal_of
from resolvers.login.outcomes import LoginRefusalCode, Refused, SteppedUp, StepUpStarted
from resolvers.login.real_name import CLIENT_ID
from resolvers.policy.consent import CURRENT_VERSION
from resolvers.policy.throttling import STEP_UP


async def start_step_up(gateway: Gateway, ask: Ask) -> StepUpStarted | Refused:
    """A flow bound to the caller's session; it begins at the consent if the text has changed."""
    now = gateway.now()
    holder_id, session_id = ask.principal.holder_id(), ask.principal.own_session_id()
    key = gateway.digester.blind("step-up", holder_id).value
    charge = await gateway.throttle.charge(key, STEP_UP, now)
    if charge.waits is not None:
        return Refused(LoginRefusalCode.TOO_MANY_ATTEMPTS, charge.waits)
    consent = await gateway.holders.find_biometric_consent(holder_id)
    consent_due = consent is None or consent.standing_version != CURRENT_VERSION
    flow = encode_flow(
        flow_id=gateway.new_id("flw"),
        kind=FlowKind.STEP_UP,
        state=FlowState.REAL_NAME if consent_due else FlowState.CONSENTED,
        client_id=ask.principal.client_id or CLIENT_ID,
        device={"name": "step-up", "platform": "step-up"},
        started_at=now,
        lifetime=FLOW_LIFETIME,
        holder_id=holder_id,
        session_id=session_id,
        consent_version=None if consent_due else CURRENT_VERSION,
        methods=ask.principal.methods,
    )
    await gateway.flows.insert(flow)
    token = mint_flow_token(gateway, flow["_id"], Assurance.REAL_NAME, now, flow["expires_at"])
    return StepUpStarted(token, consent_due)


async def complete_step_up(gateway: Gateway, ask: Ask) -> SteppedUp | Refused:
    """A new access token with a new `auth_time`, once."""
    now = gateway.now()
    found = await gateway.flows.find(ask.principal.own_flow_id())
    if found is None:
        return Refused(LoginRefusalCode.FLOW_EXPIRED)
    if found["kind"] != FlowKind.STEP_UP:
        return Refused(LoginRefusalCode.STEP_OUT_OF_ORDER)
    refusal = refusal_of(found, FlowEvent.COMPLETED, now)
    if refusal is not None:
        return refusal
    completed: Document = found

    async def work(transaction: Transaction) -> Session | Refused:
        changes = {"completed_at": now}
        moved = await gateway.flows.advance(
            completed, FlowEvent.COMPLETED, changes, now, transaction=transaction
        )
        if moved is None:
            return Refused(LoginRefusalCode.FLOW_COMPLETED)
        session = await gateway.sessions.renew_proof(
            completed["session_id"],
            completed["holder_id"],
            completed["evidence"]["proved_at"],
            AssuranceLevel(completed["evidence"]["level"]).assurance.acr,
            completed["amr"],
            now,
            transaction,
        )
        if session is None:
            await transaction.abort_transaction()
            return Refused(LoginRefusalCode.SESSION_ENDED)
        line = AuditLine(
            AuditAction.SESSION_STEPPED_UP, session.holder_id, objects=(session.session_id,)
        )
        await append_audit(gateway, ask, line, transaction=transaction)
        return session

    session = await in_transaction(gateway.database, work)
    if isinstance(session, Refused):
        return session
    access_token = gateway.session_tokens.access(session, session.generation, now)
    expires_at = now.replace(microsecond=0) + ACCESS_TOKEN_LIFETIME
    return SteppedUp(access_token, expires_at, session.authenticated_at)
