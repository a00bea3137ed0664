"""Webhooks of an employer's client: made, changed, paused, resumed, removed; their secrets.

Only the client that made a webhook changes it, since what it sends is what that client may see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from auth.principal import OwnerMissing
from auth.webhook_secrets import new_webhook_secret, shown_secret
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.webhooks import LIFETIME, MAX_WEBHOOKS, SECRET_GRACE
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.rules.webhook_health import PauseReason, WebhookState
from resolvers.store.webhooks import (
    NEVER,
    NewWebhook,
    decode_health,
    encode_health,
    encode_webhook,
)


@dataclass(frozen=True)
class Subscription:
    """What a client asks for. `query` was judged before: it is valid, and the client's to ask."""

    address: str
    events: Sequence[WebhookEvent]
    query: str | None


@dataclass(frozen=True)
class WebhookMade:
    """`secret` is None where the request was repeated: nobody can read it back."""

    webhook_id: str
    secret: str | None


Step = Callable[[Document, datetime], Mapping[str, Any] | RefusalCode]
"""What changes in a webhook, or why nothing does."""


async def create_webhook(
    gateway: Gateway, ask: Ask, command: Command, wanted: Subscription
) -> WebhookMade | Refused:
    client_id, employer_id = own_client_id(ask), ask.principal.employer_id()
    webhook_id, secret_id = gateway.new_id("whk"), gateway.new_id("whs")
    secret, now = new_webhook_secret(), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        code = await _fault_of(gateway, client_id, wanted)
        if code is None:
            # Whoever makes one for the same client at once would count the same webhooks.
            await gateway.employers.lock(employer_id, transaction)
            count = await gateway.webhooks.subscriptions.count_of_client(client_id, transaction)
            code = RefusalCode.TOO_MANY_WEBHOOKS if count >= MAX_WEBHOOKS else None
        if code is not None:
            return Refused(code)
        new = NewWebhook(
            webhook_id, employer_id, client_id, wanted.address, _each_once(wanted), wanted.query
        )
        await gateway.webhooks.subscriptions.insert(encode_webhook(new, now), transaction)
        wrapped = gateway.webhooks.wrapping.wrap(secret_id, secret)
        await gateway.webhooks.secrets.insert(secret_id, webhook_id, wrapped, now, transaction)
        return Changed(webhook_id, [_line(AuditAction.WEBHOOK_CREATED, webhook_id)])

    done = await change(gateway, ask, command, work)
    if isinstance(done, Refused):
        return done
    is_new = done.object_id == webhook_id
    return WebhookMade(done.object_id, shown_secret(secret) if is_new else None)


async def update_webhook(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    webhook_id: str,
    revision: int,
    wanted: Subscription,
) -> Done | Refused:
    """What waits to be sent goes to the new address, by the new query."""
    code = await _fault_of(gateway, own_client_id(ask), wanted)
    events = [str(event) for event in _each_once(wanted)]

    def step(_webhook: Document, _now: datetime) -> Mapping[str, Any] | RefusalCode:
        return code or {"address": wanted.address, "events": events, "query": wanted.query}

    return await _stepped(
        gateway, ask, command, (webhook_id, revision), step, AuditAction.WEBHOOK_UPDATED
    )


async def pause_webhook(
    gateway: Gateway, ask: Ask, command: Command, webhook_id: str, revision: int
) -> Done | Refused:
    def step(webhook: Document, _now: datetime) -> Mapping[str, Any] | RefusalCode:
        health = decode_health(webhook)
        if health.state is WebhookState.PAUSED:
            return RefusalCode.WRONG_STATE
        return {**encode_health(health.paused(PauseReason.ASKED)), "due_at": NEVER}

    return await _stepped(
        gateway, ask, command, (webhook_id, revision), step, AuditAction.WEBHOOK_PAUSED
    )


async def resume_webhook(
    gateway: Gateway, ask: Ask, command: Command, webhook_id: str, revision: int
) -> Done | Refused:
    """Also of one whose circuit is open. All that waits begins anew."""

    def step(webhook: Document, now: datetime) -> Mapping[str, Any] | RefusalCode:
        health = decode_health(webhook)
        if health.state is WebhookState.ACTIVE:
            return RefusalCode.WRONG_STATE
        return {**encode_health(health.resumed()), "due_at": now}

    async def bring_forward(now: datetime, transaction: Transaction) -> None:
        anew = {"give_up_at": now + LIFETIME, "tries": 0}
        await gateway.webhooks.deliveries.bring_forward(webhook_id, now, anew, transaction)

    return await _stepped(
        gateway,
        ask,
        command,
        (webhook_id, revision),
        step,
        AuditAction.WEBHOOK_RESUMED,
        bring_forward,
    )


