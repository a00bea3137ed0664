"""Asks that nobody answered in time. Each is one transaction with its record, audit line and event;
safe to stop anywhere and to run in any number of processes at once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from auth.mongo import Transaction, in_transaction
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.refusals import Refused
from resolvers.rules.grants import GrantEvent, GrantState, GrantStep
from resolvers.rules.state_machine import Party
from resolvers.sharing.grant_steps import move_grant, told
from resolvers.store.outgoing_events import encode_event

BATCH_SIZE: Final = 200


async def lapse_grants(gateway: Gateway, now: datetime) -> int:
    """How many have lapsed. A batch of which none could be changed ends it: others do."""
    count = 0
    ask = Ask(Principal(PrincipalKind.SYSTEM), "", gateway.new_id("req"))
    while found := await gateway.grants.load_lapsing(now, BATCH_SIZE):
        changed = 0
        for grant_id in found:
            changed += await _lapse(gateway, ask, grant_id, now)
        count += changed
        if not changed:
            break
    return count


async def _lapse(gateway: Gateway, ask: Ask, grant_id: str, now: datetime) -> bool:
    event_id = gateway.new_id("evt")

    async def work(transaction: Transaction) -> bool:
        wanted = {"_id": grant_id, "state": str(GrantState.ASKED)}
        grant = await gateway.grants.find_any(wanted, transaction)
        if grant is None or now < grant["lapses_at"]:
            return False
        moved = await move_grant(
            gateway, grant, GrantEvent.LAPSE, Party.SYSTEM, {"ended_at": now}, now, transaction
        )
        if isinstance(moved, Refused):
            return False
        line, event = told(moved, GrantStep.LAPSE)
        await append_audit(gateway, ask, line, transaction=transaction)
        encoded = encode_event(event_id, event, now, ask.principal.kind)
        await gateway.events.append([encoded], transaction)
        return True

    return await in_transaction(gateway.database, work)
