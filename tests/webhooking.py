"""An employer's portal with webhooks, a receiver on loopback, and the jobs that tell it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.clients import NAME as CLIENTS
from auth.keys import KeySet
from auth.mongo import Database, Document
from auth.principal import PrincipalKind
from auth.scopes import ClientScope
from resolvers.gateway import Gateway
from resolvers.rules.webhook_events import CATALOGUE
from resolvers.store.outgoing_events import HEARD_BY_WEBHOOKS, Event, EventKind, encode_event
from resolvers.webhooks.projecting import project_to_webhooks
from resolvers.webhooks.sending import send_to_webhooks
from tests.app_client import AppClient
from tests.employer_client import EVERY_SCOPE, Portal, new_portal
from tests.serving import MovableClock, Serving, serving_gateway
from tests.tls_server import Answering, Received, answering

WEBHOOK = (
    "webhook { id revision state address events query secrets { signsUntil }"
    " health { consecutiveFailures lastSuccessAt lastFailureAt lastError nextProbeAt pauseReason }"
    " deliveries(first: 50) { edges { node { id eventKind eventId objectId state nextAttemptAt"
    " attempts { at status durationMs error } } } } }"
)
PAYLOADS = {
    "createWebhook": f"... on WebhookSecretMade {{ secret {WEBHOOK} }}",
    "rotateWebhookSecret": f"... on WebhookSecretMade {{ secret {WEBHOOK} }}",
    "deleteWebhook": "... on WebhookDeleted { id }",
    "replayWebhook": f"... on WebhookReplayed {{ count {WEBHOOK} }}",
}
INPUTS = {
    "pauseWebhook": "WebhookStepInput",
    "resumeWebhook": "WebhookStepInput",
    "deleteWebhook": "WebhookStepInput",
    "rotateWebhookSecret": "WebhookStepInput",
}


@dataclass
class Hook:
    """A webhook as its client knows it."""

    webhook_id: str
    secret: str


@dataclass
class Hooked:
    """One portal, its receiver, and a gateway whose jobs run when the test says."""

    serving: Serving
    gateway: Gateway
    receiver: Answering
    employer_id: str
    client_id: str
    app: AppClient
    portal: Portal
    token_until: datetime

    @property
    def clock(self) -> MovableClock:
        return self.serving.clock

    @property
    def database(self) -> Database:
        return self.serving.database

    def address(self, path: str = "/hooks") -> str:
        return f"http://127.0.0.1:{self.receiver.port}{path}"

    async def answer(self, mutation: str, **given: Any) -> dict[str, Any]:
        """The payload."""
        own = f"{mutation[0].upper()}{mutation[1:]}Input"
        shown = PAYLOADS.get(mutation, f"... on WebhookChanged {{ {WEBHOOK} }}")
        await self.renew()
        data = await self.app.execute(
            f"mutation($input: {INPUTS.get(mutation, own)}!) {{ {mutation}(input: $input)"
            f" {{ __typename {shown} ... on ChangeRefused {{ code }} }} }}",
            {"input": {"idempotencyKey": secrets.token_hex(12)} | given},
        )
        payload: dict[str, Any] = data[mutation]
        return payload

    async def create(
        self, *events: str, query: str | None = None, address: str | None = None
    ) -> Hook:
        made = await self.answer(
            "createWebhook",
            address=address or self.address(),
            events=list(events or ("PERMIT_ISSUED",)),
            query=query,
        )
        assert made["__typename"] == "WebhookSecretMade", made
        return Hook(made["webhook"]["id"], made["secret"])

    async def register(self, service: Answering) -> str:
        """The address of another receiver, as a callback."""
        address = f"http://127.0.0.1:{service.port}/hooks"
        await self.database[CLIENTS].update_one(
            {"_id": self.client_id}, {"$push": {"callbacks": address}}
        )
        return address

    async def webhook(self, hook: Hook) -> dict[str, Any]:
        await self.renew()
        data = await self.app.execute(
            f"{{ employer {{ {WEBHOOK.replace('webhook', 'webhooks')} }} }}"
        )
        found: list[dict[str, Any]] = data["employer"]["webhooks"]
        return next(one for one in found if one["id"] == hook.webhook_id)

    async def renew(self) -> None:
        """A token is good for five minutes, and the clock is moved by days."""
        if self.clock() > self.token_until:
            answer = await self.portal.ask(self.serving.http, self.clock())
            self.app.token = answer.json()["access_token"]
            self.token_until = self.clock() + timedelta(minutes=4)

    async def step(self, mutation: str, hook: Hook, **more: Any) -> dict[str, Any]:
        revision = (await self.webhook(hook))["revision"]
        return await self.answer(mutation, webhookId=hook.webhook_id, revision=revision, **more)

    async def log(self, hook: Hook) -> list[dict[str, Any]]:
        """Newest first."""
        edges = (await self.webhook(hook))["deliveries"]["edges"]
        return [edge["node"] for edge in edges]

    async def happen(
        self,
        *kinds: EventKind,
        holder_id: str | None = None,
        object_id: str | None = None,
        employer_id: str | None = None,
        related: Sequence[str] = (),
    ) -> list[str]:
        """Each a little later than the one before, each of another person unless one is named; the
        ids of the events."""
        made: list[Document] = []
        for kind in kinds:
            self.clock.advance(milliseconds=5)
            prefix = CATALOGUE[kind].prefix if kind in HEARD_BY_WEBHOOKS else "crd"
            event = Event(
                kind,
                object_id or new_id(prefix),
                holder_id=holder_id or new_id("hld"),
                employer_id=employer_id or self.employer_id,
                related=related,
            )
            made.append(encode_event(new_id("evt"), event, self.clock(), PrincipalKind.OFFICER))
        await self.database["outgoing_events"].insert_many(made)
        return [one["_id"] for one in made]

    async def run(self) -> int:
        """Both jobs once; how many deliveries were attempted."""
        await project_to_webhooks(self.gateway, self.clock())
        return await send_to_webhooks(self.gateway, self.clock())

    async def deliveries(self) -> list[Document]:
        return await self.database["webhook_deliveries"].find({}).sort("sequence").to_list(None)

    def taken(self, hook: Hook) -> list[dict[str, Any]]:
        """What the receiver has got, each checked by its secret."""
        return [verified(one, hook.secret) for one in self.receiver.received]


def verified(received: Received, secret: str) -> dict[str, Any]:
    """By the package of the standard's authors. Raises where it does not hold."""
    told: dict[str, Any] = Webhook(secret).verify(received.body, dict(received.headers))
    return told


