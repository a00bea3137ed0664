"""What an officer of the counter does with a physical card whose holder stands before him.

An officer's authority is read from his own document, inside the transaction: a card of another
city is not there for him, so a formal loss is lifted only where the card was issued.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from auth.mongo import Document, Transaction
from resolvers.cards.orders import move_order
from resolvers.cards.own import CardAsked
from resolvers.cards.parties import counter_officer
from resolvers.cards.steps import HolderCards
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.card_machines import (
    ORDER_MACHINE,
    PHYSICAL_MACHINE,
    OrderEvent,
    PhysicalEvent,
    PhysicalState,
)
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import CardKind, CardOrderState, CardState


async def activate_card(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """Handed over and opened. Its predecessor is void from now on, its order done."""

    async def move(held: HolderCards) -> Refused | None:
        if held.card(asked.card_id)["state"] != CardState.SEALED:
            return held.refused(asked.card_id, RefusalCode.WRONG_STATE)
        former = held.physical
        if former is not None and _can_be_superseded(former):
            await held.move_physical(former["_id"], PhysicalEvent.SUPERSEDE, Party.SYSTEM)
        refused = await held.move_physical(
            asked.card_id, PhysicalEvent.ACTIVATE, Party.COUNTER, {"activated_at": held.now}
        )
        if refused is not None:
            return refused
        await held.bring_back()
        finished = {"finished_at": held.now}
        return await _move_its_order(held, asked.card_id, OrderEvent.COLLECT, ask, finished)

    return await _change_card(gateway, ask, command, asked, move)


async def report_loss(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """Formally, in person: it releases itself no more."""

    async def move(held: HolderCards) -> Refused | None:
        refused = await held.move_physical(asked.card_id, PhysicalEvent.REPORT_LOSS, Party.COUNTER)
        if refused is None:
            await held.suspend_for_loss(None)
        return refused

    return await _change_card(gateway, ask, command, asked, move)


async def release_loss(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """Of a temporary loss, or of a formal one when the card was found again."""

    async def move(held: HolderCards) -> Refused | None:
        is_formal = held.card(asked.card_id)["state"] == CardState.LOST
        event = PhysicalEvent.FOUND if is_formal else PhysicalEvent.RELEASE
        refused = await held.move_physical(asked.card_id, event, Party.COUNTER)
        if refused is None:
            await held.bring_back()
        return refused

    return await _change_card(gateway, ask, command, asked, move)


async def lock_pin(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """After wrong PINs at the counter's reader."""
    return await _change_card(gateway, ask, command, asked, _plain(asked, PhysicalEvent.LOCK_PIN))


async def unlock_pin(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    return await _change_card(gateway, ask, command, asked, _plain(asked, PhysicalEvent.UNLOCK_PIN))


async def cancel_card(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked
) -> Done | Refused:
    """The electronic card goes with it; a sealed card takes its order along instead."""

    async def move(held: HolderCards) -> Refused | None:
        is_current = held.card(asked.card_id) is held.physical
        refused = await held.move_physical(asked.card_id, PhysicalEvent.CANCEL, Party.COUNTER)
        if refused is not None:
            return refused
        if is_current:
            await held.cancel_with_physical()
            return None
        return await _move_its_order(held, asked.card_id, OrderEvent.CANCEL, ask, {})

    return await _change_card(gateway, ask, command, asked, move)


def _can_be_superseded(card: Document) -> bool:
    state = PhysicalState(card["state"])
    return PHYSICAL_MACHINE.find(state, PhysicalEvent.SUPERSEDE) is not None


async def _move_its_order(
    held: HolderCards, card_id: str, event: OrderEvent, ask: Ask, changes: Document
) -> Refused | None:
    """Of a card that was not ordered here, nothing."""
    orders = held.gateway.card_orders
    order = await orders.find_of_card(card_id, held.holder_id, held.transaction)
    if order is None or ORDER_MACHINE.find(CardOrderState(order["state"]), event) is None:
        return None
    return await move_order(held, order, event, Party.COUNTER, ask.principal.officer_id(), changes)


_Move = Callable[[HolderCards], Coroutine[Any, Any, Refused | None]]


def _plain(asked: CardAsked, event: PhysicalEvent) -> _Move:
    async def move(held: HolderCards) -> Refused | None:
        return await held.move_physical(asked.card_id, event, Party.COUNTER)

    return move


async def _change_card(
    gateway: Gateway, ask: Ask, command: Command, asked: CardAsked, move: _Move
) -> Done | Refused:
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        officer = await counter_officer(gateway, ask, transaction)
        if isinstance(officer, Refused):
            return officer
        scope = {"source.authority": officer.authority, "kind": str(CardKind.PHYSICAL)}
        card = await gateway.cards.find(asked.card_id, scope, transaction)
        if card is None:
            return Refused(RefusalCode.NOT_FOUND)
        if card["revision"] != asked.revision:
            return Refused(RefusalCode.STALE_REVISION, asked.card_id, card["holder_id"])
        held = await HolderCards.locked(gateway, card["holder_id"], now, transaction)
        refused = await move(held)
        return refused or Changed(asked.card_id, held.lines, held.events)

    return await change(gateway, ask, command, work)
