"""One attempt: written down before it is made and after, and what it makes of the delivery and of
the health of its webhook."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from auth.clients import Client
from auth.mongo import Document
from auth.scopes import ClientScope
from auth.webhook_secrets import signed_headers
from resolvers.gateway import Gateway
from resolvers.policy.webhooks import (
    LONGEST_ASKED_WAIT,
    MAX_ATTEMPTS,
    MAX_FAILURES,
    WAITS,
    probe_wait,
)
from resolvers.rules.webhook_health import (
    DeliveryFault,
    PauseReason,
    WebhookState,
    fault_of_status,
)
from resolvers.store.webhook_deliveries import WebhookDeliveryState
from resolvers.store.webhook_secrets import decode_wrapped
from resolvers.store.webhooks import decode_health
from resolvers.webhook_channel import SEND_LIFETIME, Answered, Unanswered
from resolvers.webhooks.messages import body_of

MAX_TRIES = 2 * MAX_ATTEMPTS
"""With those of which nobody knows how they ended."""
MAX_UNKNOWN = 3
UNTOLD_WAIT = timedelta(seconds=10)
"""Until it is tried again to find out what is to be sent; no attempt at sending."""


class Run:
    """What a worker knows of a webhook while it holds its lease."""

    def __init__(self, webhook: Document, lease: str, ends_at: datetime) -> None:
        self.webhook = webhook
        self.webhook_id: str = webhook["_id"]
        self.lease = lease
        self.health = decode_health(webhook)
        self.is_probing = self.health.state is WebhookState.BROKEN
        self.attempted = 0
        self._ends_at = ends_at
        self._is_lost = False

    def is_over(self, now: datetime) -> bool:
        is_closed = self.is_probing or self.health.state is WebhookState.ACTIVE
        return self._is_lost or not is_closed or now > self._ends_at

    def note(self, fault: DeliveryFault | None, at: datetime) -> None:
        """How an attempt ended. What was under way when the receiver said that it wants no more, or
        when the circuit opened, says nothing new."""
        if self.health.state is WebhookState.PAUSED:
            return
        if fault is None:
            self.health = self.health.succeeded(at)
        elif self.is_probing or self.health.state is WebhookState.ACTIVE:
            self.health = self.health.failed(fault, at, MAX_FAILURES, probe_wait)

    def lose(self) -> None:
        """The lease is another's."""
        self._is_lost = True

    def pause(self, reason: PauseReason) -> None:
        self.health = self.health.paused(reason)


async def attempt(gateway: Gateway, run: Run, delivery: Document) -> WebhookDeliveryState:
    """What the delivery is after it; PENDING where it is to be tried again."""
    deliveries, delivery_id = gateway.webhooks.deliveries, delivery["_id"]
    now = gateway.now()
    number = _number_of(delivery)
    if number > MAX_ATTEMPTS or delivery["tries"] >= MAX_TRIES or delivery["give_up_at"] <= now:
        await deliveries.settle_dead(delivery_id, now)
        return WebhookDeliveryState.DEAD
    if not await gateway.webhooks.subscriptions.is_held(run.webhook_id, run.lease):
        run.lose()
        return WebhookDeliveryState.PENDING
    client = await gateway.clients.find(run.webhook["client_id"])
    obstacle = _obstacle(run.webhook, client)
    if obstacle is not None or client is None:
        run.pause(obstacle or PauseReason.SCOPE_LOST)
        return WebhookDeliveryState.PENDING
    body = await body_of(gateway, run.webhook, client, delivery)
    if body is None:
        await deliveries.put_off_lane(run.webhook_id, delivery["lane"], now + UNTOLD_WAIT)
        return WebhookDeliveryState.PENDING
    attempt_id = gateway.new_id("att")
    again_at = _again_at(gateway, 1 if _was_heard_of(delivery) else delivery["tries"], None)
    if not await deliveries.begin_attempt(delivery, attempt_id, gateway.now(), again_at):
        return WebhookDeliveryState.PENDING
    run.attempted += 1
    answer = await _posted(gateway, run, delivery_id, body)
    fault = _fault_of(answer)
    state, settled = _settled(gateway, delivery, number, answer, fault)
    outcome = {
        "status": answer.status if isinstance(answer, Answered) else None,
        "duration_ms": round(answer.duration.total_seconds() * 1000),
        "fault": None if fault is None else str(fault),
    }
    await deliveries.end_attempt(delivery_id, attempt_id, outcome, settled)
    run.note(fault, gateway.now())
    return state


