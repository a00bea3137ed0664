"""A webhook has the rights of its client and ends with it; its secrets move with the master key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from api.clock import utc_now
from api.commands.database_checks import check_messages
from api.commands.findings import Health
from api.ids import new_id
from api.settings import Settings
from auth.client_terms import document_digest
from auth.clients import NAME as CLIENTS
from auth.keys import KeySet, Purpose, new_key
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database
from auth.principal import Principal, PrincipalKind
from auth.sealing import Sealer
from auth.webhook_secrets import WebhookSecrets, shown_secret
from resolvers.clients import ClientRevocation, revoke_client
from resolvers.gateway import Ask
from resolvers.jobs.key_usage import WEBHOOK_SECRETS, count_needing
from resolvers.jobs.rotation import rewrap_stored
from resolvers.jobs.rotation_steps import RotationEnd
from resolvers.store.outgoing_events import EventKind
from resolvers.store.webhook_secrets import decode_wrapped
from resolvers.webhook_channel import Answered
from resolvers.webhooks.projecting import project_to_webhooks
from resolvers.webhooks.sending import send_to_webhooks
from tests.filing import Desk, application_of, new_in_china
from tests.webhooking import Hooked, hooked

APPROVED = EventKind.APPLICATION_APPROVED
QUERY = "query($id: ID!) { employer { application(id: $id) { state } } }"


@pytest.fixture
async def one(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Hooked]:
    async with hooked(settings, mongod_uri, database, key_set) as made:
        yield made


async def test_a_client_that_is_revoked_ends_with_its_webhooks_and_their_secrets(
    one: Hooked,
) -> None:
    await one.create("APPLICATION_APPROVED")
    await one.happen(APPROVED)
    ask = Ask(Principal(PrincipalKind.ADMINISTRATOR), "", new_id("req"))
    assert await revoke_client(one.gateway, ask, one.client_id) is ClientRevocation.REVOKED
    assert await one.run() == 0
    for name in ("webhooks", "webhook_secrets", "webhook_deliveries"):
        assert await one.database[name].count_documents({}) == 0
    line = await one.database["audit"].find_one({"action": "webhook.removed"})
    assert line is not None


async def test_a_client_that_may_manage_none_any_more_is_told_nothing(one: Hooked) -> None:
    hook = await one.create("APPLICATION_APPROVED")
    scope = {"scopes": "webhooks:manage"}
    await one.database[CLIENTS].update_one({"_id": one.client_id}, {"$pull": scope})
    await one.happen(APPROVED)
    assert await one.run() == 0
    await one.database[CLIENTS].update_one({"_id": one.client_id}, {"$push": scope})
    found = await one.webhook(hook)
    assert (found["state"], found["health"]["pauseReason"]) == ("PAUSED", "SCOPE_LOST")
    await one.step("resumeWebhook", hook)
    assert await one.run() == 1


@dataclass
class Narrowing:
    """A receiver whose client is narrowed while it takes the first message."""

    one: Hooked
    change: Mapping[str, Any]
    taken: list[bytes] = field(default_factory=list)

    def accepts(self, _address: str) -> bool:
        return True

    async def post(self, _address: str, _headers: Mapping[str, str], body: bytes) -> Answered:
        self.taken.append(body)
        await self.one.database[CLIENTS].update_one({"_id": self.one.client_id}, self.change)
        return Answered(201, timedelta(0))

    async def close(self) -> None:
        pass


async def run_narrowed(one: Hooked, change: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two messages of one person are due, in one turn of the worker; what was taken of them."""
    await one.happen(APPROVED, APPROVED, holder_id=new_id("hld"))
    await project_to_webhooks(one.gateway, one.clock())
    receiver = Narrowing(one, change)
    outlets = replace(one.gateway.outlets, webhooks=receiver)
    await send_to_webhooks(replace(one.gateway, outlets=outlets), one.clock())
    return [json.loads(body) for body in receiver.taken]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"$pull": {"scopes": "webhooks:manage"}}, "SCOPE_LOST"),
        ({"$set": {"callbacks": []}}, "ADDRESS_NOT_REGISTERED"),
    ],
    ids=["scope", "address"],
)
async def test_a_client_that_is_narrowed_while_it_is_told_hears_nothing_more(
    one: Hooked, change: Mapping[str, Any], reason: str
) -> None:
    await one.create("APPLICATION_APPROVED")
    assert len(await run_narrowed(one, change)) == 1
    [stored] = await one.database["webhooks"].find({}).to_list(None)
    assert (stored["state"], stored["health"]["pause_reason"]) == ("PAUSED", reason)
    assert [delivery["state"] for delivery in await one.deliveries()] == ["DELIVERED", "PENDING"]
    assert [delivery["tries"] for delivery in await one.deliveries()] == [1, 0]


