"""One scan is one scan, whoever scans at once, at whichever process."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from functools import partial
from pathlib import Path

import httpx

from auth.mongo import Database
from tests.access_callers import employer_id_of
from tests.app_client import AppClient
from tests.employer_client import employer_client
from tests.officer_client import officer_client
from tests.processes import eventually
from tests.serving import Serving
from tests.showing_cards import PRESSED, Showing, verify
from tests.test_revocation_http import gateway_process, is_up

VERIFIERS = 100


async def test_a_hundred_verifiers_at_once_on_two_processes_find_one_success(
    serving: Serving, database: Database, mongod_uri: str, keys_file: Path, tmp_path: Path
) -> None:
    """Portals, officers and people at the page, each with a connection of its own."""
    shown = await Showing.of(serving)
    employer_id = await employer_id_of(serving, shown.person)
    tokens = [
        (await employer_client(serving, employer_id)).token,
        (await officer_client(serving)).token,
        None,
    ]
    process = gateway_process(mongod_uri, database, keys_file, tmp_path / "data")
    async with contextlib.AsyncExitStack() as stack:
        _, other = stack.enter_context(process)
        assert await asyncio.to_thread(eventually, partial(is_up, other))
        limits = httpx.Limits(max_connections=VERIFIERS)
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=base, limits=limits, timeout=60)
            )
            for base in (serving.base_url, other)
        ]
        code, barrier = await shown.code(), asyncio.Barrier(VERIFIERS)

        async def scan(number: int) -> str:
            http, token = clients[number % 2], tokens[number % 3]
            await barrier.wait()
            if token is not None:
                verdict: str = (await verify(AppClient(http, token), code))["verdict"]
                return verdict
            page = await http.post(f"/check/{code}", data=PRESSED)
            assert page.status_code == 200, page.text
            assert ("The card is valid" in page.text) != ("was scanned before" in page.text)
            return "VALID" if "The card is valid" in page.text else "CODE_USED"

        verdicts = Counter(await asyncio.gather(*map(scan, range(VERIFIERS))))
    assert verdicts == {"VALID": 1, "CODE_USED": VERIFIERS - 1}
    lines = await database["audit"].find({"action": "card.checked"}).to_list(None)
    assert Counter(line["result"] for line in lines) == {"OK": 1, "CODE_USED": VERIFIERS - 1}
    assert await database["used_assertions"].count_documents({}) >= 1
