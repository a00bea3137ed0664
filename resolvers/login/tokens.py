"""Trading a refresh token for the next one; a replayed one ends its session."""

from __future__ import annotations

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction
from auth.session_rotation import Rotated
from auth.sessions import Ended
from resolvers.credentials.device_keys import end_keys_with_sessions
from resolvers.delivery.endpoints import end_with_sessions
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.login.completion import tokens_of
from resolvers.login.outcomes import LoginRefusalCode, Refused, Tokens


async def refresh_tokens(gateway: Gateway, ask: Ask, token: str) -> Tokens | Refused:
    """Why a token gets nothing is not told: it would only help who holds a stolen one."""

    async def audit(ended: Ended, transaction: Transaction) -> None:
        line = AuditLine(
            AuditAction.SESSION_REPLAYED,
            ended.holder_id,
            result=str(ended.reason),
            objects=ended.session_ids,
        )
        await append_audit(gateway, ask, line, transaction=transaction)
        await end_with_sessions(gateway, ended, transaction)
        await end_keys_with_sessions(gateway, ended, transaction)

    answer = await gateway.sessions.rotate(token, gateway.now(), audit)
    if not isinstance(answer, Rotated):
        return Refused(LoginRefusalCode.SESSION_ENDED)
    return tokens_of(gateway, answer.session, answer.generation, answer.issued_at)
