"""The background worker: every job of the gateway at its own pace, beside the others.

`onecard worker` runs it alone, in development `onecard serve` one in each of its processes. Any
number may run side by side: each job is safe to stop anywhere and finds nothing left where another
was first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pymongo

from resolvers.gateway import Gateway
from resolvers.jobs.upkeep import JOBS, Job
from schema.failures import log_unexpected, new_error_id

logger = logging.getLogger("onecard.worker")

RUN_SECONDS: Final = 50
"""For one run, down to the database; what it did not get to is done by the next."""


@asynccontextmanager
async def working(gateway: Gateway, *, at_once: bool = False) -> AsyncIterator[None]:
    """Runs while the block does, each job for the first time after its pause, or `at_once`; stops
    at once when the block ends, safe at any point."""
    tasks = [
        asyncio.create_task(_repeat(gateway, name, job, at_once=at_once), name=name)
        for name, job in JOBS.items()
        for _ in range(job.at_once)
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _repeat(gateway: Gateway, name: str, job: Job, *, at_once: bool) -> None:
    if not at_once:
        await asyncio.sleep(job.every.total_seconds())
    while True:
        await _run(gateway, name, job)
        await asyncio.sleep(job.every.total_seconds())


async def _run(gateway: Gateway, name: str, job: Job) -> None:
    try:
        with pymongo.timeout(RUN_SECONDS):
            count = await job.run(gateway, gateway.now())
    except Exception as fault:  # noqa: BLE001 - logged; the next run tries again
        log_unexpected(fault, error_id=new_error_id(), path=f"worker/{name}")
    else:
        if count:
            logger.info("job done", extra={"job": name, "count": count})
