"""What is due goes out, webhook by webhook, each under its lease.

Whoever holds the lease sends what is due, a few lanes at once, one after the other within a lane.
A lane stops at the first that is not taken; when that is dead, the next one goes on. A worker that
dies leaves its lease to lapse: whoever takes it over finds the attempt that was begun, and makes it
once more. Slow receivers hold up nobody but themselves: each webhook has connections of its own.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from auth.mongo import Document, Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.rules.webhook_health import WebhookState
from resolvers.store.webhook_deliveries import WebhookDeliveryState
from resolvers.store.webhooks import NEVER, encode_health
from resolvers.webhooks.attempts import UNTOLD_WAIT, Run, attempt

WEBHOOKS_AT_ONCE: Final = 32
LANES_AT_ONCE: Final = 4
CONNECTIONS: Final = WEBHOOKS_AT_ONCE * LANES_AT_ONCE
CLAIMING: Final = timedelta(seconds=20)
"""For so long a run takes up further webhooks, while one that it has begun goes on."""
TURN: Final = timedelta(seconds=5)
"""After which a webhook is given back, whatever waits, so that others have their turn. With what
an attempt may last it is far below the lease."""
PAUSE_SECONDS: Final = 0.2
DUE_READ: Final = 200
LANE_READ: Final = 50


async def send_to_webhooks(gateway: Gateway, now: datetime) -> int:
    """How many deliveries were attempted."""
    count, until = 0, now + CLAIMING
    faults: list[BaseException] = []
    running: set[asyncio.Task[int]] = set()
    try:
        while True:
            while len(running) < WEBHOOKS_AT_ONCE and gateway.now() <= until:
                lease = gateway.new_id("lse")
                webhook = await gateway.webhooks.subscriptions.claim_due(lease, gateway.now())
                if webhook is None:
                    break
                running.add(asyncio.create_task(_send(gateway, webhook, lease)))
            if not running:
                break
            ended, running = await asyncio.wait(
                running, timeout=PAUSE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for one in ended:
                fault = one.exception()
                if fault is None:
                    count += one.result()
                else:
                    faults.append(fault)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for fault in faults:
        # Told when all the others have had their turn; its webhook's lease lapses meanwhile.
        raise fault
    return count


async def _send(gateway: Gateway, webhook: Document, lease: str) -> int:
    run = Run(webhook, lease, gateway.now() + TURN)
    if run.is_probing:
        await _probe(gateway, run)
    else:
        await _send_lanes(gateway, run)
    await _release(gateway, run)
    return run.attempted


async def _probe(gateway: Gateway, run: Run) -> None:
    """One delivery, that is not too old; if it is taken, all that waits is due."""
    deliveries = gateway.webhooks.deliveries
    state = WebhookDeliveryState.DEAD
    while state is WebhookDeliveryState.DEAD and not run.attempted:
        lanes = await deliveries.load_due_lanes(run.webhook_id, NEVER, 1)
        waiting = await deliveries.load_lane(run.webhook_id, lanes[0], 1) if lanes else []
        if not waiting:
            return
        state = await attempt(gateway, run, waiting[0])
    if run.health.state is WebhookState.ACTIVE:
        await deliveries.bring_forward(run.webhook_id, gateway.now())


async def _send_lanes(gateway: Gateway, run: Run) -> None:
    deliveries, turns = gateway.webhooks.deliveries, asyncio.Semaphore(LANES_AT_ONCE)

    async def send(lane: str) -> None:
        async with turns:
            await _send_lane(gateway, run, lane)

    while not run.is_over(gateway.now()):
        lanes = await deliveries.load_due_lanes(run.webhook_id, gateway.now(), DUE_READ)
        if not lanes:
            return
        ended = await asyncio.gather(*map(send, lanes), return_exceptions=True)
        for fault in ended:
            if isinstance(fault, BaseException):
                # One that cannot be sent keeps none of the others waiting.
                raise fault


async def _send_lane(gateway: Gateway, run: Run, lane: str) -> None:
    deliveries = gateway.webhooks.deliveries
    waiting = await deliveries.load_lane(run.webhook_id, lane, LANE_READ)
    for delivery in waiting:
        now = gateway.now()
        if run.is_over(now):
            return
        if delivery["due_at"] > now:
            await deliveries.put_off_lane(run.webhook_id, lane, delivery["due_at"])
            return
        state = await attempt(gateway, run, delivery)
        if state is not WebhookDeliveryState.PENDING:
            continue
        first = await deliveries.load_lane(run.webhook_id, lane, 1)
        if first:
            await deliveries.put_off_lane(run.webhook_id, lane, first[0]["due_at"])
        return


async def _release(gateway: Gateway, run: Run) -> None:
    """If the lease has passed to another meanwhile, that one knows better."""

    async def work(transaction: Transaction) -> None:
        due_at = await gateway.webhooks.deliveries.find_next_due(run.webhook_id, transaction)
        health, now = run.health, gateway.now()
        if health.state is WebhookState.PAUSED:
            due_at = None
        elif due_at is not None and health.probe_at is not None:
            # A probe for which nobody could tell what to send is made a little later.
            due_at = max(health.probe_at, now + UNTOLD_WAIT)
        changes = {**encode_health(health), "due_at": due_at or NEVER}
        await gateway.webhooks.subscriptions.release(
            run.webhook_id, run.lease, changes, now, transaction
        )

    await in_transaction(gateway.database, work)
