"""Workers that are killed while they send: everybody is told, and hardly anybody twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from api.clock import utc_now
from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.delivery.endpoints import register_device
from resolvers.delivery.sending import AT_ONCE
from resolvers.notices.posting import NewNotice, post
from resolvers.push_channel import EndpointKind
from resolvers.rules.notice_kinds import NoticeKind
from tests.delivering import a_command, ask_of
from tests.factories import make_person
from tests.push_subscriber import Browser
from tests.test_worker_command import started, worker
from tests.tls_server import answering

HOLDERS = 300
KILLS = 6
PATIENCE = timedelta(seconds=150)
"""Two leases of a minute, and what sending takes."""


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_every_holder_is_told_though_workers_are_killed_while_they_send(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    command_settings: dict[str, str],
    tmp_path: Path,
) -> None:
    local = settings.model_copy(update={"outbound_loopback": True, "data_dir": tmp_path})
    environment = command_settings | {
        "ONECARD_DATA_DIR": str(tmp_path),
        "ONECARD_OUTBOUND_LOOPBACK": "true",
    }
    draw = random.Random(20_261_127)  # noqa: S311 - no secret
    async with answering(pause=0.05) as service, open_runtime(local, mongod_uri) as runtime:
        gateway, browser = runtime.gateway, Browser()
        for number in range(HOLDERS):
            holder = (await make_person(database, key_set)).holder_id
            url = f"http://127.0.0.1:{service.port}/{number}"
            target = browser.target(url, str(gateway.outlets.web_push_key))
            ask = ask_of(holder, new_id("ses"))
            await register_device(gateway, ask, a_command(), EndpointKind.WEB_PUSH, target)
            notices = [
                NewNotice(holder, NoticeKind.PERMIT_ISSUED, new_id("pmt"), new_id("evt"))
                for _ in range(2)
            ]
            await post(gateway, notices, utc_now())
        killed_while_sending = 0
        for _ in range(KILLS):
            with worker(**environment) as process:
                assert await asyncio.to_thread(started, process)
                before = len(service.received)
                await asyncio.sleep(draw.uniform(0.1, 0.6))
                process.kill()
                killed_while_sending += len(service.received) > before
        with worker(**environment) as first, worker(**environment) as second:
            for process in (first, second):
                assert await asyncio.to_thread(started, process)
            until = utc_now() + PATIENCE
            while await database["deliveries"].count_documents({"state": "PENDING"}) or (
                await database["notices"].count_documents({"awaits_dispatch": True})
            ):
                assert utc_now() < until
                await asyncio.sleep(0.5)
    told = Counter(one.path for one in service.received)
    assert len(told) == HOLDERS
    assert killed_while_sending >= 2
    assert max(told.values()) <= 2
    assert sum(told.values()) - HOLDERS <= KILLS * AT_ONCE
    states = await database["deliveries"].distinct("state")
    assert states == ["SENT"]
    assert await database["deliveries"].count_documents({}) == 2 * HOLDERS
