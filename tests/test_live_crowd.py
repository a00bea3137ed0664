"""Many phones at once on one process, whose connections drop at random."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from api.ids import new_id
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.gateway import Gateway
from tests.live_clients import tell
from tests.live_phones import Phone, token_for
from tests.serving import MovableClock, Serving
from tests.test_live import posting
from tests.test_serve import family_of, served

__all__ = ["posting"]

TOLD = [f"n{number}" for number in range(10)]


async def play(
    serving: Serving, settings: Settings, posting: Gateway, many: int, drops: int
) -> list[Phone]:
    """Each of `many` phones, every other one over WebSocket, is told ten notices."""
    holders = [new_id("hld") for _ in range(many)]
    phones = [
        Phone(
            serving,
            token_for(serving, settings, holder),
            is_web_socket=bool(number % 2),
            drops=drops,
            dice=random.Random(number),  # noqa: S311 - the same drops in every run
        )
        for number, holder in enumerate(holders)
    ]
    following = [asyncio.create_task(phone.follow_until(len(TOLD))) for phone in phones]
    for name in TOLD:
        for start in range(0, many, 50):
            await asyncio.gather(
                *(tell(posting, holder, name) for holder in holders[start : start + 50])
            )
    async with asyncio.timeout(120):
        await asyncio.gather(*following)
    return phones


async def test_fifty_phones_whose_connections_drop_have_each_its_own_notices_in_order(
    serving: Serving, settings: Settings, posting: Gateway
) -> None:
    phones = await play(serving, settings, posting, many=50, drops=3)
    assert [phone.names for phone in phones] == [TOLD] * 50
    assert all(phone.opened >= 4 for phone in phones)


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_thousand_phones_on_one_process_have_each_its_own_notices_in_order(
    posting: Gateway,
    settings: Settings,
    mongod_uri: str,
    keys_file: Path,
    key_set: KeySet,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On `onecard serve` as it is, whose memory is looked at with all of them connected."""
    for name, value in (
        ("MONGODB_URI", mongod_uri),
        ("MONGODB_DATABASE", settings.mongodb_database),
        ("KEYS_FILE", str(keys_file)),
    ):
        monkeypatch.setenv(f"ONECARD_{name}", value)
    limits = httpx.Limits(max_connections=2_000)
    with served(tmp_path) as (process, base_url):
        assert process.stderr is not None
        # It logs a line for each connection, and would wait for somebody to read them.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        server = max(family_of(process.pid) | {process.pid}, key=resident_bytes)
        async with httpx.AsyncClient(base_url=base_url, limits=limits, timeout=60) as http:
            serving = Serving(base_url, http, database, key_set, MovableClock())
            costs = await _costs(serving, settings, server)
            began = time.monotonic()
            phones = await play(serving, settings, posting, many=1_000, drops=2)
            seconds = time.monotonic() - began
            assert [phone.names for phone in phones] == [TOLD] * 1_000
    opened = sum(phone.opened for phone in phones)
    print(  # noqa: T201 - figures
        f"10,000 notices over {opened} connections in {seconds:.0f} s; memory of a connection:"
        f" WebSocket {costs[0] / 1000:.0f} kB, events {costs[1] / 1000:.0f} kB"
    )


async def _costs(serving: Serving, settings: Settings, server: int) -> list[float]:
    """What each of 500 further connections takes, over WebSocket and as events: all are open
    together, after a few that pay for what is made once."""
    costs = []
    async with AsyncExitStack() as stack:
        for many, kinds in ((20, (True, False)), (500, (True,)), (500, (False,))):
            before = resident_bytes(server)
            for kind in kinds:
                for _ in range(many):
                    token = token_for(serving, settings, new_id("hld"))
                    phone = Phone(serving, token, is_web_socket=kind)
                    await stack.enter_async_context(phone.opened_once())
            await asyncio.sleep(1)
            costs.append((resident_bytes(server) - before) / many)
    return costs[1:]
