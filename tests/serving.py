"""The gateway on a real port of loopback, with a clock that a test can move."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import httpx
import uvicorn

import api.app
from api.app import build_app
from api.clock import utc_now
from api.commands.serve import KEEP_ALIVE_SECONDS
from api.http_protocol import PromptHttp
from api.metrics import Metrics
from api.runtime import open_runtime
from api.settings import Settings
from api.websocket_protocol import MAX_MESSAGE_BYTES, BoundedWebSocket
from auth.keys import KeySet
from auth.mongo import Database
from auth.passwords import Argon2Cost
from resolvers.jobs.upkeep import JOBS
from resolvers.store import notice_stream
from schema.build import build_gateway_schema
from tests.app_client import AppClient
from tests.factories import Person, make_person

_TLS = ssl.create_default_context()
"""Not used, and costly to make: httpx makes one for each client that is given none."""
CHEAP_PASSWORDS = Argon2Cost(memory_kib=8, passes=1, lanes=1)
"""The least that Argon2 takes: tests log in often and keep no secrets."""

_RARELY = {
    name: replace(JOBS[name], every=timedelta(days=1))
    for name in ("reminders sent", "notices dispatched", "messages sent")
}
"""A test that lasts a minute would have reminders or not by the time of day in Shanghai; and what
is looked for every second would stand between the commands that a test counts."""


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


_schema_built_once = functools.cache(build_gateway_schema)
"""It is the same for every gateway, and keeps nothing of a request but how a document is read."""


@asynccontextmanager
async def serving_gateway(
    settings: Settings, uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Serving]:
    clock = MovableClock()
    with patch.object(api.app, "build_gateway_schema", _schema_built_once):
        app = build_app(
            settings,
            lambda: open_runtime(settings, uri, now=clock, password_cost=CHEAP_PASSWORDS),
            Metrics(),
            # What it does each second would change documents beside whatever a test does.
            with_worker=False,
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
            http=PromptHttp,
            # As `serve`: who is told to come back in five seconds finds the connection open.
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            ws=BoundedWebSocket,
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,
        )
        server = uvicorn.Server(config)
        # As `serve`, but for its signals and the pauses of its ending.
        config.load()
        server.lifespan = config.lifespan_class(config)
        with patch.dict(JOBS, _RARELY):
            await server.startup([listener])
        assert server.started
        ticking = asyncio.create_task(server.main_loop())
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        limits = httpx.Limits(max_connections=250)
        async with httpx.AsyncClient(
            base_url=base_url, limits=limits, timeout=60, verify=_TLS
        ) as http:
            # Whoever stops a stream waits for its last answer.
            with patch.object(notice_stream, "AWAIT_MS", 50):
                yield Serving(base_url, http, database, key_set, clock)
        ticking.cancel()
        await asyncio.wait([ticking])
        await _ended(server)


async def _ended(server: uvicorn.Server) -> None:
    """As uvicorn ends, which takes two tenths of a second to look whether somebody is left."""
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    while server.server_state.connections or server.server_state.tasks:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    await server.lifespan.shutdown()
    for listening in server.servers:
        await listening.wait_closed()
