"""The background worker: every job of the gateway at its own pace, beside the others.

`onecard serve` runs one inside for development, `onecard worker` alone. Any number may run side by
side: each job is safe to stop anywhere and finds nothing left where another was first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pymongo

from resolvers.gateway import Gateway
from resolvers.jobs.upkeep import JOBS, Job
from schema.failures import log_unexpected, new_error_id

RUN_SECONDS: Final = 50
"""For one run, down to the database; what it did not get to is done by the next."""


@asynccontextmanager
async def working(gateway: Gateway) -> AsyncIterator[None]:
    """Runs while the block does; stops at once when it ends, safe at any point."""
    tasks = [
        asyncio.create_task(_repeat(gateway, name, job), name=name) for name, job in JOBS.items()
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _repeat(gateway: Gateway, name: str, job: Job) -> None:
    while True:
        await asyncio.sleep(job.every.total_seconds())
        try:
            with pymongo.timeout(RUN_SECONDS):
                await job.run(gateway, gateway.now())
        except Exception as fault:  # noqa: BLE001 - logged; the next run tries again
            log_unexpected(fault, error_id=new_error_id(), path=f"worker/{name}")
