"""A physical card is ordered, by its holder or at a counter, and an order is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from auth.audit import AuditAction
from auth.mongo import Document, Transaction
from auth.officers import Officer
from auth.principal import PrincipalKind
from resolvers.cards.orders import move_order
from resolvers.cards.parties import counter_officer, office_of
from resolvers.cards.steps import HolderCards
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.places import CITIES
from resolvers.policy.procedures import ProcedurePolicy, policy_for
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.card_machines import OrderEvent, PhysicalEvent
from resolvers.rules.card_orders import is_order_possible, is_reason_fitting
from resolvers.rules.identifiers import canonical
from resolvers.rules.permit_status import ends_at, permit_status, shanghai_day
from resolvers.rules.state_machine import Party
from resolvers.rules.working_days import WorkingDayCalendar, add_working_days
from resolvers.store.card_orders import CardPromise, NewOrder, encode_order
from resolvers.store.outgoing_events import EventKind
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardKind,
    CardMaking,
    CardReason,
    CardState,
    IdentifierKind,
    PermitState,
    PermitStatus,
)


@dataclass(frozen=True)
class WantedCard:
    reason: CardReason
    making: CardMaking
    channel: CardChannel
    collection: CardCollection


@dataclass(frozen=True)
class OrderAsked:
    """An order, and the revision that the caller has seen."""

    order_id: str
    revision: int


async def order_card(
    gateway: Gateway, ask: Ask, command: Command, wanted: WantedCard, city: str
) -> Done | Refused:
    """By the holder, at any city that we serve."""
    holder_id, order_id = ask.principal.holder_id(), gateway.new_id("ord")
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        if city not in CITIES:
            return Refused(RefusalCode.UNKNOWN_CITY, None, holder_id)
        held = await HolderCards.locked(gateway, holder_id, now, transaction)
        return await _place(held, order_id, wanted, city, None)

    return await change(gateway, ask, command, work)


async def order_card_at_counter(
    gateway: Gateway, ask: Ask, command: Command, wanted: WantedCard, permit_number: str
) -> Done | Refused:
    """By an officer for the holder who stands before him with this work permit number."""
    holder_id, order_id = await find_by_permit_number(gateway, permit_number), gateway.new_id("ord")
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        officer = await counter_officer(gateway, ask, transaction)
        if isinstance(officer, Refused):
            return officer
        if holder_id is None:
            return Refused(RefusalCode.NOT_FOUND)
        held = await HolderCards.locked(gateway, holder_id, now, transaction)
        return await _place(held, order_id, wanted, officer.city, officer)

    return await change(gateway, ask, command, work)


async def find_by_permit_number(gateway: Gateway, permit_number: str) -> str | None:
    """The id of the holder with this number, as it was typed."""
    number = canonical(IdentifierKind.WORK_PERMIT, permit_number)
    if number is None:
        return None
    candidates = gateway.digester.candidates(IdentifierKind.WORK_PERMIT, number)
    found = await gateway.holders.find_for_login(candidates)
    return None if found is None else found["_id"]


async def cancel_order(
    gateway: Gateway, ask: Ask, command: Command, asked: OrderAsked
) -> Done | Refused:
    """By the holder until the card is made; by an officer of its counter until it is collected,
    and then the sealed card is cancelled with it."""
    now = gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        party = await _party(gateway, ask, transaction)
        if isinstance(party, Refused):
            return party
        scope = (
            {"holder_id": ask.principal.holder_id()}
            if party is None
            else {"authority": party.authority}
        )
        order = await gateway.card_orders.find(asked.order_id, scope, transaction)
        if order is None:
            return Refused(RefusalCode.NOT_FOUND)
        if order["revision"] != asked.revision:
            return Refused(RefusalCode.STALE_REVISION, asked.order_id, order["holder_id"])
        held = await HolderCards.locked(gateway, order["holder_id"], now, transaction)
        by = Party.HOLDER if party is None else Party.COUNTER
        refused = await move_order(held, order, OrderEvent.CANCEL, by, ask.principal.subject)
        if refused is None and order["card_id"] is not None:
            refused = await held.move_physical(
                order["card_id"], PhysicalEvent.CANCEL, Party.COUNTER
            )
        return refused or Changed(asked.order_id, held.lines, held.events)

    return await change(gateway, ask, command, work)


async def _party(gateway: Gateway, ask: Ask, transaction: Transaction) -> Officer | Refused | None:
    """The officer who asks; None for a holder."""
    if ask.principal.kind is PrincipalKind.HOLDER:
        return None
    return await counter_officer(gateway, ask, transaction)


async def _place(
    held: HolderCards, order_id: str, wanted: WantedCard, city: str, officer: Officer | None
) -> Changed | Refused:
    refusal = await _refusal_of(held, wanted, by_officer=officer is not None)
    if refusal is not None:
        return Refused(refusal, None, held.holder_id)
    policy = policy_for(city, shanghai_day(held.now))
    replaced = held.physical if wanted.reason is not CardReason.NEW else None
    order = NewOrder(
        order_id=order_id,
        holder_id=held.holder_id,
        city=city,
        making=wanted.making,
        channel=wanted.channel,
        collection=wanted.collection,
        reason=wanted.reason,
        replaces=None if replaced is None else replaced["_id"],
        ordered_at=held.now,
        promise=_promise(held, wanted.making, policy),
        ticket=await _ticket(held, wanted.making, city),
        actor=held.holder_id if officer is None else officer.officer_id,
    )
    await held.gateway.card_orders.insert(encode_order(order), held.transaction)
    held.tell(AuditAction.CARD_ORDERED, EventKind.CARD_ORDER_CHANGED, order_id, city=city)
    return Changed(order_id, held.lines, held.events)


async def _refusal_of(
    held: HolderCards, wanted: WantedCard, *, by_officer: bool
) -> RefusalCode | None:
    gateway, transaction = held.gateway, held.transaction
    if not is_order_possible(
        wanted.channel, wanted.making, wanted.collection, by_officer=by_officer
    ):
        return RefusalCode.BAD_ORDER
    if await gateway.card_orders.has_open(held.holder_id, transaction):
        return RefusalCode.ORDER_OPEN
    if any(
        card["kind"] == CardKind.PHYSICAL and card["state"] == CardState.SEALED
        for card in held.cards
    ):
        return RefusalCode.CARD_EXISTS
    current = None if held.physical is None else CardState(held.physical["state"])
    if not is_reason_fitting(wanted.reason, current):
        is_new = wanted.reason is CardReason.NEW
        return RefusalCode.CARD_EXISTS if is_new else RefusalCode.WRONG_STATE
    permits = await gateway.permits.load_statuses(held.holder_id, transaction)
    if not any(_is_active(permit, held.now) for permit in permits):
        return RefusalCode.NO_ACTIVE_PERMIT
    return None


def _is_active(permit: Document, now: datetime) -> bool:
    """An old plastic permit counts: a card is for whoever works here, and is forced on nobody."""
    status = permit_status(
        PermitState(permit["state"]), permit["valid_from"], permit["valid_until"], now
    )
    return status is PermitStatus.ACTIVE


def _promise(held: HolderCards, making: CardMaking, policy: ProcedurePolicy) -> CardPromise:
    if making is CardMaking.COUNTER:
        return CardPromise(held.now + timedelta(minutes=policy.counter_card_minutes))
    days = policy.factory_card_working_days
    return factory_promise(held.gateway.calendar, shanghai_day(held.now), days)


def factory_promise(calendar: WorkingDayCalendar, ordered_on: date, days: int) -> CardPromise:
    """Kept through the whole of its last day in Asia/Shanghai."""
    due = add_working_days(calendar, ordered_on, days)
    return CardPromise(ends_at(due.day), due.provisional, days, due.calendar_version)


async def _ticket(held: HolderCards, making: CardMaking, city: str) -> tuple[str, int] | None:
    if making is not CardMaking.COUNTER:
        return None
    day = shanghai_day(held.now).isoformat()
    tickets = held.gateway.queue_tickets
    return day, await tickets.take(office_of(city), day, held.now, held.transaction)
