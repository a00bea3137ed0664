"""Officers of a counter: active, with that duty, at an authority that makes cards."""

from __future__ import annotations

from auth.mongo import Transaction
from auth.officers import Duty, Officer
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused


async def counter_officer(
    gateway: Gateway, ask: Ask, transaction: Transaction
) -> Officer | Refused:
    """The officer as he is now, whatever his token says."""
    officer = await gateway.officers.find(ask.principal.officer_id(), transaction)
    if officer is None or not officer.is_active:
        return Refused(RefusalCode.OFFICER_NOT_ACTIVE)
    if Duty.COUNTER not in officer.duties or officer.authority != office_of(officer.city):
        return Refused(RefusalCode.DUTY_MISSING)
    return officer


def office_of(city: str) -> str:
    """The authority that makes the cards of a city."""
    return f"human-resources-{city}"