@asynccontextmanager
async def hooked(
    settings: Settings,
    uri: str,
    database: Database,
    key_set: KeySet,
    *,
    scopes: Sequence[ClientScope] = EVERY_SCOPE,
    **receiver: Any,
) -> AsyncIterator[Hooked]:
    local = settings.model_copy(update={"outbound_loopback": True})
    async with (
        answering(**receiver) as service,
        serving_gateway(local, uri, database, key_set) as serving,
        open_runtime(local, uri, now=serving.clock) as runtime,
    ):
        yield await _portal(serving, runtime.gateway, service, scopes)


async def _portal(
    serving: Serving, gateway: Gateway, service: Answering, scopes: Sequence[ClientScope]
) -> Hooked:
    person = await serving.person()
    permit = await serving.database["permits"].find_one({"_id": person.permit_ids[0]})
    assert permit is not None
    employer_id: str = permit["employer_id"]
    portal = await new_portal(serving, employer_id, scopes)
    one = Hooked(
        serving,
        gateway,
        service,
        employer_id,
        portal.client_id,
        serving.client(),
        portal,
        serving.clock(),
    )
    await serving.database[CLIENTS].update_one(
        {"_id": portal.client_id},
        {"$set": {"callbacks": [one.address(), one.address("/other"), one.address("/third")]}},
    )
    return one
