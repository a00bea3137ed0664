"""`onecard upkeep`: what the system does by itself, once and now."""

from __future__ import annotations

import asyncio

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import Settings, load_settings
from resolvers.jobs.upkeep import JobDone, run_upkeep


@click.command()
def upkeep() -> None:
    """Release temporary losses, let applications lapse, count promises again, remove what is over.

    A worker does so every minute; this is for a scheduler, or for looking. Run it again at
    will.
    """
    settings = load_settings()
    with database_uri(settings) as uri:
        done = asyncio.run(_run(settings, uri))
    for one in done:
        if one.fault is None:
            click.echo(f"{one.count:6} {one.name}")
    failed = [one.name for one in done if one.fault is not None]
    if failed:
        raise Refusal(f"not done, run it again: {', '.join(failed)}")


async def _run(settings: Settings, uri: str) -> list[JobDone]:
    async with administering(settings, uri) as (gateway, _ask):
        return [done async for done in run_upkeep(gateway)]
