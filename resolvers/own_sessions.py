"""The holder's own sessions: ended one by one or all at once."""

from __future__ import annotations

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction
from auth.session_documents import EndReason
from auth.sessions import Audit, Ended, EndOutcome
from resolvers.credentials.device_keys import end_keys_with_sessions
from resolvers.delivery.endpoints import end_with_sessions
from resolvers.gateway import Ask, Gateway, append_audit


def audit_of_endings(gateway: Gateway, ask: Ask) -> Audit:
    async def write(ended: Ended, transaction: Transaction) -> None:
        line = AuditLine(
            AuditAction.SESSION_ENDED,
            ended.holder_id,
            result=str(ended.reason),
            objects=ended.session_ids,
        )
        await append_audit(gateway, ask, line, transaction=transaction)
        await end_with_sessions(gateway, ended, transaction)
        await end_keys_with_sessions(gateway, ended, transaction)

    return write


async def log_out(gateway: Gateway, ask: Ask) -> None:
    """End the session that asks; its access token stops everywhere within one second."""
    await gateway.sessions.revoke(
        ask.principal.own_session_id(),
        ask.principal.holder_id(),
        EndReason.LOGGED_OUT,
        gateway.now(),
        audit_of_endings(gateway, ask),
    )


async def log_out_everywhere(gateway: Gateway, ask: Ask) -> int:
    """End every session of the holder; how many were ended."""
    return await gateway.sessions.revoke_all(
        ask.principal.holder_id(),
        EndReason.LOGGED_OUT_EVERYWHERE,
        gateway.now(),
        audit_of_endings(gateway, ask),
    )


async def end_session(gateway: Gateway, ask: Ask, session_id: str) -> EndOutcome:
    """End one of the holder's sessions; another holder's is NOT_FOUND."""
    return await gateway.sessions.revoke(
        session_id,
        ask.principal.holder_id(),
        EndReason.ENDED_BY_HOLDER,
        gateway.now(),
        audit_of_endings(gateway, ask),
    )
