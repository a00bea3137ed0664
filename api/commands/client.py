"""`onecard client`: register, list and revoke the clients of employers (docs/employers.md)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import Settings, load_settings
from auth.client_keys import (
    MAX_FILE_BYTES,
    ClientKey,
    KeyAlgorithm,
    UnsoundClientKey,
    keys_of_jwks,
    keys_of_pem,
    new_private_jwk,
    public_jwk,
)
from auth.clients import MAX_NAME_LENGTH, Client
from auth.scopes import ClientScope
from resolvers.clients import (
    ClientRefusal,
    ClientRegistered,
    ClientRevocation,
    NewClient,
    NewEmployer,
    register_client,
    revoke_client,
)
from resolvers.policy.places import CITIES
from resolvers.rules.numbers import normalise_credit_code

MAX_EMPLOYER_NAME_LENGTH = 200
FILE = click.Path(path_type=Path)
WRITTEN = "%Y-%m-%dT%H:%M:%SZ"


@click.group()
def client() -> None:
    """Clients of employers: their portals, which get tokens at /oauth/token."""


@client.command()
@click.option("--employer", required=True, metavar="CODE", help="Its unified social credit code.")
@click.option("--name", required=True, help="What the portal is called here.")
@click.option("--jwks", type=FILE, help="Its public keys, 1 to 5: a JWK set or one JWK.")
@click.option("--public-key", type=FILE, help="Instead its one public key, in PEM.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([str(scope) for scope in ClientScope]),
    help="What it may do; once for each.",
)
@click.option("--employer-name", help="For an employer that is not known yet: name in English,")
@click.option("--employer-name-zh", help="and in Chinese,")
@click.option("--city", type=click.Choice(list(CITIES)), help="and city.")
def add(
    employer: str,
    name: str,
    jwks: Path | None,
    public_key: Path | None,
    scopes: tuple[str, ...],
    employer_name: str | None,
    employer_name_zh: str | None,
    city: str | None,
) -> None:
    """Register a client. Doing so again with the same keys, name and scopes changes nothing."""
    code = normalise_credit_code(employer)
    if code is None:
        raise Refusal("--employer is no unified social credit code: check its 18 characters")
    new = NewClient(
        credit_code=code,
        name=_checked_name("--name", name, MAX_NAME_LENGTH),
        keys=_keys(jwks, public_key),
        scopes=tuple(scope for scope in ClientScope if scope in scopes),
        employer=_employer(employer_name, employer_name_zh, city),
    )
    settings = load_settings()
    with database_uri(settings) as uri:
        outcome = asyncio.run(_add(settings, uri, new))
    match outcome:
        case ClientRefusal.EMPLOYER_UNKNOWN:
            raise Refusal(
                "no employer has this code yet: add --employer-name, --employer-name-zh and --city"
            )
        case ClientRefusal.KEY_TAKEN:
            raise Refusal(
                "one of the keys is or was another client's, or this one's under another name or "
                "scopes: make a new key, see 'onecard client keygen'"
            )
        case ClientRegistered():
            click.echo("registered" if outcome.is_new else "was registered just so before")
            _show(outcome.client, code)


async def _add(settings: Settings, uri: str, new: NewClient) -> ClientRegistered | ClientRefusal:
    async with administering(settings, uri) as (gateway, ask):
        return await register_client(gateway, ask, new)


def _show(registered: Client, code: str) -> None:
    click.echo(f"client    {registered.client_id}")
    click.echo(f"employer  {registered.employer_id}  {code}")
    for key in registered.keys:
        click.echo(f"key       {key.kid}  {key.algorithm}")
    click.echo(f"scopes    {' '.join(registered.scopes)}")


def _employer(name: str | None, chinese_name: str | None, city: str | None) -> NewEmployer | None:
    if name is None and chinese_name is None and city is None:
        return None
    if name is None or chinese_name is None or city is None:
        raise click.UsageError("--employer-name, --employer-name-zh and --city go together")
    return NewEmployer(
        {
            "en": _checked_name("--employer-name", name, MAX_EMPLOYER_NAME_LENGTH),
            "zh": _checked_name("--employer-name-zh", chinese_name, MAX_EMPLOYER_NAME_LENGTH),
        },
        city,
    )


def _checked_name(option: str, name: str, maximum: int) -> str:
    kept = name.strip()
    if not 1 <= len(kept) <= maximum or not kept.isprintable():
        raise Refusal(f"{option} must have 1 to {maximum} printable characters")
    return kept


def _keys(jwks: Path | None, public_key: Path | None) -> tuple[ClientKey, ...]:
    if (jwks is None) == (public_key is None):
        raise click.UsageError("give either --jwks or --public-key")
    reader: Callable[[bytes], tuple[ClientKey, ...]]
    option, path, reader = "--public-key", public_key, keys_of_pem
    if jwks is not None:
        option, path, reader = "--jwks", jwks, keys_of_jwks
    try:
        with Path(str(path)).open("rb") as file:
            return reader(file.read(MAX_FILE_BYTES + 1))
    except OSError as error:
        raise Refusal(f"{option} {path} cannot be read: {error.strerror}") from None
    except UnsoundClientKey as unsound:
        raise Refusal(f"{option} {path} {unsound}") from None


@client.command("list")
def list_clients() -> None:
    """Every client, by employer."""
    settings = load_settings()
    with database_uri(settings) as uri:
        asyncio.run(_list(settings, uri))


async def _list(settings: Settings, uri: str) -> None:
    async with administering(settings, uri) as (gateway, _):
        clients = [one async for one in gateway.clients.every()]
        codes: dict[str, str] = {}
        ids = sorted({one.employer_id for one in clients})
        for start in range(0, len(ids), 1_000):
            codes |= await gateway.employers.load_credit_codes(ids[start : start + 1_000])
    click.echo(_row("CLIENT", "EMPLOYER", "STATE", "SINCE", "NAME", "SCOPES"))
    for one in clients:
        code = codes.get(one.employer_id, one.employer_id)
        since = one.created_at if one.revoked_at is None else one.revoked_at
        told = since.strftime(WRITTEN)
        click.echo(_row(one.client_id, code, one.state, told, one.name, " ".join(one.scopes)))


def _row(*cells: str) -> str:
    return f"{cells[0]:30} {cells[1]:18} {cells[2]:8} {cells[3]:20} {cells[4]:24} {cells[5]}"


@client.command()
@click.argument("client_id")
def revoke(client_id: str) -> None:
    """End a client for good: no more tokens, and its live ones stop within a second."""
    settings = load_settings()
    with database_uri(settings) as uri:
        outcome = asyncio.run(_revoke(settings, uri, client_id))
    match outcome:
        case ClientRevocation.REVOKED:
            click.echo(f"{client_id} is revoked; its tokens stop within a second")
        case ClientRevocation.REVOKED_BEFORE:
            click.echo(f"{client_id} was revoked before")
        case ClientRevocation.NOT_FOUND:
            raise Refusal("there is no such client: see 'onecard client list'")


async def _revoke(settings: Settings, uri: str, client_id: str) -> ClientRevocation:
    async with administering(settings, uri) as (gateway, ask):
        return await revoke_client(gateway, ask, client_id)


@client.command()
@click.argument("path", type=FILE)
@click.option(
    "--algorithm",
    type=click.Choice([str(KeyAlgorithm.EDDSA), str(KeyAlgorithm.ES256)]),
    default=str(KeyAlgorithm.EDDSA),
    show_default=True,
)
def keygen(path: Path, algorithm: str) -> None:
    """Make a private key in the new file PATH (a JWK, mode 0600) and print the public one."""
    private = new_private_jwk(KeyAlgorithm(algorithm))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(json.dumps(private) + "\n")
    except FileExistsError:
        raise Refusal(f"{path} exists already; name another file") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be written: {error.strerror}") from None
    public = {name: value for name, value in private.items() if name != "d"}
    [key] = keys_of_jwks(json.dumps(public).encode())
    click.echo(json.dumps(public_jwk(key), indent=2))
