"""Webhooks over HTTP, to a real receiver: what is told, signed how, and to whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from standardwebhooks import Webhook, WebhookVerificationError

from api.ids import new_id
from api.settings import Settings
from auth.clients import NAME as CLIENTS
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.store.outgoing_events import HEARD_BY_WEBHOOKS, EventKind
from resolvers.webhooks.events_page import events_page, events_schema_text
from tests.employer_client import employer_client
from tests.webhooking import Hooked, hooked, verified

DOCS = Path(__file__).parent.parent / "docs"
SCHEMA = Draft202012Validator(
    json.loads((DOCS / "webhooks-events.schema.json").read_text(encoding="utf-8")),
    format_checker=FormatChecker(["date-time"]),
)
ISSUED, CANCELLED = EventKind.PERMIT_ISSUED, EventKind.PERMIT_CANCELLED
QUERY = (
    "query($id: ID!) { employer { application(id: $id) { id state }"
    " permits(first: 5) { edges { node { id } } } } }"
)


@pytest.fixture
async def one(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Hooked]:
    async with hooked(settings, mongod_uri, database, key_set) as made:
        yield made


def test_page_and_schema_of_the_catalogue_are_those_that_it_makes() -> None:
    module = "python -m resolvers.webhooks.events_page"
    page = (DOCS / "webhooks-events.md").read_text(encoding="utf-8")
    assert page == events_page(), f"run: {module} > docs/webhooks-events.md"
    schema = (DOCS / "webhooks-events.schema.json").read_text(encoding="utf-8")
    assert schema == events_schema_text(), (
        f"run: {module} schema > docs/webhooks-events.schema.json"
    )
    Draft202012Validator.check_schema(json.loads(schema))


async def test_an_event_is_told_signed_and_by_ids_alone(one: Hooked) -> None:
    hook = await one.create("PERMIT_ISSUED", "TASK_OPENED")
    permit_id = new_id("pmt")
    [event_id] = await one.happen(ISSUED, object_id=permit_id)
    await one.happen(EventKind.TASK_OPENED, related=[permit_id, new_id("hld")])
    assert await one.run() == 2
    told = {message["type"]: message for message in one.taken(hook)}
    assert told["permit.issued"]["data"] == {"eventId": event_id, "permitId": permit_id}
    assert told["task.opened"]["data"]["permitId"] == permit_id
    for message in told.values():
        SCHEMA.validate(message)
    received = one.receiver.received[0]
    assert received.headers["content-type"] == "application/json"
    assert b"hld_" not in b"".join(message.body for message in one.receiver.received)
    newest, eldest = await one.log(hook)
    assert {newest["state"], eldest["state"]} == {"DELIVERED"}
    assert received.headers["webhook-id"] in (newest["id"], eldest["id"])
    [attempt] = newest["attempts"]
    assert (attempt["status"], attempt["error"]) == (201, None)
    assert attempt["durationMs"] >= 0
    assert (await one.webhook(hook))["health"]["lastSuccessAt"] is not None


async def test_every_kind_is_told_as_its_schema_says(one: Hooked) -> None:
    kinds = sorted(HEARD_BY_WEBHOOKS, key=list(EventKind).index)
    assert [str(kind) for kind in kinds] == sorted(WebhookEvent, key=[*EventKind].index)
    hook = await one.create(*[event.name for event in WebhookEvent])
    related = [new_id("emt"), new_id("hld"), new_id("pmt"), new_id("apl")]
    await one.happen(*kinds, related=related, holder_id=new_id("hld"))
    assert await one.run() == len(kinds)
    messages = one.taken(hook)
    assert [message["type"] for message in messages] == [str(kind) for kind in kinds]
    for message in messages:
        SCHEMA.validate(message)
        assert related[1] not in str(message)


async def test_another_secret_or_another_body_is_found_out(one: Hooked) -> None:
    hook, other = await one.create(), await one.create(address=one.address("/other"))
    await one.happen(ISSUED)
    assert await one.run() == 2
    received = next(msg for msg in one.receiver.received if msg.path == "/hooks")
    assert verified(received, hook.secret)["type"] == "permit.issued"
    with pytest.raises(WebhookVerificationError):
        verified(received, other.secret)
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(received.body + b" ", dict(received.headers))


async def test_nobody_hears_of_what_is_not_his_or_was_not_asked_for(one: Hooked) -> None:
    hook = await one.create("PERMIT_ISSUED")
    await one.happen(CANCELLED)
    await one.happen(ISSUED, employer_id=new_id("emp"))
    await one.happen(EventKind.CARD_CHANGED)
    assert await one.run() == 0
    assert await one.log(hook) == []
    left = {"awaited_by": "WEBHOOKS"}
    assert await one.database["outgoing_events"].count_documents(left) == 0


async def test_a_query_goes_with_the_event_by_the_scopes_of_that_moment(one: Hooked) -> None:
    hook = await one.create("APPLICATION_APPROVED", query=QUERY)
    await one.happen(EventKind.APPLICATION_APPROVED)
    assert await one.run() == 1
    [first] = one.taken(hook)
    result = first["data"]["result"]["employer"]
    assert result["application"] is None
    assert len(result["permits"]["edges"]) == 1
    await one.database[CLIENTS].update_one(
        {"_id": one.client_id}, {"$pull": {"scopes": "permits:read"}}
    )
    await one.happen(EventKind.APPLICATION_APPROVED)
    assert await one.run() == 1
    second = one.taken(hook)[1]
    assert second["data"]["result"] is None
    assert [error["code"] for error in second["data"]["errors"]] == ["FORBIDDEN"]
    SCHEMA.validate(second)


JUDGED = {
    "{ employer { nothing } }": "no such field",
    "{ employer {": "not GraphQL",
    "mutation { logout { count } }": "one operation, a query",
    "query($day: Date!) { employer { __typename } }": "never used",
    "query($no: String!) { employer { __typename @skip(if: $no) } }": "fit where it is used",
    "query($no: Boolean!) { employer { __typename @skip(if: $no) } }": "no variable but",
    '{ employer { application(id: "apl_1") { id } } }': "no texts",
    "{ me { id } }": "may not use",
    "{ employer { permits(first: 500) { edges { cursor } } } }": "100 at most",
    "{ employer { __typename } } # of Mr Smith": "without comments",
}


async def test_a_query_is_judged_when_the_webhook_is_made(one: Hooked) -> None:
    text = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { __typename } }"
    given = {
        "idempotencyKey": "key-of-the-test",
        "address": one.address(),
        "events": ["PERMIT_ISSUED"],
    }
    await one.renew()
    for query, says in JUDGED.items():
        answer = await one.app.post(text, {"input": given | {"query": query}})
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert says in error["message"], query
        assert "Smith" not in str(error)
    assert await one.database["webhooks"].count_documents({}) == 0


async def test_both_secrets_sign_for_a_day(one: Hooked) -> None:
    hook = await one.create()
    rotated = await one.step("rotateWebhookSecret", hook)
    assert rotated["secret"] != hook.secret
    assert len(rotated["webhook"]["secrets"]) == 2
    await one.happen(ISSUED)
    assert await one.run() == 1
    [received] = one.receiver.received
    assert verified(received, hook.secret) == verified(received, rotated["secret"])
    one.clock.advance(hours=25)
    stored = await one.gateway.webhooks.secrets.load_signing(hook.webhook_id, one.clock())
    assert len(stored) == 1
    kept = await one.database["webhook_secrets"].find({}).to_list(None)
    assert all(hook.secret.removeprefix("whsec_") not in str(secret) for secret in kept)


async def test_a_secret_is_shown_once_and_a_request_repeated_makes_nothing(one: Hooked) -> None:
    given = {"idempotencyKey": "once-and-again", "address": one.address()}
    first, again = [
        await one.answer("createWebhook", **given, events=["TASK_DONE"]) for _ in range(2)
    ]
    assert first["secret"].startswith("whsec_")
    assert again["secret"] is None
    assert first["webhook"]["id"] == again["webhook"]["id"]
    assert await one.database["webhooks"].count_documents({}) == 1


async def test_an_address_that_is_no_callback_is_refused_and_one_that_was_is_left(
    one: Hooked,
) -> None:
    foreign = await one.answer(
        "createWebhook", address=one.address("/elsewhere"), events=["PERMIT_ISSUED"]
    )
    assert foreign["code"] == "BAD_WEBHOOK_ADDRESS"
    assert (await one.answer("createWebhook", address=one.address(), events=[]))[
        "code"
    ] == "WEBHOOK_EVENTS_MISSING"
    hook = await one.create()
    await one.database[CLIENTS].update_one({"_id": one.client_id}, {"$set": {"callbacks": []}})
    await one.happen(ISSUED)
    assert await one.run() == 0
    now = await one.webhook(hook)
    assert (now["state"], now["health"]["pauseReason"]) == ("PAUSED", "ADDRESS_NOT_REGISTERED")
    assert one.receiver.received == []


async def test_what_happens_while_it_is_paused_is_told_when_it_is_resumed(one: Hooked) -> None:
    hook = await one.create()
    assert (await one.step("pauseWebhook", hook))["webhook"]["state"] == "PAUSED"
    assert (await one.step("pauseWebhook", hook))["code"] == "WRONG_STATE"
    await one.happen(ISSUED, ISSUED)
    assert await one.run() == 0
    resumed = await one.step("resumeWebhook", hook)
    assert (resumed["webhook"]["state"], len(resumed["webhook"]["deliveries"]["edges"])) == (
        "ACTIVE",
        2,
    )
    assert await one.run() == 2


async def test_a_test_event_is_sent_and_a_delivery_replayed(one: Hooked) -> None:
    hook = await one.create()
    sent = await one.answer("sendTestEvent", webhookId=hook.webhook_id)
    assert sent["__typename"] == "WebhookChanged"
    await one.happen(ISSUED)
    assert await one.run() == 2
    permit = next(node for node in await one.log(hook) if node["eventKind"] == "permit.issued")
    told = await one.answer(
        "replayWebhook", webhookId=hook.webhook_id, what={"deliveryIds": [permit["id"]]}
    )
    assert told["count"] == 1
    assert await one.run() == 1
    since = (one.clock() - timedelta(hours=1)).isoformat()
    again = await one.answer("replayWebhook", webhookId=hook.webhook_id, what={"since": since})
    assert again["count"] == 2
    assert await one.run() == 2
    kinds = [message["type"] for message in one.taken(hook)]
    assert sorted(kinds) == ["permit.issued"] * 3 + ["webhook.test"] * 2
    ids = {received.headers["webhook-id"] for received in one.receiver.received}
    assert len(ids) == 2, "a replay has the id of the first time"
    replayed = next(node for node in await one.log(hook) if node["id"] == permit["id"])
    assert len(replayed["attempts"]) == 3


async def test_it_ends_with_its_client_and_is_nobody_elses(one: Hooked) -> None:
    hook = await one.create()
    other = await employer_client(one.serving, one.employer_id)
    mine, one.app = one.app, other
    assert (await one.step("deleteWebhook", hook))["code"] == "NOT_FOUND"
    one.app = mine
    assert (await one.step("deleteWebhook", hook))["id"] == hook.webhook_id
    for name in ("webhooks", "webhook_secrets"):
        assert await one.database[name].count_documents({}) == 0
