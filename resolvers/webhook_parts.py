"""What webhooks are made of, in one place of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from auth.master_keys import MasterKeys
from auth.mongo import Database
from auth.webhook_secrets import WebhookSecrets
from resolvers.store.webhook_deliveries import WebhookDeliveryStore
from resolvers.store.webhook_secrets import WebhookSecretStore
from resolvers.store.webhooks import WebhookStore
from resolvers.webhook_channel import WebhookQueries


@dataclass(frozen=True)
class WebhookParts:
    subscriptions: WebhookStore
    secrets: WebhookSecretStore
    deliveries: WebhookDeliveryStore
    wrapping: WebhookSecrets
    queries: WebhookQueries


def webhook_parts(
    database: Database, master_keys: MasterKeys, queries: WebhookQueries
) -> WebhookParts:
    return WebhookParts(
        WebhookStore(database),
        WebhookSecretStore(database),
        WebhookDeliveryStore(database),
        WebhookSecrets(master_keys),
        queries,
    )
