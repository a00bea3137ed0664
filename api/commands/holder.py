"""`onecard holder`: a holder is erased, for good."""

from __future__ import annotations

import asyncio

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import Settings, load_settings
from resolvers.erasing import erase_holder


@click.group()
def holder() -> None:
    """Holders: erase one."""


@holder.command()
@click.argument("holder_id", metavar="HOLDER")
@click.option("--yes", is_flag=True, help="Do it. There is no undo.")
def erase(holder_id: str, yes: bool) -> None:
    """Remove everything of HOLDER (hld_...), with the key that opens it; the trail keeps ids. What
    its authorities send again afterwards is a new holder."""
    if not yes:
        raise Refusal(f"everything of {holder_id} would be removed for good: say so with --yes")
    settings = load_settings()
    with database_uri(settings) as uri:
        was_there = asyncio.run(_erase(settings, uri, holder_id))
    if not was_there:
        raise Refusal("there is no such holder")
    click.echo(f"{holder_id} is erased; backups have it until they are gone")


async def _erase(settings: Settings, uri: str, holder_id: str) -> bool:
    async with administering(settings, uri) as (gateway, ask):
        return await erase_holder(gateway, ask, holder_id)
