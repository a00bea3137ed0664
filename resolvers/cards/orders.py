"""One step of an order of a physical card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.audit import AuditAction
from auth.mongo import Document
from resolvers.cards.steps import HolderCards
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.card_machines import ORDER_MACHINE, OrderEvent
from resolvers.rules.state_machine import Party
from resolvers.store.card_orders import stage_document
from resolvers.store.outgoing_events import EventDetail, EventKind
from resolvers.vocabulary import CardOrderState

_ACTIONS: Mapping[OrderEvent, AuditAction] = {
    OrderEvent.ACCEPT_PHOTO: AuditAction.CARD_ORDER_PHOTO_ACCEPTED,
    OrderEvent.REFUSE_PHOTO: AuditAction.CARD_ORDER_PHOTO_REFUSED,
    OrderEvent.MAKE: AuditAction.CARD_MADE,
    OrderEvent.MARK_READY: AuditAction.CARD_ORDER_READY,
    OrderEvent.SEND: AuditAction.CARD_ORDER_SENT,
    OrderEvent.COLLECT: AuditAction.CARD_ORDER_COLLECTED,
    OrderEvent.CANCEL: AuditAction.CARD_ORDER_CANCELLED,
}

_DETAILS: Mapping[CardOrderState, EventDetail] = {
    CardOrderState.PHOTO_REFUSED: EventDetail.PHOTO_REFUSED,
    CardOrderState.READY: EventDetail.READY,
    CardOrderState.SENT: EventDetail.SENT,
    CardOrderState.CANCELLED: EventDetail.CANCELLED,
}


async def move_order(
    held: HolderCards,
    order: Document,
    event: OrderEvent,
    party: Party,
    actor: str | None,
    changes: Mapping[str, Any] | None = None,
) -> Refused | None:
    """Follow an edge of the machine under the holder's lock; WRONG_STATE where there is none for
    that party. What is told of it is added to `held`."""
    transition = ORDER_MACHINE.find(CardOrderState(order["state"]), event)
    if transition is None or party not in transition.parties:
        return held.refused(order["_id"], RefusalCode.WRONG_STATE)
    moved = await held.gateway.card_orders.advance(
        order,
        transition.target,
        changes or {},
        stage_document(transition.target, held.now, actor),
        held.transaction,
    )
    if moved is None:
        return held.refused(order["_id"], RefusalCode.STALE_REVISION)
    card_id = moved["card_id"]
    held.tell(
        _ACTIONS[event],
        EventKind.CARD_ORDER_CHANGED,
        order["_id"],
        city=order["city"],
        related=() if card_id is None else (card_id,),
        detail=_DETAILS.get(transition.target),
    )
    return None
