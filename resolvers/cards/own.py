"""What a holder does with his own cards, from the app.

The bank side of a physical card is the bank's: its losses are reported to the bank and arrive by
import, so nothing here touches `bank`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from auth.mongo import Transaction
from resolvers.cards.loading import issue_card
from resolvers.cards.steps import HolderCards
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.procedures import policy_for
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.card_machines import ElectronicEvent, PhysicalEvent
from resolvers.rules.card_rules import (
    CardPresent,
    ElectronicCardAbsence,
    IssueCard,
    plan_electronic_card,
    plan_for_permits,
)
from resolvers.rules.permit_status import shanghai_day
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import CardCause, CardKind

_ABSENCES = {
    ElectronicCardAbsence.PHYSICAL_CARD_LOST: RefusalCode.PHYSICAL_CARD_LOST,
    ElectronicCardAbsence.PHYSICAL_CARD_CANCELLED: RefusalCode.PHYSICAL_CARD_CANCELLED,
}


@dataclass(frozen=True)
class CardAsked:
    """A card, and the revision that the caller has seen."""

    card_id: str
    revision: int


async def issue_electronic_card(gateway: Gateway, ask: Ask, command: Command) -> Done | Refused:
    """Whether or not there is a physical card; with an active permit that can be loaded."""
    holder_id, card_id = ask.principal.holder_id(), gateway.new_id("crd")
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        held = await HolderCards.locked(gateway, holder_id, now, transaction)
        permits = await gateway.permits.load_statuses(holder_id, transaction)
        match plan_electronic_card(permits, held.cards, now):
            case CardPresent():
                return Refused(RefusalCode.CARD_EXISTS, None, holder_id)
            case ElectronicCardAbsence() as absence:
                code = _ABSENCES.get(absence, RefusalCode.NO_LOADABLE_PERMIT)
                return Refused(code, None, holder_id)
            case IssueCard(permit_id=permit_id):
                permit = next(permit for permit in permits if permit["_id"] == permit_id)
                lines, events = await issue_card(
                    gateway, holder_id, permit, card_id, now, transaction
                )
                return Changed(card_id, [*held.lines, *lines], [*held.events, *events])

    return await change(gateway, ask, command, work)


async def suspend_electronic_card(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """At once. Suspended by its holder, it is brought back by nobody else."""

    async def work(held: HolderCards) -> Refused | None:
        return await held.move_electronic(
            asked.card_id, ElectronicEvent.SUSPEND, Party.HOLDER, CardCause.HOLDER
        )

    return await _change_own(gateway, ask, command, asked, CardKind.ELECTRONIC, work)


async def reactivate_electronic_card(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """With an active permit, and no physical card that is lost. The access rule asks for a fresh
    real-person proof."""

    async def work(held: HolderCards) -> Refused | None:
        if held.is_physical_lost:
            return held.refused(asked.card_id, RefusalCode.PHYSICAL_CARD_LOST)
        permits = await gateway.permits.load_statuses(held.holder_id, held.transaction)
        if not isinstance(plan_for_permits(permits, held.now), IssueCard):
            return held.refused(asked.card_id, RefusalCode.NO_LOADABLE_PERMIT)
        return await held.move_electronic(
            asked.card_id, ElectronicEvent.REACTIVATE, Party.HOLDER, None
        )

    return await _change_own(gateway, ask, command, asked, CardKind.ELECTRONIC, work)


async def cancel_electronic_card(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    async def work(held: HolderCards) -> Refused | None:
        return await held.move_electronic(
            asked.card_id, ElectronicEvent.CANCEL, Party.HOLDER, CardCause.HOLDER
        )

    return await _change_own(gateway, ask, command, asked, CardKind.ELECTRONIC, work)


async def report_temporary_loss(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """Until the days of the issuing city are over. The electronic card stops at once."""

    async def work(held: HolderCards) -> Refused | None:
        city = held.card(asked.card_id)["city"]
        days = policy_for(city, shanghai_day(held.now)).temporary_loss_days
        released_at = held.now + timedelta(days=days)
        refused = await held.move_physical(
            asked.card_id,
            PhysicalEvent.REPORT_TEMPORARY_LOSS,
            Party.HOLDER,
            {"released_at": released_at},
        )
        if refused is None:
            await held.suspend_for_loss(released_at)
        return refused

    return await _change_own(gateway, ask, command, asked, CardKind.PHYSICAL, work)


async def release_temporary_loss(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """Found before the days were over. It may bring the electronic card back, so its access rule is
    that of a reactivation."""

    async def work(held: HolderCards) -> Refused | None:
        refused = await held.move_physical(asked.card_id, PhysicalEvent.RELEASE, Party.HOLDER)
        if refused is None:
            await held.bring_back()
        return refused

    return await _change_own(gateway, ask, command, asked, CardKind.PHYSICAL, work)


_Work = Callable[[HolderCards], Coroutine[Any, Any, Refused | None]]


async def _change_own(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked, kind: CardKind, move: _Work
) -> Done | Refused:
    holder_id = ask.principal.holder_id()
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        scope = {"holder_id": holder_id, "kind": str(kind)}
        card = await gateway.cards.find(asked.card_id, scope, transaction)
        if card is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        if card["revision"] != asked.revision:
            return Refused(RefusalCode.STALE_REVISION, asked.card_id, holder_id)
        held = await HolderCards.locked(gateway, holder_id, now, transaction)
        refused = await move(held)
        return refused or Changed(asked.card_id, held.lines, held.events)

    return await change(gateway, ask, command, work)
