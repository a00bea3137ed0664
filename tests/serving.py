"""The gateway on a real port of loopback, with a clock that a test can move."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import uvicorn

from api.app import build_app
from api.clock import utc_now
from api.metrics import Metrics
from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from auth.passwords import Argon2Cost
from tests.app_client import AppClient
from tests.factories import Person, make_person

CHEAP_PASSWORDS = Argon2Cost(memory_kib=8, passes=1, lanes=1)
"""The least that Argon2 takes: tests log in often and keep no secrets."""


@dataclass
class MovableClock:
    """Real time, moved forward as the test says."""

    moved: timedelta = field(default=timedelta(0))

    def __call__(self) -> datetime:
        return utc_now() + self.moved

    def advance(self, **span: float) -> None:
        self.moved += timedelta(**span)


@dataclass
class Serving:
    """A running gateway. `client` makes one device of one holder."""

    base_url: str
    http: httpx.AsyncClient
    database: Database
    key_set: KeySet
    clock: MovableClock

    def client(self) -> AppClient:
        return AppClient(self.http)

    async def person(self, **plan: Any) -> Person:
        return await make_person(self.database, self.key_set, **plan)


@asynccontextmanager
async def serving_gateway(
    settings: Settings, uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Serving]:
    clock = MovableClock()
    app = build_app(
        settings,
        lambda: open_runtime(settings, uri, now=clock, password_cost=CHEAP_PASSWORDS),
        Metrics(),
    )
    # Named, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an ACK.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            ws="none",
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve([listener]))
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)
        assert server.started
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        limits = httpx.Limits(max_connections=250)
        async with httpx.AsyncClient(base_url=base_url, limits=limits, timeout=60) as http:
            yield Serving(base_url, http, database, key_set, clock)
        server.should_exit = True
        await task
