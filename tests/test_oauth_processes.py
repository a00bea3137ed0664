"""Several gateway processes: an assertion gives one token, a revoked client stops in a second."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path

import httpx
import pytest

from api.ids import new_id
from auth.mongo import Database
from tests.command_line import onecard
from tests.employer_client import new_portal
from tests.processes import eventually
from tests.serving import Serving
from tests.test_revocation_http import gateway_process, is_up, status_of

ROUNDS = 10


@pytest.mark.timeout(180)
async def test_two_processes_give_one_token_for_an_assertion_and_stop_a_client_at_once(
    serving: Serving, database: Database, mongod_uri: str, keys_file: Path, tmp_path: Path
) -> None:
    portal = await new_portal(serving, new_id("emp"))
    async with contextlib.AsyncExitStack() as stack:
        bases = [
            stack.enter_context(gateway_process(mongod_uri, database, keys_file, tmp_path))[1]
            for _ in range(2)
        ]
        for base in bases:
            assert await asyncio.to_thread(eventually, partial(is_up, base))
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=base)) for base in bases
        ]
        for _ in range(ROUNDS):
            form = portal.form(portal.assertion(serving.clock()))
            answers = await asyncio.gather(
                *(client.post("/oauth/token", data=form) for client in clients * 2)
            )
            assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
        tokens = [answer.json()["access_token"] for answer in answers if answer.is_success]
        assert await database["audit"].count_documents({"action": "client.token_issued"}) == ROUNDS
        for base in bases:
            assert await status_of(base, tokens[0]) == 403
        settings = {
            "ONECARD_MONGODB_URI": mongod_uri,
            "ONECARD_MONGODB_DATABASE": database.name,
            "ONECARD_KEYS_FILE": str(keys_file),
        }
        revoke = partial(onecard, "client", "revoke", portal.client_id, settings=settings)
        assert (await asyncio.to_thread(revoke)).code == 0
        await asyncio.sleep(1)
        for base in bases:
            assert await status_of(base, tokens[0]) == 401
            late = await portal.ask(clients[0], serving.clock())
            assert (late.status_code, late.json()["error"]) == (401, "invalid_client")
