"""What a client has sent on demand: a test event, and once more what was settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.webhooks import LIFETIME, MAX_REPLAYED
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.webhook_events import TEST_KIND
from resolvers.rules.webhook_health import WebhookState
from resolvers.store.webhook_deliveries import ToldEvent, WebhookDeliveryState, encode_delivery
from resolvers.webhooks.subscribing import find_own, own_client_id


@dataclass(frozen=True)
class Wanted:
    """By `delivery_ids`, or all of one of the `states` that were made since `since`."""

    delivery_ids: Sequence[str] = ()
    since: datetime | None = None
    states: Sequence[WebhookDeliveryState] = ()


@dataclass(frozen=True)
class Replayed:
    """`count` is None where the request was repeated: nothing was sent again by it."""

    webhook_id: str
    count: int | None


async def send_test_event(
    gateway: Gateway, ask: Ask, command: Command, webhook_id: str
) -> Done | Refused:
    """In a lane of its own, so that it waits for nothing."""
    client_id, now = own_client_id(ask), gateway.now()
    delivery_id, event_id = gateway.new_id("whd"), gateway.new_id("evt")

    async def work(transaction: Transaction) -> Changed | Refused:
        webhook = await find_own(gateway, client_id, webhook_id, transaction)
        if isinstance(webhook, Refused):
            return webhook
        if webhook["state"] == WebhookState.PAUSED:
            return Refused(RefusalCode.WRONG_STATE, object_id=webhook_id)
        number = await gateway.webhooks.subscriptions.take_numbers(webhook_id, 1, now, transaction)
        event = ToldEvent(event_id, TEST_KIND, webhook_id, (), now, event_id)
        delivery = encode_delivery(
            delivery_id, webhook_id, event, number, give_up_at=now + LIFETIME, now=now
        )
        await gateway.webhooks.deliveries.insert([delivery], transaction)
        line = AuditLine(AuditAction.WEBHOOK_TESTED, None, objects=(webhook_id, delivery_id))
        return Changed(webhook_id, [line])

    return await change(gateway, ask, command, work)


async def replay_webhook(
    gateway: Gateway, ask: Ask, command: Command, webhook_id: str, wanted: Wanted
) -> Replayed | Refused:
    """The oldest first, at most `MAX_REPLAYED`; what still waits is sent anyway."""
    client_id, now = own_client_id(ask), gateway.now()
    count: int | None = None

    async def work(transaction: Transaction) -> Changed | Refused:
        nonlocal count
        webhook = await find_own(gateway, client_id, webhook_id, transaction)
        if isinstance(webhook, Refused):
            return webhook
        if webhook["state"] == WebhookState.PAUSED:
            return Refused(RefusalCode.WRONG_STATE, object_id=webhook_id)
        deliveries = gateway.webhooks.deliveries
        found = await deliveries.load_replayable(
            webhook_id, _filter(wanted), MAX_REPLAYED, transaction
        )
        count = await deliveries.replay(found, now, now + LIFETIME, transaction)
        await gateway.webhooks.subscriptions.take_numbers(webhook_id, 0, now, transaction)
        line = AuditLine(AuditAction.WEBHOOK_REPLAYED, None, objects=(webhook_id, *found))
        return Changed(webhook_id, [line])

    done = await change(gateway, ask, command, work)
    return done if isinstance(done, Refused) else Replayed(done.object_id, count)


def _filter(wanted: Wanted) -> Mapping[str, Any]:
    settled = (WebhookDeliveryState.DELIVERED, WebhookDeliveryState.DEAD)
    states = [str(state) for state in wanted.states or settled if state in settled]
    chosen: dict[str, Any] = {"state": {"$in": states}}
    if wanted.since is not None:
        chosen["created_at"] = {"$gte": wanted.since}
    else:
        chosen["_id"] = {"$in": list(wanted.delivery_ids)}
    return chosen
