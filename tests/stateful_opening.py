"""The small world on a database and an event loop of its own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import connect, database_of
from resolvers.store.installation import prepare_database
from tests.serving import CHEAP_PASSWORDS
from tests.stateful_world import World, WorldClock


@contextmanager
def opened_world(uri: str, keys_file: Path, data_dir: Path) -> Iterator[World]:
    """With officers and employers, who stay; `World.begin` lets people arrive."""
    name = f"test_{secrets.token_hex(8)}"
    clock = WorldClock(datetime(2026, 1, 1, tzinfo=UTC))
    configured = Settings(data_dir=data_dir, keys_file=keys_file, mongodb_database=name)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def opened() -> World:
            client = connect(uri)
            await prepare_database(database_of(client, name), clock.now)
            client.close()
            running = open_runtime(configured, uri, now=clock, password_cost=CHEAP_PASSWORDS)
            return World(runner, await stack.enter_async_context(running), clock)

        async def closed(world: World) -> None:
            await world.runtime.client.drop_database(name)
            await stack.aclose()

        made = runner.run(opened())
        made.settle()
        try:
            yield made
        finally:
            runner.run(closed(made))
