"""The access table's lines of webhooks, and one to read."""

from __future__ import annotations

from api.ids import new_id
from auth.master_keys import WrappedKey
from auth.mongo import Document
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.store import webhook_deliveries, webhooks
from resolvers.store.webhook_deliveries import ToldEvent, encode_delivery
from resolvers.store.webhook_secrets import WebhookSecretStore
from resolvers.store.webhooks import NewWebhook, encode_webhook
from tests.access_rows import WEBHOOKS, Row
from tests.serving import Serving

WEBHOOK_ROOTS: tuple[tuple[str, Row, str], ...] = (
    (
        "Mutation",
        WEBHOOKS,
        (
            "createWebhook updateWebhook pauseWebhook resumeWebhook deleteWebhook"
            " rotateWebhookSecret sendTestEvent replayWebhook"
        ),
    ),
)
WEBHOOK_TYPES: tuple[tuple[str, Row, str], ...] = (
    ("EmployerDesk", WEBHOOKS, "webhooks"),
    (
        "Webhook",
        WEBHOOKS,
        "id revision clientId address events query createdAt state health secrets deliveries",
    ),
    (
        "WebhookHealth",
        WEBHOOKS,
        "consecutiveFailures lastSuccessAt lastFailureAt lastError nextProbeAt pauseReason",
    ),
    ("WebhookSecret", WEBHOOKS, "createdAt signsUntil"),
    ("WebhookDeliveryConnection", WEBHOOKS, "edges pageInfo"),
    ("WebhookDeliveryEdge", WEBHOOKS, "cursor node"),
    (
        "WebhookDelivery",
        WEBHOOKS,
        "id eventKind eventId objectId eventAt state attempts nextAttemptAt",
    ),
    ("WebhookAttempt", WEBHOOKS, "at status durationMs error"),
    ("WebhookChanged", WEBHOOKS, "webhook"),
    ("WebhookSecretMade", WEBHOOKS, "webhook secret"),
    ("WebhookDeleted", WEBHOOKS, "id"),
    ("WebhookReplayed", WEBHOOKS, "webhook count"),
)


async def put_webhook(serving: Serving, employer_id: str) -> str:
    """With a secret that opens nothing, and one delivery that was tried."""
    now, webhook_id = serving.clock(), new_id("whk")
    new = NewWebhook(
        webhook_id,
        employer_id,
        new_id("cli"),
        "https://portal.example/hooks",
        list(WebhookEvent),
        "{ employer { __typename } }",
    )
    await serving.database[webhooks.NAME].insert_one(encode_webhook(new, now))
    async with await serving.database.client.start_session() as session:
        await WebhookSecretStore(serving.database).insert(
            new_id("whs"), webhook_id, WrappedKey(1, b"x"), now, session
        )
    event = ToldEvent(new_id("evt"), "permit.issued", new_id("pmt"), (), now, new_id("hld"))
    attempt: Document = {
        "id": new_id("att"),
        "at": now,
        "status": 500,
        "duration_ms": 12,
        "fault": "HTTP_STATUS",
    }
    delivery = encode_delivery(new_id("whd"), webhook_id, event, 1, give_up_at=now, now=now)
    await serving.database[webhook_deliveries.NAME].insert_one(
        delivery | {"tries": 1, "attempts": [attempt]}
    )
    return webhook_id
