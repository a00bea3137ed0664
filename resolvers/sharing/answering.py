"""The holder answers an ask, in whole or in part, and takes a grant back.

Giving needs a fresh real-person proof, which the access rule asks for; refusing and taking back
need none. A withdrawal holds for every reading that begins after it is answered: what an employer
may read is looked up with each request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from auth.mongo import Document, Transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.bundles import Bundle
from resolvers.rules.grants import (
    Asked,
    GrantEvent,
    GrantStatus,
    GrantStep,
    fault_of_answer,
    grant_status,
)
from resolvers.rules.permit_status import ends_at, printed_day
from resolvers.rules.state_machine import Party
from resolvers.sharing.asking import FAULT_CODES
from resolvers.sharing.grant_steps import (
    GrantAsked,
    Told,
    find_own_grant,
    move_grant,
    refused,
    told,
)


@dataclass(frozen=True)
class Acceptance:
    """What of the ask is granted, and until which last day; None for all of it."""

    asked: GrantAsked
    bundles: Sequence[Bundle] | None
    until: date | None


async def accept_grant(
    gateway: Gateway, ask: Ask, command: Command, given: Acceptance
) -> Done | Refused:
    """In the place of an earlier grant to the same employer for the same purpose."""
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        grant = await find_own_grant(gateway, ask, given.asked, transaction)
        if isinstance(grant, Refused):
            return grant
        refusal = await _refusal_by_clock(gateway, grant, now, transaction)
        if refusal is not None:
            return refused(grant, refusal)
        asked = Asked(
            frozenset(map(Bundle, grant["asked_bundles"])), printed_day(grant["asked_until"])
        )
        bundles = asked.bundles if given.bundles is None else frozenset(given.bundles)
        until = given.until or asked.until
        fault = fault_of_answer(asked, bundles, until, now)
        if fault is not None:
            return refused(grant, FAULT_CODES[fault])
        steps = await _replace_earlier(gateway, grant, now, transaction)
        changes = {
            "bundles": [str(bundle) for bundle in Bundle if bundle in bundles],
            "expires_at": ends_at(until),
            "answered_at": now,
        }
        moved = await move_grant(
            gateway, grant, GrantEvent.ACCEPT, Party.HOLDER, changes, now, transaction
        )
        if isinstance(moved, Refused):
            return moved
        steps = [*steps, told(moved, GrantStep.ACCEPT)]
        return Changed(grant["_id"], [line for line, _ in steps], [event for _, event in steps])

    return await change(gateway, ask, command, work)


async def refuse_grant(
    gateway: Gateway, ask: Ask, command: Command, asked: GrantAsked
) -> Done | Refused:
    return await _end(gateway, ask, command, asked, GrantEvent.REFUSE)


async def withdraw_grant(
    gateway: Gateway, ask: Ask, command: Command, asked: GrantAsked
) -> Done | Refused:
    return await _end(gateway, ask, command, asked, GrantEvent.WITHDRAW)


async def _end(
    gateway: Gateway, ask: Ask, command: Command, asked: GrantAsked, event: GrantEvent
) -> Done | Refused:
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        grant = await find_own_grant(gateway, ask, asked, transaction)
        if isinstance(grant, Refused):
            return grant
        changes = {"answered_at": grant["answered_at"] or now, "ended_at": now}
        moved = await move_grant(gateway, grant, event, Party.HOLDER, changes, now, transaction)
        if isinstance(moved, Refused):
            return moved
        line, outgoing = told(moved, GrantStep(event.value))
        return Changed(grant["_id"], [line], [outgoing])

    return await change(gateway, ask, command, work)


async def _refusal_by_clock(
    gateway: Gateway, grant: Document, now: datetime, transaction: Transaction
) -> RefusalCode | None:
    """What the machine cannot know: an ask whose time is over, or whose employment is."""
    employment = await gateway.grants.find_employment(
        grant["employment_id"], grant["employer_id"], transaction
    )
    status = grant_status(grant, None if employment is None else employment["ends_at"], now)
    match status:
        case GrantStatus.EMPLOYMENT_ENDED:
            return RefusalCode.EMPLOYMENT_ENDED
        case GrantStatus.LAPSED:
            return RefusalCode.WRONG_STATE
        case _:
            return None


async def _replace_earlier(
    gateway: Gateway, grant: Document, now: datetime, transaction: Transaction
) -> list[Told]:
    earlier = await gateway.grants.find_granted(
        grant["holder_id"], grant["employer_id"], grant["purpose"], transaction
    )
    if earlier is None:
        return []
    moved = await move_grant(
        gateway, earlier, GrantEvent.REPLACE, Party.SYSTEM, {"ended_at": now}, now, transaction
    )
    return [] if isinstance(moved, Refused) else [told(moved, GrantStep.REPLACE)]
