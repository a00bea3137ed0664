"""`onecard source`: register, list and revoke the keys of authorities that feed us records."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import Settings, load_settings
from auth.client_keys import MAX_FILE_BYTES, ClientKey, UnsoundClientKey, keys_of_jwks
from auth.feed_sources import MAX_ACTIVE, FeedSource
from resolvers.feed_sources import (
    SourceRefusal,
    SourceRegistered,
    SourceRevocation,
    register_source,
    revoke_source,
)
from resolvers.policy.sources import SOURCES

_WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


@click.group()
def source() -> None:
    """Authorities that send records to /feeds/AUTHORITY, by what they sign (docs/import.md)."""


@source.command()
@click.argument("authority", type=click.Choice(list(SOURCES)), metavar="AUTHORITY")
@click.option(
    "--jwks",
    required=True,
    type=click.Path(path_type=Path),
    help="Its public keys, 1 to 5: a JWK set or one JWK.",
)
def add(authority: str, jwks: Path) -> None:
    """Register keys of AUTHORITY. Doing so again with the same keys changes nothing."""
    keys = _keys(jwks)
    settings = load_settings()
    with database_uri(settings) as uri:
        outcome = asyncio.run(_add(settings, uri, authority, keys))
    match outcome:
        case SourceRefusal.KEY_TAKEN:
            raise Refusal(
                "one of the keys is or was another source's, or its kid is in use by this "
                "authority: make a new key, see 'onecard client keygen'"
            )
        case SourceRefusal.TOO_MANY:
            raise Refusal(
                f"this authority has {MAX_ACTIVE} sources already: revoke one that it no longer "
                "uses, see 'onecard source list'"
            )
        case SourceRegistered():
            click.echo("registered" if outcome.is_new else "was registered just so before")
            click.echo(f"source     {outcome.source.source_id}")
            click.echo(f"authority  {authority}")
            for key in outcome.source.keys:
                click.echo(f"key        {key.kid}  {key.algorithm}")


async def _add(
    settings: Settings, uri: str, authority: str, keys: tuple[ClientKey, ...]
) -> SourceRegistered | SourceRefusal:
    async with administering(settings, uri) as (gateway, ask):
        return await register_source(gateway, ask, authority, keys)


def _keys(path: Path) -> tuple[ClientKey, ...]:
    try:
        with path.open("rb") as file:
            return keys_of_jwks(file.read(MAX_FILE_BYTES + 1))
    except OSError as error:
        raise Refusal(f"--jwks {path} cannot be read: {error.strerror}") from None
    except UnsoundClientKey as unsound:
        raise Refusal(f"--jwks {path} {unsound}") from None


@source.command("list")
def list_sources() -> None:
    """Every source, by authority."""
    settings = load_settings()
    with database_uri(settings) as uri:
        sources = asyncio.run(_every(settings, uri))
    click.echo(_row("SOURCE", "AUTHORITY", "STATE", "SINCE", "KEYS"))
    for one in sources:
        since = one.created_at if one.revoked_at is None else one.revoked_at
        kids = " ".join(key.kid for key in one.keys)
        click.echo(_row(one.source_id, one.authority, one.state, since.strftime(_WRITTEN), kids))


async def _every(settings: Settings, uri: str) -> list[FeedSource]:
    async with administering(settings, uri) as (gateway, _):
        return [one async for one in gateway.feed_sources.every()]


def _row(*cells: str) -> str:
    return f"{cells[0]:30} {cells[1]:22} {cells[2]:8} {cells[3]:20} {cells[4]}"


@source.command()
@click.argument("source_id")
def revoke(source_id: str) -> None:
    """End a source for good: what its keys sign counts no more. Its records stay."""
    settings = load_settings()
    with database_uri(settings) as uri:
        outcome = asyncio.run(_revoke(settings, uri, source_id))
    match outcome:
        case SourceRevocation.REVOKED:
            click.echo(f"{source_id} is revoked")
        case SourceRevocation.REVOKED_BEFORE:
            click.echo(f"{source_id} was revoked before")
        case SourceRevocation.NOT_FOUND:
            raise Refusal("there is no such source: see 'onecard source list'")


async def _revoke(settings: Settings, uri: str, source_id: str) -> SourceRevocation:
    async with administering(settings, uri) as (gateway, ask):
        return await revoke_source(gateway, ask, source_id)
