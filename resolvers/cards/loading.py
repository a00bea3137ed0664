"""A permit goes onto the cards of its holder, or leaves them, inside somebody's transaction.

An old plastic permit neither gives nor changes a card ("no change, no replacement").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.gateway import Gateway
from resolvers.rules.card_rules import IssueCard, is_living, plan_electronic_card
from resolvers.store.cards import CardRecord, encode_card
from resolvers.store.outgoing_events import Event, EventDetail, EventKind
from resolvers.vocabulary import CardKind, CardReason, CardState, PermitForm, PermitState

Told = tuple[list[AuditLine], list[Event]]
"""What the caller appends in the same transaction."""


async def issue_if_due(
    gateway: Gateway, holder_id: str, card_id: str, now: datetime, transaction: Transaction
) -> Told:
    """The electronic card, if it is due. Raises DuplicateKeyError when another transaction issued
    it after our snapshot."""
    permits = await gateway.permits.load_statuses(holder_id, transaction)
    cards = await gateway.cards.load_states(holder_id, transaction)
    plan = plan_electronic_card(permits, cards, now)
    if not isinstance(plan, IssueCard):
        return [], []
    permit = next(permit for permit in permits if permit["_id"] == plan.permit_id)
    return await issue_card(gateway, holder_id, permit, card_id, now, transaction)


async def issue_card(
    gateway: Gateway,
    holder_id: str,
    permit: Mapping[str, Any],
    card_id: str,
    now: datetime,
    transaction: Transaction,
) -> Told:
    """An electronic card with this permit, whose being due the caller has found out."""
    # A loss reported meanwhile must conflict with this, not pass it by.
    await gateway.holders.lock(holder_id, transaction)
    authority = f"human-resources-{permit['city']}"
    record = CardRecord(
        card_id=card_id,
        holder_id=holder_id,
        kind=CardKind.ELECTRONIC,
        number=None,
        state=CardState.NORMAL,
        state_since=now,
        bank_state=None,
        bank_account=None,
        permit_id=permit["_id"],
        city=permit["city"],
        reason=CardReason.NEW,
        issued_at=now,
        authority=authority,
        updated_at=now,
    )
    await gateway.cards.insert(encode_card(record, None), transaction)
    line = AuditLine(AuditAction.CARD_ISSUED, holder_id, objects=(card_id, permit["_id"]))
    return [line], [Event(EventKind.CARD_ISSUED, card_id, holder_id, None, authority)]


async def load_permit_on_cards(
    gateway: Gateway,
    holder_id: str,
    permit: Document,
    now: datetime,
    transaction: Transaction,
    new_card_id: str,
) -> Told:
    """Put a permit that was just written on every living card of its holder, and issue the
    electronic card, under `new_card_id`, if that is due now."""
    if permit["form"] == PermitForm.PLASTIC or permit["state"] != PermitState.ISSUED:
        return [], []
    await gateway.holders.lock(holder_id, transaction)
    cards = await gateway.cards.load_states(holder_id, transaction)
    loaded = [
        card["_id"] for card in cards if is_living(card) and card["permit_id"] != permit["_id"]
    ]
    lines: list[AuditLine] = []
    events: list[Event] = []
    if loaded:
        await gateway.cards.put_permit(loaded, permit["_id"], now, transaction)
        lines.append(
            AuditLine(AuditAction.CARD_LOADED, holder_id, objects=(*loaded, permit["_id"]))
        )
        events += [_event(EventKind.CARD_LOADED, card_id, permit) for card_id in loaded]
    issued_lines, issued_events = await issue_if_due(
        gateway, holder_id, new_card_id, now, transaction
    )
    return lines + issued_lines, events + issued_events


async def unload_permit(
    gateway: Gateway, holder_id: str, permit_id: str, now: datetime, transaction: Transaction
) -> Told:
    """Take a permit that is over off the cards, which stay as they are."""
    await gateway.holders.lock(holder_id, transaction)
    cards = await gateway.cards.load_states(holder_id, transaction)
    loaded = [card for card in cards if card["permit_id"] == permit_id and is_living(card)]
    if not loaded:
        return [], []
    card_ids = [card["_id"] for card in loaded]
    await gateway.cards.put_permit(card_ids, None, now, transaction)
    line = AuditLine(AuditAction.CARD_UNLOADED, holder_id, objects=(*card_ids, permit_id))
    events = [
        Event(
            EventKind.CARD_CHANGED,
            card["_id"],
            holder_id,
            related=(permit_id,),
            detail=EventDetail.CONSEQUENCE,
        )
        for card in loaded
    ]
    return [line], events


def _event(kind: EventKind, card_id: str, permit: Mapping[str, Any]) -> Event:
    return Event(
        kind,
        card_id,
        holder_id=permit["holder_id"],
        related=(permit["_id"],),
    )
