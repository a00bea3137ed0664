"""Every query of making, telling and reading webhooks is served by an index."""

from __future__ import annotations

from api.ids import new_id
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from auth.principal import Principal, PrincipalKind
from resolvers.clients import revoke_client
from resolvers.gateway import Ask
from resolvers.store.outgoing_events import EventKind
from tests.commands import CommandLog
from tests.test_query_plans import scanned_by
from tests.webhooking import hooked


async def test_every_query_of_webhooks_is_served_by_an_index(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    command_log: CommandLog,
) -> None:
    async with hooked(settings, mongod_uri, database, key_set) as one:
        hook = await one.create("PERMIT_ISSUED", "PERMIT_CANCELLED")
        one.receiver.statuses = [500] * 6
        holder = new_id("hld")
        await one.happen(EventKind.PERMIT_ISSUED, EventKind.PERMIT_CANCELLED, holder_id=holder)
        await one.happen(*[EventKind.PERMIT_ISSUED] * 6)
        for _ in range(3):
            await one.run()
            one.clock.advance(minutes=6)
        await one.step("rotateWebhookSecret", hook)
        await one.answer("sendTestEvent", webhookId=hook.webhook_id)
        node = (await one.log(hook))[0]
        for what in ({"since": "2020-01-01T00:00:00Z"}, {"deliveryIds": [node["id"]]}):
            await one.answer("replayWebhook", webhookId=hook.webhook_id, what=what)
        await one.step("pauseWebhook", hook)
        await one.step("resumeWebhook", hook)
        await one.app.execute(
            "{ employer { webhooks { deliveries(first: 2, state: DELIVERED) {"
            " edges { cursor } pageInfo { hasNextPage } } } } }"
        )
        other = await one.create(address=one.address("/other"))
        await one.step("deleteWebhook", other)
        administrator = Ask(Principal(PrincipalKind.ADMINISTRATOR), "", new_id("req"))
        await revoke_client(one.gateway, administrator, one.client_id)
        queries = dict(command_log.queries)
    scans = {}
    for shape, command in queries.items():
        if (command.get("find") or command.get("aggregate")) != "meta":
            scans[shape] = await scanned_by(database, command)
    assert {"webhooks", "webhook_deliveries", "webhook_secrets"} <= {
        shape.partition(" ")[0] for shape in scans
    }
    assert {shape: scanned for shape, scanned in scans.items() if scanned} == {}
