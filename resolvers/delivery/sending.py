"""What is due goes out: one message for everything that waits for an endpoint.

Whoever sends holds the endpoint's lease, so any number of workers may run. A worker that dies
between the push service's answer and our own write leaves the lease to lapse, and the message goes
out once more: that is all that a crash repeats, and never is one lost. The topic of the message
makes a browser that has not shown the first one show one of both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Principal, PrincipalKind
from resolvers.delivery.outgoing import Outgoing, read_outgoing
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.policy.delivery import MAX_FAILURES, RETRIES, SPACING
from resolvers.push_channel import (
    SEND_LIFETIME,
    Gone,
    PushOutcome,
    Rejected,
    Sent,
    TryLater,
)
from resolvers.rules.retrying import next_attempt
from resolvers.store.deliveries import DeliveryState

BATCH_SIZE: Final = 500
"""Deliveries that are looked at for the endpoints they wait for."""
MAX_ENDPOINTS: Final = 64
AT_ONCE: Final = 16
RUN_LIFETIME: Final = timedelta(seconds=10)
"""After which no further batch is begun; a worker bounds a run."""


async def send_due(gateway: Gateway, now: datetime) -> int:
    """How many messages were taken."""
    count, began_at = 0, now
    turns = asyncio.Semaphore(AT_ONCE)

    async def send(endpoint_id: str) -> bool:
        async with turns:
            return await _send_to(gateway, endpoint_id)

    while due := await gateway.deliveries.load_due_endpoints(gateway.now(), BATCH_SIZE):
        batch = due[:MAX_ENDPOINTS]
        ended = await asyncio.gather(*map(send, batch), return_exceptions=True)
        count += sum(one is True for one in ended)
        for fault in ended:
            if isinstance(fault, BaseException):
                # One that cannot be sent keeps none of the others waiting.
                raise fault
        if len(due) <= len(batch) or gateway.now() - began_at > RUN_LIFETIME:
            break
    return count


async def _send_to(gateway: Gateway, endpoint_id: str) -> bool:
    now, lease = gateway.now(), gateway.new_id("lse")
    if not await gateway.push_endpoints.claim(endpoint_id, lease, now):
        await _leave(gateway, endpoint_id, now)
        return False
    outgoing = await read_outgoing(gateway, endpoint_id, now)
    if outgoing is None:
        return False
    outcome = await _sent(gateway, outgoing, now) if outgoing.told else None
    await _settle(gateway, outgoing, lease, outcome)
    return isinstance(outcome, Sent)


async def _leave(gateway: Gateway, endpoint_id: str, now: datetime) -> None:
    """Not ours to send to: another worker does, it is to be left alone, or it is gone."""
    waiting = await gateway.push_endpoints.find_waiting(endpoint_id)
    if waiting is None:
        await gateway.deliveries.drop_endpoint(endpoint_id, now)
    elif waiting["not_before"] > now:
        await gateway.deliveries.put_off_endpoint(endpoint_id, waiting["not_before"])


async def _sent(gateway: Gateway, outgoing: Outgoing, now: datetime) -> PushOutcome:
    channel = gateway.outlets.channels.get(outgoing.kind)
    if channel is None:
        return TryLater()
    if outgoing.target is None:
        return Gone()
    try:
        async with asyncio.timeout(SEND_LIFETIME.total_seconds()):
            return await channel.send(outgoing.target, outgoing.message(), now)
    except TimeoutError:
        return TryLater()


async def _settle(
    gateway: Gateway, outgoing: Outgoing, lease: str, outcome: PushOutcome | None
) -> None:
    """Write down what became of it. If the lease has lapsed meanwhile, whoever took it over
    does."""
    now = gateway.now()

    async def work(transaction: Transaction) -> None:
        changes = await _settle_told(gateway, outgoing, outcome, now, transaction)
        if changes is None:
            own = {"lease": lease}
            if not await gateway.push_endpoints.remove(outgoing.endpoint_id, own, transaction):
                await transaction.abort_transaction()
                return
            await _audit_drop(gateway, outgoing, transaction)
            await gateway.deliveries.drop_endpoint(outgoing.endpoint_id, now, transaction)
            return
        held = await gateway.push_endpoints.release(
            outgoing.endpoint_id, lease, changes, now, transaction
        )
        if not held:
            await transaction.abort_transaction()
            return
        await gateway.deliveries.settle(
            outgoing.nothing_to_tell, DeliveryState.DROPPED, now, transaction
        )
        for at, later in outgoing.later.items():
            await gateway.deliveries.put_off(later, at, transaction)

    await in_transaction(gateway.database, work)


async def _settle_told(
    gateway: Gateway,
    outgoing: Outgoing,
    outcome: PushOutcome | None,
    now: datetime,
    transaction: Transaction,
) -> Document | None:
    """What changes in the endpoint; None when it is to be dropped."""
    told = [one["_id"] for one in outgoing.told]
    match outcome:
        case None:
            return {}
        case Sent():
            await gateway.deliveries.settle(told, DeliveryState.SENT, now, transaction)
            spaced = now + SPACING[outgoing.kind]
            return {"failures": 0, "last_success_at": now, "not_before": spaced}
        case Gone():
            return None
        case Rejected():
            await gateway.deliveries.settle(told, DeliveryState.DEAD, now, transaction)
            return _failed(outgoing)
        case TryLater(after):
            return await _try_later(gateway, outgoing, after, now, transaction)


async def _try_later(
    gateway: Gateway,
    outgoing: Outgoing,
    after: timedelta | None,
    now: datetime,
    transaction: Transaction,
) -> Document | None:
    at = next_attempt(
        RETRIES,
        attempts=1 + max(one["attempts"] for one in outgoing.told),
        asked_wait=after,
        fraction=gateway.outlets.fraction(),
        now=now,
        give_up_at=max(one["give_up_at"] for one in outgoing.told),
    )
    dead = [one["_id"] for one in outgoing.told if at is None or one["give_up_at"] <= at]
    await gateway.deliveries.settle(dead, DeliveryState.DEAD, now, transaction)
    if at is None:
        return _failed(outgoing)
    again: Sequence[str] = [one["_id"] for one in outgoing.told if one["_id"] not in dead]
    await gateway.deliveries.try_again(again, at, transaction)
    return {"not_before": at}


def _failed(outgoing: Outgoing) -> Document | None:
    failures = outgoing.failures + 1
    return {"failures": failures} if failures < MAX_FAILURES else None


async def _audit_drop(gateway: Gateway, outgoing: Outgoing, transaction: Transaction) -> None:
    ask = Ask(Principal(PrincipalKind.SYSTEM), "", gateway.new_id("req"))
    line = AuditLine(
        AuditAction.PUSH_ENDPOINT_DROPPED, outgoing.holder_id, objects=(outgoing.endpoint_id,)
    )
    await append_audit(gateway, ask, line, transaction=transaction)
