"""Temporary losses whose days are over, written down as over; and promises counted again.

A due card reads as in use by the clock alone (`present_state`), so nobody waits for this. Each
holder or order is one transaction with its audit lines and events: safe to stop anywhere and to run
in any number of processes at once, since a second one finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction, in_transaction
from auth.principal import Principal, PrincipalKind
from resolvers.cards.ordering import factory_promise
from resolvers.cards.steps import HolderCards
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.rules.permit_status import shanghai_day
from resolvers.store.outgoing_events import Event, EventKind, encode_event

BATCH_SIZE: Final = 200

_Told = tuple[Sequence[AuditLine], Sequence[Event]]
_Step = Callable[[str, Transaction], Coroutine[Any, Any, _Told]]


async def release_due_losses(gateway: Gateway, now: datetime) -> int:
    """How many holders' cards were released."""

    async def step(holder_id: str, transaction: Transaction) -> _Told:
        held = await HolderCards.locked(gateway, holder_id, now, transaction)
        return held.lines, held.events

    return await _each(gateway, now, lambda: gateway.cards.load_due_losses(now, BATCH_SIZE), step)


async def recompute_card_promises(gateway: Gateway, now: datetime) -> int:
    """Promises of the factory that were counted with a year not published then, by the calendar of
    today: how many."""
    calendar = gateway.calendar

    async def step(order_id: str, transaction: Transaction) -> _Told:
        order = await gateway.card_orders.find_provisional(order_id, calendar.version, transaction)
        if order is None:
            return (), ()
        ordered_on = shanghai_day(order["ordered_at"])
        promise = factory_promise(calendar, ordered_on, order["promise_days"])
        await gateway.card_orders.promise_anew(order, promise, transaction)
        action = AuditAction.CARD_ORDER_PROMISE_RECOMPUTED
        line = AuditLine(action, order["holder_id"], objects=(order_id,))
        event = Event(
            EventKind.CARD_ORDER_CHANGED,
            order_id,
            order["holder_id"],
            authority=order["authority"],
        )
        return (line,), (event,)

    return await _each(
        gateway,
        now,
        lambda: gateway.card_orders.load_provisional(calendar.version, BATCH_SIZE),
        step,
    )


async def _each(
    gateway: Gateway,
    now: datetime,
    load: Callable[[], Coroutine[Any, Any, Sequence[str]]],
    step: _Step,
) -> int:
    """How many were changed. A batch of which none could be changed ends it: others do."""
    count = 0
    ask = Ask(Principal(PrincipalKind.SYSTEM), "", gateway.new_id("req"))
    while found := await load():
        changed = [await _one(gateway, ask, now, one, step) for one in found]
        count += sum(changed)
        if not any(changed):
            break
    return count


async def _one(gateway: Gateway, ask: Ask, now: datetime, one: str, step: _Step) -> bool:
    async def work(transaction: Transaction) -> bool:
        lines, events = await step(one, transaction)
        if not lines:
            await transaction.abort_transaction()
            return False
        await append_audit(gateway, ask, *lines, transaction=transaction)
        encoded = [
            encode_event(gateway.new_id("evt"), event, now, ask.principal.kind) for event in events
        ]
        await gateway.events.append(encoded, transaction)
        return True

    return await in_transaction(gateway.database, work)
