"""A holder is erased, by an administrator: everything of it but what the trail says, by ids.

Sessions are ended first, which stops their tokens everywhere within a second; then the record goes
with its key, in one transaction, so that nobody logs in any more; then what logged in between the
two. Stopped anywhere, the same command goes on.
"""

from __future__ import annotations

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction, in_transaction
from auth.session_documents import EndReason
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.own_sessions import audit_of_endings
from resolvers.store.person_removal import remove_people, remove_sessions


async def erase_holder(gateway: Gateway, ask: Ask, holder_id: str) -> bool:
    """Whether there was such a holder, or a session of one."""

    async def remove(transaction: Transaction) -> bool:
        # Whoever is changing something of the holder meets this, and finds nobody.
        if not await gateway.holders.lock(holder_id, transaction):
            return False
        await remove_people(gateway.database, [holder_id], transaction)
        line = AuditLine(AuditAction.HOLDER_ERASED, holder_id, objects=(holder_id,))
        await append_audit(gateway, ask, line, transaction=transaction)
        return True

    async def sweep(transaction: Transaction) -> int:
        # Also what somebody wrote meanwhile who had seen the holder and did not meet this.
        await remove_people(gateway.database, [holder_id], transaction)
        return await remove_sessions(gateway.database, [holder_id], transaction)

    await _end_sessions(gateway, ask, holder_id)
    was_there = await in_transaction(gateway.database, remove)
    await _end_sessions(gateway, ask, holder_id)
    forgotten = await in_transaction(gateway.database, sweep)
    return was_there or bool(forgotten)


async def _end_sessions(gateway: Gateway, ask: Ask, holder_id: str) -> None:
    await gateway.sessions.revoke_all(
        holder_id,
        EndReason.LOGGED_OUT_EVERYWHERE,
        gateway.now(),
        audit_of_endings(gateway, ask),
    )
