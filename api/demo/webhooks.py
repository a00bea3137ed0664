"""One webhook of a demo employer, paused, so that nothing is sent before somebody listens there."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from api.demo.bundle import Secrets
from api.demo.days import ONE_DAY, office_hour
from api.demo.draw import drawn_id
from auth.clients import Client
from auth.mongo import Database, Document, Transaction
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.rules.webhook_health import Health, PauseReason, WebhookState
from resolvers.store import webhook_deliveries, webhook_secrets, webhooks
from resolvers.store.webhooks import NewWebhook, encode_health, encode_webhook

SECRET: Final = hashlib.sha256(b"demo webhook: no secret").digest()
"""Which anybody can know; `rotateWebhookSecret` gives one of one's own."""
_QUERY: Final = "query($id: ID!) { employer { application(id: $id) { procedure state } } }"


def webhook_documents(client: Client, today: date, secrets: Secrets) -> dict[str, list[Document]]:
    made_at = office_hour(today, 0) - ONE_DAY
    new = NewWebhook(
        drawn_id("whk", client.client_id),
        client.employer_id,
        client.client_id,
        client.callbacks[0],
        [WebhookEvent.APPLICATION_RETURNED, WebhookEvent.APPLICATION_APPROVED],
        _QUERY,
    )
    paused = encode_health(Health(WebhookState.ACTIVE).paused(PauseReason.ASKED))
    secret_id = drawn_id("whs", client.client_id)
    wrapped = secrets.webhook_secrets.wrap(secret_id, SECRET)
    return {
        webhooks.NAME: [encode_webhook(new, made_at) | paused],
        webhook_secrets.NAME: [
            webhook_secrets.encode_secret(secret_id, new.webhook_id, wrapped, made_at)
        ],
    }


async def remove_webhooks(
    database: Database, client_ids: list[str], transaction: Transaction
) -> None:
    """With what they told and those that were made since."""
    cursor = database[webhooks.NAME].find(
        {"client_id": {"$in": client_ids}}, {"_id": 1}, session=transaction
    )
    ids = [one["_id"] async for one in cursor]
    for name in (webhook_secrets.NAME, webhook_deliveries.NAME):
        await database[name].delete_many({"webhook_id": {"$in": ids}}, session=transaction)
    await database[webhooks.NAME].delete_many({"_id": {"$in": ids}}, session=transaction)
