"""An employer asks whom it sponsors to see more than the law shows it, and says what for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from auth.mongo import Document, Transaction
from resolvers.applications.people import vault_of
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.grants import (
    ASK_LIFETIME,
    ASKING_SPAN,
    MAX_ASKS_IN_SPAN,
    MAX_OPEN_ASKS,
    MAX_REASON_LENGTH,
    GrantEvent,
    GrantFault,
    GrantState,
    GrantStep,
    fault_of_ask,
)
from resolvers.rules.permit_status import ends_at
from resolvers.rules.state_machine import Party
from resolvers.sharing.grant_steps import (
    GrantAsked,
    Told,
    find_own_grant,
    move_grant,
    signed_record,
    told,
)
from resolvers.store import grants
from resolvers.store.grants import AskRecord, encode_ask

FAULT_CODES = {
    GrantFault.NO_BUNDLES: RefusalCode.BUNDLES_MISSING,
    GrantFault.NOT_ASKED_FOR: RefusalCode.NOT_ASKED_FOR,
    GrantFault.BAD_UNTIL: RefusalCode.BAD_DATES,
}


@dataclass(frozen=True)
class WantedGrant:
    """`until` is the last day, in Asia/Shanghai; `reason` is in the employer's own words."""

    employment_id: str
    purpose: SharingPurpose
    bundles: Sequence[Bundle]
    until: date
    reason: str | None = field(default=None, repr=False)


async def ask_for_grant(
    gateway: Gateway, ask: Ask, command: Command, wanted: WantedGrant
) -> Done | Refused:
    employer_id, grant_id = ask.principal.employer_id(), gateway.new_id("gnt")
    now = gateway.now()
    reason = (wanted.reason or "").strip() or None

    async def work(transaction: Transaction) -> Changed | Refused:
        employment = await gateway.grants.find_employment(
            wanted.employment_id, employer_id, transaction
        )
        if employment is None:
            return Refused(RefusalCode.NOT_FOUND)
        holder_id = employment["holder_id"]
        refusal = _refusal(employment, wanted, reason, now)
        if refusal is not None:
            return Refused(refusal, wanted.employment_id, holder_id)
        # Two asks at once are counted one after the other.
        await gateway.holders.lock(holder_id, transaction)
        lapsed = await _lapse_overdue(gateway, holder_id, employer_id, wanted, now, transaction)
        asked = await gateway.grants.load_asked_since(
            holder_id, employer_id, now - ASKING_SPAN, transaction
        )
        refusal = _refusal_by_others(asked, wanted.purpose, now)
        if refusal is not None:
            return Refused(refusal, wanted.employment_id, holder_id)
        made = encode_ask(
            AskRecord(
                grant_id=grant_id,
                holder_id=holder_id,
                employer_id=employer_id,
                employment_id=wanted.employment_id,
                purpose=wanted.purpose,
                reason=await _sealed(gateway, holder_id, reason, transaction),
                bundles=[bundle for bundle in Bundle if bundle in wanted.bundles],
                until=ends_at(wanted.until),
                asked_at=now,
                lapses_at=now + ASK_LIFETIME,
            ),
            {},
        )
        made["records"] = [signed_record(gateway.grant_records, made, GrantStep.ASK, (), now)]
        await gateway.grants.insert(made, transaction)
        steps = [*lapsed, told(made, GrantStep.ASK)]
        return Changed(grant_id, [line for line, _ in steps], [event for _, event in steps])

    return await change(gateway, ask, command, work)


async def retract_ask(
    gateway: Gateway, ask: Ask, command: Command, asked: GrantAsked
) -> Done | Refused:
    """The employer takes its ask back."""
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        grant = await find_own_grant(gateway, ask, asked, transaction)
        if isinstance(grant, Refused):
            return grant
        changes = {"ended_at": now}
        moved = await move_grant(
            gateway, grant, GrantEvent.RETRACT, Party.EMPLOYER, changes, now, transaction
        )
        if isinstance(moved, Refused):
            return moved
        line, event = told(moved, GrantStep.RETRACT)
        return Changed(asked.grant_id, [line], [event])

    return await change(gateway, ask, command, work)


def _refusal(
    employment: Document, wanted: WantedGrant, reason: str | None, now: datetime
) -> RefusalCode | None:
    if now >= employment["ends_at"]:
        return RefusalCode.EMPLOYMENT_ENDED
    if reason is not None and len(reason) > MAX_REASON_LENGTH:
        return RefusalCode.TEXT_TOO_LONG
    fault = fault_of_ask(wanted.bundles, wanted.until, now)
    return None if fault is None else FAULT_CODES[fault]


def _refusal_by_others(
    asked: Sequence[Document], purpose: SharingPurpose, now: datetime
) -> RefusalCode | None:
    if len(asked) >= MAX_ASKS_IN_SPAN:
        return RefusalCode.TOO_MANY_ASKS
    open_asks = [
        one for one in asked if one["state"] == GrantState.ASKED and now < one["lapses_at"]
    ]
    if any(one["purpose"] == purpose for one in open_asks):
        return RefusalCode.ASK_OPEN
    return RefusalCode.TOO_MANY_ASKS if len(open_asks) >= MAX_OPEN_ASKS else None


async def _lapse_overdue(
    gateway: Gateway,
    holder_id: str,
    employer_id: str,
    wanted: WantedGrant,
    now: datetime,
    transaction: Transaction,
) -> list[Told]:
    """An ask for the same purpose whose time is over, where nobody got round to writing that down:
    it would stand in the way."""
    same = {"holder_id": holder_id, "employer_id": employer_id, "purpose": str(wanted.purpose)}
    found = await gateway.grants.find_any({**same, "state": str(GrantState.ASKED)}, transaction)
    if found is None or now < found["lapses_at"]:
        return []
    moved = await move_grant(
        gateway, found, GrantEvent.LAPSE, Party.SYSTEM, {"ended_at": now}, now, transaction
    )
    return [] if isinstance(moved, Refused) else [told(moved, GrantStep.LAPSE)]


async def _sealed(
    gateway: Gateway, holder_id: str, reason: str | None, transaction: Transaction
) -> bytes | None:
    if reason is None:
        return None
    vault = await vault_of(gateway, holder_id, transaction)
    return vault.seal(grants.NAME, grants.REASON, reason)
