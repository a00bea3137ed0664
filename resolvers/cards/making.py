"""A counter checks the photo of an order, makes the card, and lays it ready or sends it.

The same steps record a card that came from the factory.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from auth.digests import Digest
from auth.mongo import Document, Transaction
from auth.officers import Officer
from auth.sealing import HolderVault
from resolvers.cards.ordering import OrderAsked
from resolvers.cards.orders import move_order
from resolvers.cards.parties import counter_officer
from resolvers.cards.steps import HolderCards
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.card_machines import OrderEvent
from resolvers.rules.card_rules import IssueCard, plan_for_permits
from resolvers.rules.numbers import normalise_bank_card, normalise_card_number
from resolvers.rules.state_machine import Party
from resolvers.store.cards import CARD_NUMBER, CardRecord, encode_card
from resolvers.vocabulary import (
    BankState,
    CardCollection,
    CardKind,
    CardReason,
    CardState,
    PhotoFault,
)


@dataclass(frozen=True)
class Blank:
    """What stands on the blank card, as typed. No number where the predecessor's is kept."""

    card_number: str | None = field(repr=False)
    bank_account: str | None = field(repr=False)


class KeyMissing(Exception):
    """A holder without a key: a fault of ours, both go together."""


async def check_photo(
    gateway: Gateway, ask: Ask, command: Command, asked: OrderAsked, fault: PhotoFault | None
) -> Done | Refused:
    """`fault` says why it is refused; without one it is accepted. Another photo may follow."""

    async def work(held: HolderCards, order: Document, officer: Officer) -> Refused | str:
        event = OrderEvent.ACCEPT_PHOTO if fault is None else OrderEvent.REFUSE_PHOTO
        photo = {"at": held.now, "fault": None if fault is None else str(fault)}
        return await _moved(held, order, event, officer, {"photo": photo})

    return await _change_order(gateway, ask, command, asked, work)


async def dispatch_card(
    gateway: Gateway, ask: Ask, command: Command, asked: OrderAsked
) -> Done | Refused:
    """Laid ready at the counter, or sent, as was ordered."""

    async def work(held: HolderCards, order: Document, officer: Officer) -> Refused | str:
        in_person = order["collection"] == CardCollection.IN_PERSON
        event = OrderEvent.MARK_READY if in_person else OrderEvent.SEND
        return await _moved(held, order, event, officer, {})

    return await _change_order(gateway, ask, command, asked, work)


async def make_card(
    gateway: Gateway, ask: Ask, command: Command, asked: OrderAsked, blank: Blank
) -> Done | Refused:
    """A sealed card with the holder's permit loaded. Ends in the id of the card."""
    card_id = gateway.new_id("crd")

    async def work(held: HolderCards, order: Document, officer: Officer) -> Refused | str:
        refused = await move_order(
            held,
            order,
            OrderEvent.MAKE,
            Party.COUNTER,
            officer.officer_id,
            {"card_id": card_id, "made_at": held.now},
        )
        if refused is None:
            refused = await _insert_card(held, order, card_id, blank)
        return refused or card_id

    return await _change_order(gateway, ask, command, asked, work)


async def _insert_card(
    held: HolderCards, order: Document, card_id: str, blank: Blank
) -> Refused | None:
    account: str | None = None
    if blank.bank_account is not None:
        account = normalise_bank_card(blank.bank_account)
        if account is None:
            return held.refused(order["_id"], RefusalCode.BAD_BANK_ACCOUNT)
    number = await _number(held, order, blank)
    if isinstance(number, Refused):
        return number
    permits = await held.gateway.permits.load_statuses(held.holder_id, held.transaction)
    plan = plan_for_permits(permits, held.now)
    record = CardRecord(
        card_id=card_id,
        holder_id=held.holder_id,
        kind=CardKind.PHYSICAL,
        number=number.text,
        state=CardState.SEALED,
        state_since=held.now,
        bank_state=None if account is None else BankState.INACTIVE,
        bank_account=account,
        permit_id=plan.permit_id if isinstance(plan, IssueCard) else None,
        city=order["city"],
        reason=CardReason(order["reason"]),
        issued_at=held.now,
        authority=order["authority"],
        updated_at=held.now,
        order_id=order["_id"],
        replaces=order["replaces"],
    )
    card = encode_card(record, await _vault(held), number.digest)
    if number.kept is not None:
        card["number"] = number.kept
    await held.gateway.cards.insert(card, held.transaction)
    return None


@dataclass(frozen=True)
class _Number:
    """A new number and its digest, or the sealed one that is kept."""

    text: str | None = field(default=None, repr=False)
    digest: Digest | None = None
    kept: Document | None = field(default=None, repr=False)


async def _number(held: HolderCards, order: Document, blank: Blank) -> _Number | Refused:
    bad = held.refused(order["_id"], RefusalCode.BAD_CARD_NUMBER)
    gateway, transaction = held.gateway, held.transaction
    if order["reason"] == CardReason.EXCHANGE:
        scope = {"holder_id": held.holder_id}
        former = await gateway.cards.find(order["replaces"], scope, transaction)
        if former is None or former["number"] is None or blank.card_number is not None:
            return bad
        # Bound to collection, field and holder, so it opens on the other card too.
        return _Number(kept=former["number"])
    text = None if blank.card_number is None else normalise_card_number(blank.card_number)
    if text is None:
        return bad
    candidates = gateway.digester.candidates(CARD_NUMBER, text)
    if await gateway.cards.is_number_known(candidates, transaction):
        return bad
    return _Number(text, gateway.digester.digest(CARD_NUMBER, text))


async def _vault(held: HolderCards) -> HolderVault:
    wrapped = await held.gateway.holder_keys.find(held.holder_id, held.transaction)
    if wrapped is None:
        raise KeyMissing
    return held.gateway.sealer.vault_for(held.holder_id, wrapped)


_Work = Callable[[HolderCards, Document, Officer], Coroutine[Any, Any, Refused | str]]
"""Ends in the id of what the answer shows."""


async def _moved(
    held: HolderCards,
    order: Document,
    event: OrderEvent,
    officer: Officer,
    changes: Document,
) -> Refused | str:
    refused = await move_order(held, order, event, Party.COUNTER, officer.officer_id, changes)
    order_id: str = order["_id"]
    return refused or order_id


async def _change_order(
    gateway: Gateway, ask: Ask, command: Command, asked: OrderAsked, move: _Work
) -> Done | Refused:
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        officer = await counter_officer(gateway, ask, transaction)
        if isinstance(officer, Refused):
            return officer
        scope = {"authority": officer.authority}
        order = await gateway.card_orders.find(asked.order_id, scope, transaction)
        if order is None:
            return Refused(RefusalCode.NOT_FOUND)
        if order["revision"] != asked.revision:
            return Refused(RefusalCode.STALE_REVISION, asked.order_id, order["holder_id"])
        held = await HolderCards.locked(gateway, order["holder_id"], now, transaction)
        outcome = await move(held, order, officer)
        if isinstance(outcome, Refused):
            return outcome
        return Changed(outcome, held.lines, held.events)

    return await change(gateway, ask, command, work)
