"""The mutations of webhooks, by the client that has them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.changes import Done
from resolvers.refusals import Refused
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.store.webhook_deliveries import WebhookDeliveryState
from resolvers.webhooks.replaying import Replayed, Wanted, replay_webhook, send_test_event
from resolvers.webhooks.subscribing import (
    Subscription,
    WebhookMade,
    create_webhook,
    delete_webhook,
    pause_webhook,
    resume_webhook,
    rotate_secret,
    update_webhook,
)
from schema.change_types import KEY, REVISION, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import guarded
from schema.own_read import read_own
from schema.row import Row
from schema.webhook import Webhook, webhook_field
from schema.webhook_query import judged

MAX_ADDRESS, MAX_ID = 500, 40
_MANAGE = Permission.EMPLOYER_WEBHOOK_MANAGE
_WHICH = "From `webhooks`."
_ADDRESS = "One of the callbacks that the client is registered with, exactly as it stands there."
_EVENTS = "Of which events; docs/webhooks-events.md."
_QUERY = (
    "A query whose result goes with each event: one operation, no variable but `$id: ID!`, the "
    "record that the event is about; what the client may ask itself."
)


@strawberry.input(description="A new webhook.")
class CreateWebhookInput:
    idempotency_key: str = strawberry.field(description=KEY)
    address: str = strawberry.field(description=_ADDRESS)
    events: list[WebhookEvent] = strawberry.field(description=_EVENTS)
    query: str | None = strawberry.field(default=None, description=_QUERY)


@strawberry.input(description="What a webhook is to be from now on, all of it.")
class UpdateWebhookInput:
    idempotency_key: str = strawberry.field(description=KEY)
    webhook_id: strawberry.ID = strawberry.field(description=_WHICH)
    revision: int = strawberry.field(description=REVISION)
    address: str = strawberry.field(description=_ADDRESS)
    events: list[WebhookEvent] = strawberry.field(description=_EVENTS)
    query: str | None = strawberry.field(default=None, description=_QUERY)


@strawberry.input(description="A step of one webhook.")
class WebhookStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    webhook_id: strawberry.ID = strawberry.field(description=_WHICH)
    revision: int = strawberry.field(description=REVISION)


@strawberry.input(description="To which webhook a test event is sent.")
class SendTestEventInput:
    idempotency_key: str = strawberry.field(description=KEY)
    webhook_id: strawberry.ID = strawberry.field(description=_WHICH)


@strawberry.input(one_of=True, description="Exactly one way to say which deliveries.")
class ReplayedDeliveriesInput:
    delivery_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="From `deliveries`."
    )
    since: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Those made from then on, the oldest 1,000 of them.",
    )


@strawberry.input(description="What is sent once more.")
class ReplayWebhookInput:
    idempotency_key: str = strawberry.field(description=KEY)
    webhook_id: strawberry.ID = strawberry.field(description=_WHICH)
    what: ReplayedDeliveriesInput = strawberry.field(description="Which deliveries.")
    states: list[WebhookDeliveryState] | None = strawberry.field(
        default=None, description="Of these states only: DELIVERED, DEAD, or both when not given."
    )


@strawberry.type(description="The change stands.")
class WebhookChanged:
    row: strawberry.Private[Row]

    @webhook_field("The webhook as it is now; null if it has been deleted since.", edge="webhook")
    def webhook(self, info: Info) -> Webhook | None:
        return _shown(self.row, info)


@strawberry.type(description="It has a new secret.")
class WebhookSecretMade:
    row: strawberry.Private[Row]
    made: strawberry.Private[WebhookMade]

    @webhook_field("The webhook as it is now; null if it has been deleted since.", edge="webhook")
    def webhook(self, info: Info) -> Webhook | None:
        return _shown(self.row, info)

    @webhook_field(
        "The secret (`whsec_…`), this once: nobody can tell it again. Null where the request was "
        "repeated."
    )
    def secret(self) -> str | None:
        return self.made.secret


@strawberry.type(description="It is no more; nothing that waited is sent.")
class WebhookDeleted:
    id: strawberry.ID = webhook_field("Which it was.")


@strawberry.type(description="It is on its way once more.")
class WebhookReplayed:
    row: strawberry.Private[Row]
    replayed: strawberry.Private[Replayed]

    @webhook_field("The webhook as it is now; null if it has been deleted since.", edge="webhook")
    def webhook(self, info: Info) -> Webhook | None:
        return _shown(self.row, info)

    @webhook_field("How many deliveries; null where the request was repeated.")
    def count(self) -> int | None:
        return self.replayed.count


def _shown(row: Row, info: Info) -> Webhook | None:
    rows = row.related(info)
    return Webhook(row=Row("webhooks", rows[0])) if rows else None


WebhookSecretPayload = Annotated[
    WebhookSecretMade | ChangeRefused,
    strawberry.union("WebhookSecretPayload", description="How it ended."),
]
WebhookChangePayload = Annotated[
    WebhookChanged | ChangeRefused,
    strawberry.union("WebhookChangePayload", description="How it ended."),
]
DeleteWebhookPayload = Annotated[
    WebhookDeleted | ChangeRefused,
    strawberry.union("DeleteWebhookPayload", description="How it ended."),
]
ReplayWebhookPayload = Annotated[
    WebhookReplayed | ChangeRefused,
    strawberry.union("ReplayWebhookPayload", description="How it ended."),
]


@strawberry.type
class WebhookMutation:
    @guarded(_MANAGE, description="Have the client told of events; docs/webhooks.md.")
    async def create_webhook(self, info: Info, input: CreateWebhookInput) -> WebhookSecretPayload:
        command = command_of(info, "createWebhook", input)
        context, wanted = info.context, _subscription(info, input)
        made = await create_webhook(context.gateway, context.ask, command, wanted)
        return await _made(info, made)

    @guarded(_MANAGE, description="Have it told otherwise; what waits goes by the new wish.")
    async def update_webhook(self, info: Info, input: UpdateWebhookInput) -> WebhookChangePayload:
        gateway, ask, command, webhook_id, revision = _step(info, "updateWebhook", input)
        wanted = _subscription(info, input)
        outcome = await update_webhook(gateway, ask, command, webhook_id, revision, wanted)
        return await _changed(info, outcome)

    @guarded(_MANAGE, description="Have nothing sent until it is resumed; what happens is kept.")
    async def pause_webhook(self, info: Info, input: WebhookStepInput) -> WebhookChangePayload:
        return await _changed(info, await pause_webhook(*_step(info, "pauseWebhook", input)))

    @guarded(
        _MANAGE, description="Go on with one that is paused or broken; all that waits is sent now."
    )
    async def resume_webhook(self, info: Info, input: WebhookStepInput) -> WebhookChangePayload:
        return await _changed(info, await resume_webhook(*_step(info, "resumeWebhook", input)))

    @guarded(_MANAGE, description="End it, with its secrets and its log.")
    async def delete_webhook(self, info: Info, input: WebhookStepInput) -> DeleteWebhookPayload:
        outcome = await delete_webhook(*_step(info, "deleteWebhook", input))
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return WebhookDeleted(id=strawberry.ID(outcome.object_id))

    @guarded(_MANAGE, description="Make a new secret; the former one signs too for 24 hours.")
    async def rotate_webhook_secret(
        self, info: Info, input: WebhookStepInput
    ) -> WebhookSecretPayload:
        made = await rotate_secret(*_step(info, "rotateWebhookSecret", input))
        return await _made(info, made)

    @guarded(_MANAGE, description="Send an event of the kind `webhook.test`.")
    async def send_test_event(self, info: Info, input: SendTestEventInput) -> WebhookChangePayload:
        command = command_of(info, "sendTestEvent", input)
        context, webhook_id = info.context, str(input.webhook_id)[:MAX_ID]
        outcome = await send_test_event(context.gateway, context.ask, command, webhook_id)
        return await _changed(info, outcome)

    @guarded(_MANAGE, description="Send once more what was delivered or given up.")
    async def replay_webhook(self, info: Info, input: ReplayWebhookInput) -> ReplayWebhookPayload:
        command = command_of(info, "replayWebhook", input)
        context, webhook_id = info.context, str(input.webhook_id)[:MAX_ID]
        wanted = _wanted(input)
        outcome = await replay_webhook(context.gateway, context.ask, command, webhook_id, wanted)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        row = await read_own(info, "WebhookReplayed", {"_id": outcome.webhook_id})
        return WebhookReplayed(row=row, replayed=outcome)


def _subscription(info: Info, given: CreateWebhookInput | UpdateWebhookInput) -> Subscription:
    query = None if given.query is None else judged(info, given.query)
    return Subscription(given.address[: MAX_ADDRESS + 1], given.events, query)


def _step(info: Info, name: str, given: WebhookStepInput | UpdateWebhookInput) -> tuple[Any, ...]:
    context, command = info.context, command_of(info, name, given)
    webhook_id = str(given.webhook_id)[:MAX_ID]
    return context.gateway, context.ask, command, webhook_id, given.revision


def _wanted(given: ReplayWebhookInput) -> Wanted:
    what, states = given.what, given.states or ()
    if isinstance(what.since, datetime):
        return Wanted(since=what.since, states=states)
    return Wanted([str(one)[:MAX_ID] for one in what.delivery_ids or ()], states=states)


async def _made(info: Info, made: WebhookMade | Refused) -> WebhookSecretMade | ChangeRefused:
    if isinstance(made, Refused):
        return change_refused(info, made)
    row = await read_own(info, "WebhookSecretMade", {"_id": made.webhook_id})
    return WebhookSecretMade(row=row, made=made)


async def _changed(info: Info, outcome: Done | Refused) -> WebhookChanged | ChangeRefused:
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    where = {"_id": outcome.object_id}
    return WebhookChanged(row=await read_own(info, "WebhookChanged", where))