def _obstacle(webhook: Document, client: Client | None) -> PauseReason | None:
    """The rights of a webhook are those of its client at this moment, for each attempt anew: one
    that was narrowed a moment ago is told no more."""
    if client is None or not client.is_active:
        return PauseReason.SCOPE_LOST
    if ClientScope.WEBHOOKS_MANAGE not in client.scopes:
        return PauseReason.SCOPE_LOST
    if webhook["address"] not in client.callbacks:
        return PauseReason.ADDRESS_NOT_REGISTERED
    return None


def _number_of(delivery: Document) -> int:
    """Which attempt the next one is, of those that the receiver answers for: that we died is none
    of its fault."""
    tries: int = delivery["tries"]
    faults = [one["fault"] for one in delivery["attempts"][-tries:]] if tries else []
    return 1 + sum(fault not in (None, DeliveryFault.UNKNOWN_OUTCOME) for fault in faults)


def _was_heard_of(delivery: Document) -> bool:
    """Whether the end of one of the last few attempts is known. If not, it may be the delivery that
    kills whoever sends it: then the next attempt is made as late as after a failure."""
    last = delivery["attempts"][-MAX_UNKNOWN:]
    unknown = [one["fault"] == DeliveryFault.UNKNOWN_OUTCOME for one in last]
    return len(last) < MAX_UNKNOWN or not all(unknown)


async def _posted(
    gateway: Gateway, run: Run, delivery_id: str, body: bytes
) -> Answered | Unanswered:
    now = gateway.now()
    stored = await gateway.webhooks.secrets.load_signing(run.webhook_id, now)
    wrapping = gateway.webhooks.wrapping
    secrets = [wrapping.unwrap(one["_id"], decode_wrapped(one)) for one in stored]
    headers = signed_headers(delivery_id, now, body, secrets)
    try:
        async with asyncio.timeout(SEND_LIFETIME.total_seconds()):
            return await gateway.outlets.webhooks.post(run.webhook["address"], headers, body)
    except TimeoutError:
        return Unanswered(DeliveryFault.TIMED_OUT, SEND_LIFETIME)


def _fault_of(answer: Answered | Unanswered) -> DeliveryFault | None:
    return fault_of_status(answer.status) if isinstance(answer, Answered) else answer.fault


def _settled(
    gateway: Gateway,
    delivery: Document,
    number: int,
    answer: Answered | Unanswered,
    fault: DeliveryFault | None,
) -> tuple[WebhookDeliveryState, Document]:
    now = gateway.now()
    if fault is None:
        state = WebhookDeliveryState.DELIVERED
        return state, {"state": str(state), "settled_at": now}
    asked = answer.retry_after if isinstance(answer, Answered) else None
    again_at = _again_at(gateway, number, asked)
    # Who wants no more is no reason to give up: it is sent when the webhook is resumed.
    is_over = number >= MAX_ATTEMPTS or again_at >= delivery["give_up_at"]
    if is_over and fault is not DeliveryFault.GONE:
        state = WebhookDeliveryState.DEAD
        return state, {"state": str(state), "settled_at": now}
    return WebhookDeliveryState.PENDING, {"due_at": again_at}


def _again_at(gateway: Gateway, number: int, asked: timedelta | None) -> datetime:
    wait = WAITS[min(number, len(WAITS)) - 1] * (1 + 0.1 * gateway.outlets.fraction())
    return gateway.now() + max(wait, min(asked or timedelta(0), LONGEST_ASKED_WAIT))
