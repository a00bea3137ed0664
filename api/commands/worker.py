"""`onecard worker`: what the system does by itself, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.commands.stopping import stopping_on_term
from api.embedded import end_with_parent
from api.logs import configure_logging
from api.settings import Settings, load_settings
from api.worker import working

logger = logging.getLogger("onecard.worker")


@click.command()
def worker() -> None:
    """Send reminders, and do all else that a clock brings about, until Ctrl-C or TERM.

    Production needs at least one; any number may run side by side, on any machines.
    """
    end_with_parent()
    settings = load_settings()
    configure_logging()
    with (
        contextlib.suppress(KeyboardInterrupt),
        stopping_on_term(),
        database_uri(settings) as uri,
    ):
        asyncio.run(_work(settings, uri))


async def _work(settings: Settings, uri: str) -> None:
    async with administering(settings, uri) as (gateway, _ask):
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        logger.info("worker started", extra={"pid": os.getpid()})
        async with working(gateway, at_once=True):
            await stopped.wait()
        logger.info("worker stopped", extra={"pid": os.getpid()})