async def delete_webhook(
    gateway: Gateway, ask: Ask, command: Command, webhook_id: str, revision: int
) -> Done | Refused:
    """With its secrets. Its deliveries are nobody's from then on, and forgotten by age."""
    client_id = own_client_id(ask)

    async def work(transaction: Transaction) -> Changed | Refused:
        webhook = await find_own(gateway, client_id, webhook_id, transaction)
        if isinstance(webhook, Refused):
            return webhook
        if webhook["revision"] != revision:
            return Refused(RefusalCode.STALE_REVISION, object_id=webhook_id)
        await gateway.webhooks.subscriptions.remove(webhook_id, transaction)
        await gateway.webhooks.secrets.remove_of([webhook_id], transaction)
        return Changed(webhook_id, [_line(AuditAction.WEBHOOK_REMOVED, webhook_id)])

    return await change(gateway, ask, command, work)


async def rotate_secret(
    gateway: Gateway, ask: Ask, command: Command, webhook_id: str, revision: int
) -> WebhookMade | Refused:
    """Both sign for a day, so that the receiver has time to take up the new one."""
    client_id, secret_id = own_client_id(ask), gateway.new_id("whs")
    secret, now = new_webhook_secret(), gateway.now()
    made = False

    async def work(transaction: Transaction) -> Changed | Refused:
        nonlocal made
        webhook = await find_own(gateway, client_id, webhook_id, transaction)
        if isinstance(webhook, Refused):
            return webhook
        if webhook["revision"] != revision or not await gateway.webhooks.subscriptions.change(
            webhook, {}, transaction
        ):
            return Refused(RefusalCode.STALE_REVISION, object_id=webhook_id)
        secrets = gateway.webhooks.secrets
        await secrets.retire(webhook_id, now + SECRET_GRACE, transaction)
        wrapped = gateway.webhooks.wrapping.wrap(secret_id, secret)
        await secrets.insert(secret_id, webhook_id, wrapped, now, transaction)
        made = True
        return Changed(webhook_id, [_line(AuditAction.WEBHOOK_SECRET_ROTATED, webhook_id)])

    done = await change(gateway, ask, command, work)
    if isinstance(done, Refused):
        return done
    return WebhookMade(webhook_id, shown_secret(secret) if made else None)


async def remove_of_client(
    gateway: Gateway, client_id: str, transaction: Transaction
) -> list[AuditLine]:
    """Part of the ending of a client."""
    removed = await gateway.webhooks.subscriptions.remove_of_client(client_id, transaction)
    if not removed:
        return []
    await gateway.webhooks.secrets.remove_of(removed, transaction)
    return [AuditLine(AuditAction.WEBHOOK_REMOVED, None, objects=removed)]


def own_client_id(ask: Ask) -> str:
    client_id = ask.principal.client_id
    if not client_id:
        raise OwnerMissing
    return client_id


async def find_own(
    gateway: Gateway, client_id: str, webhook_id: str, transaction: Transaction
) -> Document | Refused:
    """One of another client is not found, of the same employer too."""
    found = await gateway.webhooks.subscriptions.find_own(webhook_id, client_id, transaction)
    return Refused(RefusalCode.NOT_FOUND) if found is None else found


async def _stepped(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    which: tuple[str, int],
    step: Step,
    action: AuditAction,
    beside: Callable[[datetime, Transaction], Any] | None = None,
) -> Done | Refused:
    client_id, now = own_client_id(ask), gateway.now()
    webhook_id, revision = which

    async def work(transaction: Transaction) -> Changed | Refused:
        webhook = await find_own(gateway, client_id, webhook_id, transaction)
        if isinstance(webhook, Refused):
            return webhook
        if webhook["revision"] != revision:
            return Refused(RefusalCode.STALE_REVISION, object_id=webhook_id)
        changes = step(webhook, now)
        if isinstance(changes, RefusalCode):
            return Refused(changes, object_id=webhook_id)
        # Whoever is sending stops; nobody else begins until its lease is over.
        await gateway.webhooks.subscriptions.change(
            webhook, {**changes, "lease": None}, transaction
        )
        if beside is not None:
            await beside(now, transaction)
        return Changed(webhook_id, [_line(action, webhook_id)])

    return await change(gateway, ask, command, work)


async def _fault_of(gateway: Gateway, client_id: str, wanted: Subscription) -> RefusalCode | None:
    client = await gateway.clients.find(client_id)
    if client is None or wanted.address not in client.callbacks:
        return RefusalCode.BAD_WEBHOOK_ADDRESS
    if not gateway.outlets.webhooks.accepts(wanted.address):
        return RefusalCode.BAD_WEBHOOK_ADDRESS
    return None if wanted.events else RefusalCode.WEBHOOK_EVENTS_MISSING


def _each_once(wanted: Subscription) -> list[WebhookEvent]:
    return sorted(set(wanted.events), key=list(WebhookEvent).index)


def _line(action: AuditAction, webhook_id: str) -> AuditLine:
    return AuditLine(action, None, objects=(webhook_id,))
