"""Every query of registering, telling and reading a calendar is served by an index."""

from __future__ import annotations

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.calendars.feeds import create_feed, read_calendar
from resolvers.push_channel import Gone, TryLater
from tests.commands import CommandLog
from tests.delivering import a_command, ask_of, delivering_gateway
from tests.test_query_plans import scanned_by


async def test_every_query_of_telling_and_of_calendars_is_served_by_an_index(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    command_log: CommandLog,
) -> None:
    async with delivering_gateway(settings, mongod_uri, key_set) as delivering:
        holder = await delivering.holder()
        await delivering.register(holder, "https://push.example/a", "ses_" + "0" * 26)
        for outcome in (TryLater(), Gone()):
            delivering.channel.outcomes = [outcome]
            await delivering.post(holder)
            await delivering.run()
            await delivering.run()
            delivering.clock.advance(minutes=2)
        ask = ask_of(holder, "ses_" + "0" * 26)
        made = await create_feed(delivering.gateway, ask, a_command())
        url = getattr(made, "url", None)
        assert url is not None
        token = url.rpartition("/")[2].removesuffix(".ics")
        assert await read_calendar(delivering.gateway, ask, token) is not None
        queries = dict(command_log.queries)
    scans = {}
    for shape, command in queries.items():
        if (command.get("find") or command.get("aggregate")) != "meta":
            scans[shape] = await scanned_by(database, command)
    assert {"deliveries", "push_endpoints", "calendar_feeds"} <= {
        shape.partition(" ")[0] for shape in scans
    }
    assert {shape: scanned for shape, scanned in scans.items() if scanned} == {}
