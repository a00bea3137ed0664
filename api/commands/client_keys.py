"""`onecard client keys`: rotate the keys of a client without a gap (docs/employers.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

import click

from api.commands.administration import administering
from api.commands.client_options import FILE, keys_given
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import load_settings
from auth.client_keys import MAX_KEYS
from auth.clients import Client
from auth.stored_keys import MAX_KEYS_EVER
from resolvers.client_changes import ChangeFault, ClientChanged, add_keys, retire_key
from resolvers.gateway import Ask, Gateway

WRITTEN = "%Y-%m-%dT%H:%M:%SZ"
TOLD = {
    ChangeFault.NOT_FOUND: "there is no such client: see 'onecard client list'",
    ChangeFault.REVOKED: "this client is revoked, for good: register another",
    ChangeFault.KEY_TAKEN: (
        "one of the keys is or was another client's, or was retired: make a new key, see "
        "'onecard client keygen'"
    ),
    ChangeFault.KID_TAKEN: "this client has or had another key under that kid: give it another kid",
    ChangeFault.TOO_MANY_KEYS: f"a client has at most {MAX_KEYS} keys at a time: retire one first",
    ChangeFault.TOO_MANY_EVER: (
        f"a client has at most {MAX_KEYS_EVER} keys in its life: register a second one, move the "
        "portal to it, and revoke this one"
    ),
    ChangeFault.NO_SUCH_KEY: "this client has no such key: see 'onecard client keys list'",
    ChangeFault.LAST_KEY: (
        "it is the only key of this client: add another first, or revoke the client"
    ),
}

Outcome = ClientChanged | ChangeFault


@click.group()
def keys() -> None:
    """The keys that a client proves itself by."""


@keys.command()
@click.argument("client_id")
@click.option("--jwks", type=FILE, help="Its further public keys: a JWK set or one JWK.")
@click.option("--public-key", type=FILE, help="Instead one public key, in PEM.")
def add(client_id: str, jwks: Path | None, public_key: Path | None) -> None:
    """Give CLIENT_ID further keys; those that it has stay good."""
    given = keys_given(jwks, public_key)
    outcome = changed_client(lambda gateway, ask: add_keys(gateway, ask, client_id, given))
    click.echo("added" if outcome.changed else "it has them already")
    show_keys(outcome.client)


@keys.command()
@click.argument("client_id")
@click.argument("kid")
@click.option("--end-tokens", is_flag=True, help="All its live tokens stop too, within a second.")
def retire(client_id: str, kid: str, *, end_tokens: bool) -> None:
    """Take no more assertions signed by the key KID of CLIENT_ID. It stays its own for ever."""
    outcome = changed_client(
        lambda gateway, ask: retire_key(gateway, ask, client_id, kid, end_tokens=end_tokens)
    )
    click.echo("retired" + ("; its tokens stop within a second" if outcome.ends_tokens else ""))
    show_keys(outcome.client)


@keys.command("list")
@click.argument("client_id")
def list_keys(client_id: str) -> None:
    """The keys of CLIENT_ID, those that sign and those that are retired."""

    async def work(gateway: Gateway, _ask: Ask) -> Outcome:
        found = await gateway.clients.find(client_id)
        return ChangeFault.NOT_FOUND if found is None else ClientChanged(found)

    show_keys(changed_client(work).client)


def changed_client(work: Callable[[Gateway, Ask], Awaitable[Outcome]]) -> ClientChanged:
    """What came of it; a fault is a `Refusal`."""
    settings = load_settings()

    async def administered(uri: str) -> Outcome:
        async with administering(settings, uri) as (gateway, ask):
            return await work(gateway, ask)

    with database_uri(settings) as uri:
        outcome = asyncio.run(administered(uri))
    if isinstance(outcome, ChangeFault):
        _refuse(outcome)
    return outcome


def _refuse(fault: ChangeFault) -> NoReturn:
    raise Refusal(TOLD[fault])


def show_keys(client: Client) -> None:
    for key in client.keys:
        click.echo(f"key       {key.kid}  {key.algorithm}")
    for one in client.retired_keys:
        since = one.retired_at.strftime(WRITTEN)
        click.echo(f"retired   {one.key.kid}  {one.key.algorithm}  {since}")
