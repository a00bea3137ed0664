"""Logging out over HTTP is felt by every gateway process within a second, cut off or stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx
import pytest

from auth.mongo import Database
from tests.app_client import LOGOUT, AppClient
from tests.factories import make_person
from tests.frozen_proxy import FreezingProxy
from tests.processes import eventually, python
from tests.serving import Serving

SERVE = "from api.cli import main; main()"
ME = "{ me { id } }"
STOPPED_SECONDS = 10


@pytest.fixture
async def proxy(mongod_uri: str) -> AsyncIterator[FreezingProxy]:
    target = urlsplit(mongod_uri)
    assert target.hostname is not None
    assert target.port is not None
    freezing = FreezingProxy(target.hostname, target.port)
    await freezing.start()
    yield freezing
    await freezing.stop()


@contextlib.contextmanager
def gateway_process(
    uri: str, database: Database, keys: Path, data: Path, *, is_issuer: bool = False
) -> Iterator[tuple[int, str]]:
    """Process id and base address of `onecard serve` on the test's database; with `is_issuer` its
    public address is the one where it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "ONECARD_MONGODB_URI": uri,
        "ONECARD_MONGODB_DATABASE": database.name,
        "ONECARD_KEYS_FILE": str(keys),
        "ONECARD_DATA_DIR": str(data),
    }
    base = f"http://127.0.0.1:{port}"
    if is_issuer:
        settings["ONECARD_ISSUER"] = base
    with python(SERVE, "serve", "--port", str(port), **settings) as process:
        for said in (process.stdout, process.stderr):
            assert said is not None
            threading.Thread(target=read_away, args=(said,)).start()
        yield process.pid, base


def read_away(said: IO[str]) -> None:
    """A process whose log nobody reads stands still when a pipe is full, after 200 requests."""
    with contextlib.suppress(ValueError, OSError):  # closed at its end
        while said.read(4_096):
            pass


async def status_of(base_url: str, token: str | None) -> int:
    async with httpx.AsyncClient(base_url=base_url, timeout=10) as http:
        return (await AppClient(http, token).post(ME)).status_code


def is_up(base_url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{base_url}/health/ready", timeout=2).status_code == 200
    return False


@pytest.mark.timeout(180)
async def test_no_gateway_process_accepts_a_logged_out_token_after_one_second(
    serving: Serving,
    database: Database,
    mongod_uri: str,
    proxy: FreezingProxy,
    keys_file: Path,
    tmp_path: Path,
) -> None:
    person = await make_person(database, serving.key_set)
    with (
        gateway_process(mongod_uri, database, keys_file, tmp_path) as (_, healthy),
        gateway_process(proxy.uri, database, keys_file, tmp_path) as (_, cut_off),
        gateway_process(mongod_uri, database, keys_file, tmp_path) as (stopped_pid, stopped),
    ):
        for base_url in (healthy, cut_off, stopped):
            assert await asyncio.to_thread(eventually, partial(is_up, base_url))
        app = serving.client()
        await app.log_in(person.name, person.identifier())
        for base_url in (healthy, cut_off, stopped):
            assert await status_of(base_url, app.token) == 200
        proxy.freeze()
        os.kill(stopped_pid, signal.SIGSTOP)
        try:
            await app.execute(LOGOUT)
            await asyncio.sleep(1)
            assert await status_of(healthy, app.token) == 401
            # It cannot ask the database, so it serves nobody.
            assert await status_of(cut_off, app.token) == 503
            await asyncio.sleep(STOPPED_SECONDS - 1)
        finally:
            os.kill(stopped_pid, signal.SIGCONT)
        assert await status_of(stopped, app.token) in (401, 503)
        proxy.thaw()
        assert await asyncio.to_thread(eventually, partial(is_up, cut_off))
        assert await status_of(cut_off, app.token) == 401
        assert await status_of(stopped, app.token) == 401