async def test_a_query_is_answered_by_the_rights_of_the_moment_within_one_turn(
    one: Hooked,
) -> None:
    await one.create("APPLICATION_APPROVED", query=QUERY)
    lost = {"$pull": {"scopes": "applications:read"}}
    before, after = await run_narrowed(one, lost)
    assert before["data"]["result"] == {"employer": {"application": None}}
    assert after["data"]["errors"][0]["code"] == "FORBIDDEN"


async def test_a_query_that_is_not_on_the_clients_list_gives_nothing(one: Hooked) -> None:
    hook = await one.create("APPLICATION_APPROVED", query=QUERY)
    for allowed in (document_digest("{ employer { id } }"), document_digest(QUERY)):
        await one.database[CLIENTS].update_one(
            {"_id": one.client_id}, {"$set": {"allowed_documents": [allowed]}}
        )
        await one.happen(APPROVED)
        assert await one.run() == 1
    refused, answered = one.taken(hook)
    assert refused["data"]["result"] is None
    assert refused["data"]["errors"] == [{"code": "FORBIDDEN"}]
    assert answered["data"]["result"] == {"employer": {"application": None}}


async def test_what_is_filed_is_told_with_what_the_query_asks_of_it(one: Hooked) -> None:
    hook = await one.create("APPLICATION_DRAFTED", query=QUERY)
    draft = application_of(await Desk(one.app).create(new_in_china(one.serving)))
    assert await one.run() == 1
    [message] = one.taken(hook)
    assert message["data"]["applicationId"] == draft["id"]
    assert message["data"]["result"] == {"employer": {"application": {"state": "DRAFT"}}}


async def test_what_another_employer_has_is_not_in_a_result(one: Hooked) -> None:
    """Whatever id an event has, the query sees what the client may see."""
    hook = await one.create("APPLICATION_APPROVED", query=QUERY)
    foreign = await one.serving.person()
    application_id = new_id("apl")
    await one.happen(APPROVED, object_id=application_id, holder_id=foreign.holder_id)
    assert await one.run() == 1
    [message] = one.taken(hook)
    assert message["data"]["result"]["employer"]["application"] is None


async def test_the_doctor_says_when_nobody_sends(one: Hooked) -> None:
    await one.create("APPLICATION_APPROVED")
    one.clock.advance(minutes=-30.5)
    await one.database["webhooks"].update_many({}, {"$set": {"created_at": one.clock()}})
    await one.happen(APPROVED)
    assert "30 minutes behind" in (await check_messages(one.database)).detail
    await project_to_webhooks(one.gateway, one.clock())
    await one.database["webhooks"].update_many({}, {"$set": {"leased_until": one.clock()}})
    assert "30 minutes behind" in (await check_messages(one.database)).detail
    assert await one.run() == 1
    assert (await check_messages(one.database)).health is Health.OK


async def test_secrets_move_to_a_new_master_key(one: Hooked, key_set: KeySet) -> None:
    hook = await one.create("APPLICATION_APPROVED")
    newer = key_set.staged(new_key(Purpose.MASTER, 2, now=utc_now())).promoted(Purpose.MASTER)
    assert await count_needing(one.database, Purpose.MASTER, 1, utc_now()) >= 1
    sealer = Sealer(LocalMasterKeys(newer))
    steps = [step async for step in rewrap_stored(one.database, WEBHOOK_SECRETS, sealer)]
    end = steps[-1]
    assert isinstance(end, RotationEnd)
    assert (end.moved, end.older, end.left) == (1, 0, {})
    [stored] = await one.database["webhook_secrets"].find({}).to_list(None)
    alone = newer.retired(Purpose.MASTER, 1)
    opened = WebhookSecrets(LocalMasterKeys(alone)).unwrap(stored["_id"], decode_wrapped(stored))
    assert shown_secret(opened) == hook.secret
