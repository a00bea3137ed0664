"""Withdrawing the consent to biometric processing: as easy as giving it (PIPL article 15)."""

from __future__ import annotations

from datetime import datetime

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction, in_transaction
from resolvers.gateway import Ask, Gateway, append_audit


async def withdraw_biometric_consent(gateway: Gateway, ask: Ask) -> datetime | None:
    """When it was withdrawn, or None when no consent stood. Sessions go on; the next real-person
    step asks for consent first."""
    holder_id, now = ask.principal.holder_id(), gateway.now()

    async def work(transaction: Transaction) -> bool:
        withdrawn = await gateway.holders.withdraw_biometric_consent(holder_id, now, transaction)
        if withdrawn:
            line = AuditLine(AuditAction.BIOMETRIC_CONSENT_WITHDRAWN, holder_id)
            await append_audit(gateway, ask, line, transaction=transaction)
        return withdrawn

    return now if await in_transaction(gateway.database, work) else None
