"""The upkeep of a serving process: every minute, beside the requests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import pymongo

from resolvers.gateway import Gateway
from resolvers.jobs.upkeep import run_upkeep
from schema.failures import log_unexpected, new_error_id

INTERVAL: Final = timedelta(minutes=1)
RUN_SECONDS: Final = 50
"""For one run, down to the database; what it did not get to is done by the next."""


@asynccontextmanager
async def upkeep(gateway: Gateway) -> AsyncIterator[None]:
    """Runs while the block does; stops at once when it ends, safe at any point."""
    task = asyncio.create_task(_run(gateway), name="upkeep")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _run(gateway: Gateway) -> None:
    while True:
        await asyncio.sleep(INTERVAL.total_seconds())
        with pymongo.timeout(RUN_SECONDS):
            async for done in run_upkeep(gateway):
                if done.fault is not None:
                    log_unexpected(done.fault, error_id=new_error_id(), path=f"upkeep/{done.name}")
