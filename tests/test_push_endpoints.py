"""An endpoint is one holder's, one session's, and one of a few."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from api.commands.database_checks import check_messages
from api.commands.findings import Health
from api.ids import new_id
from api.settings import Settings
from auth.digests import Digester
from auth.keys import KeySet, Purpose
from auth.mongo import Database
from resolvers.delivery.dispatching import dispatch_notices
from resolvers.jobs.key_usage import PUSH_ENDPOINTS
from resolvers.jobs.rotation import redigest_push_endpoints
from resolvers.policy.delivery import MAX_DEVICES
from tests.delivering import Delivering, delivering_gateway
from tests.rotating import ended, rotated, sealer

URL = "https://push.example/a"


@pytest.fixture
async def delivering(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Delivering]:
    async with delivering_gateway(settings, mongod_uri, key_set) as running:
        yield running


async def test_a_device_registered_by_another_holder_is_that_holders(
    delivering: Delivering,
) -> None:
    first, second = await delivering.holder(), await delivering.holder()
    await delivering.register(first, URL)
    await delivering.post(first)
    await delivering.register(second, URL)
    assert await delivering.run() == 0
    await delivering.post(second)
    assert await delivering.run() == 1
    assert [one["holder_id"] for one in await delivering.endpoints()] == [second]
    lines = delivering.gateway.database["audit"]
    taken = {"action": "push_endpoint.removed", "result": "TAKEN_OVER", "holder_id": first}
    assert await lines.count_documents(taken) == 1


async def test_the_devices_of_a_holder_are_bounded_and_a_session_has_one(
    delivering: Delivering,
) -> None:
    holder, session = await delivering.holder(), new_id("ses")
    first = await delivering.register(holder, URL, session)
    assert await delivering.register(holder, URL, session) == first
    await delivering.register(holder, "https://push.example/renewed", session)
    assert len(await delivering.endpoints()) == 1
    for number in range(MAX_DEVICES):
        delivering.clock.advance(seconds=1)
        await delivering.register(holder, f"https://push.example/{number}")
    kept = await delivering.endpoints()
    assert len(kept) == MAX_DEVICES
    assert session not in {one["session_id"] for one in kept}


async def test_a_device_whose_session_has_ended_is_told_nothing(delivering: Delivering) -> None:
    """Also where registering and logging out met, so that the endpoint outlived its session."""
    holder, session = await delivering.holder(), new_id("ses")
    await delivering.register(holder, URL, session)
    await delivering.post(holder)
    await delivering.gateway.database["sessions"].insert_one(
        {"_id": session, "holder_id": holder, "ended_at": delivering.clock()},
        bypass_document_validation=True,
    )
    assert await delivering.run() == 0
    assert delivering.channel.sent == []
    assert await delivering.endpoints() == []


async def test_a_target_stays_one_holders_when_the_digest_key_is_rotated(
    delivering: Delivering, key_set: KeySet
) -> None:
    first, second = await delivering.holder(), await delivering.holder()
    await delivering.register(first, URL)
    database, both = delivering.gateway.database, rotated(key_set, Purpose.DIGEST)
    end = await ended(redigest_push_endpoints(database, sealer(both), Digester(both)))
    assert (end.moved, end.older) == (1, 0)
    assert await database["push_endpoints"].count_documents(PUSH_ENDPOINTS.matching(2)) == 1
    moved = replace(delivering.gateway, digester=Digester(both.retired(Purpose.DIGEST, 1)))
    await replace(delivering, gateway=moved).register(second, URL)
    assert [one["holder_id"] for one in await delivering.endpoints()] == [second]


async def test_doctor_says_so_when_nobody_sends(delivering: Delivering) -> None:
    database = delivering.gateway.database
    assert (await check_messages(database)).health is Health.OK
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    delivering.clock.advance(minutes=-20)
    await delivering.post(holder)
    assert "20 minutes behind" in (await check_messages(database)).detail
    await dispatch_notices(delivering.gateway, delivering.clock())
    # The endpoint was registered twenty minutes later than the notice was posted, by these clocks.
    await database["deliveries"].update_many({}, {"$set": {"due_at": delivering.clock()}})
    assert "20 minutes behind" in (await check_messages(database)).detail
    delivering.clock.advance(minutes=20)
    await delivering.run()
    assert (await check_messages(database)).health is Health.OK
