"""From events to deliveries: the oldest that webhooks still await, a batch in one transaction.

Each webhook of the employer that an event names, and that asked for its kind, gets one delivery;
the marks are taken off: all of it or nothing. Any number of processes may do so; two that take the
same events conflict, and the second one finds them done. What happened before a webhook was made is
no news to it; a paused one keeps what happens until it is resumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from auth.mongo import Document, Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.policy.webhooks import LIFETIME
from resolvers.rules.webhook_health import WebhookState
from resolvers.store.outgoing_events import Consumer, EventKind
from resolvers.store.webhook_deliveries import ToldEvent, encode_delivery
from resolvers.store.webhooks import NEVER

BATCH_SIZE: Final = 100
_ORDER = {str(kind): place for place, kind in enumerate(EventKind)}
"""Of events of one change: the case, then its permit, then tasks."""


async def project_to_webhooks(gateway: Gateway, now: datetime) -> int:
    """Everything that is awaited: how many events were taken."""
    count = 0
    while await gateway.events.is_awaited(Consumer.WEBHOOKS):
        taken = await _project_batch(gateway, now)
        count += taken
        if not taken:
            break  # another process has them
    return count


async def _project_batch(gateway: Gateway, now: datetime) -> int:
    async def work(transaction: Transaction) -> int:
        found = await gateway.events.load_awaited(Consumer.WEBHOOKS, BATCH_SIZE, transaction)
        events = _of_whole_instants(found)
        if not events:
            return 0
        employer_ids = sorted({event["employer_id"] for event in events})
        webhooks = await gateway.webhooks.subscriptions.load_of_employers(employer_ids, transaction)
        made: list[Document] = []
        for webhook in webhooks:
            wanted = [event for event in events if _is_wanted(webhook, event)]
            if wanted:
                made += await _deliveries(gateway, webhook, wanted, now, transaction)
        if made:
            await gateway.webhooks.deliveries.insert(made, transaction)
        taken = [event["_id"] for event in events]
        await gateway.events.take(Consumer.WEBHOOKS, taken, transaction)
        return len(taken)

    return await in_transaction(gateway.database, work)


def _of_whole_instants(found: Sequence[Document]) -> list[Document]:
    """In order. A full batch may end amidst the events of one change: they are left to the next,
    unless there are no others."""
    events = list(found)
    if len(events) == BATCH_SIZE and events[0]["at"] != events[-1]["at"]:
        last = events[-1]["at"]
        events = [event for event in events if event["at"] != last]
    return sorted(events, key=lambda event: (event["at"], _ORDER[event["kind"]]))


def _is_wanted(webhook: Document, event: Document) -> bool:
    return bool(
        webhook["employer_id"] == event["employer_id"]
        and event["kind"] in webhook["events"]
        and event["at"] >= webhook["created_at"]
    )


async def _deliveries(
    gateway: Gateway,
    webhook: Document,
    events: Sequence[Document],
    now: datetime,
    transaction: Transaction,
) -> list[Document]:
    due_at = now
    match WebhookState(webhook["state"]):
        case WebhookState.BROKEN:
            due_at = max(now, webhook["health"]["probe_at"])
        case WebhookState.PAUSED:
            due_at = NEVER
    first = await gateway.webhooks.subscriptions.take_numbers(
        webhook["_id"], len(events), due_at, transaction
    )
    return [
        encode_delivery(
            gateway.new_id("whd"),
            webhook["_id"],
            told_event(event),
            first + place,
            give_up_at=now + LIFETIME,
            now=now,
        )
        for place, event in enumerate(events)
    ]


def told_event(event: Document) -> ToldEvent:
    """Everything about one person waits in one lane, so also everything about one permit."""
    return ToldEvent(
        event["_id"],
        event["kind"],
        event["object_id"],
        event["related"],
        event["at"],
        event["holder_id"] or event["object_id"],
    )
