"""`onecard client`: register, list and revoke the clients of employers (docs/employers.md)."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import click

from api.commands.administration import administering
from api.commands.client_keys import WRITTEN, keys, show_keys
from api.commands.client_options import (
    CALLBACK_HELP,
    DOCUMENTS_HELP,
    DPOP_HELP,
    FILE,
    RATE,
    RATE_HELP,
    SCOPE,
    callbacks_given,
    documents_given,
    keys_given,
    scopes_given,
)
from api.commands.client_set import set_terms
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import Settings, load_settings
from auth.client_keys import KeyAlgorithm, keys_of_jwks, new_private_jwk, public_jwk
from auth.client_terms import OPERATIONS_PER_MINUTE, ClientLimits
from auth.clients import MAX_NAME_LENGTH, Client
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


@click.group()
def client() -> None:
    """Clients of employers: their portals, which get tokens at /oauth/token."""


client.add_command(keys)
client.add_command(set_terms)


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
    type=SCOPE,
    help="What it may do; once for each.",
)
@click.option("--callback", "callbacks", multiple=True, metavar="URL", help=CALLBACK_HELP)
@click.option("--allowed-documents", type=FILE, help=DOCUMENTS_HELP)
@click.option("--operations-per-minute", type=RATE, default=OPERATIONS_PER_MINUTE, help=RATE_HELP)
@click.option("--require-dpop", is_flag=True, help=DPOP_HELP)
@click.option("--employer-name", help="For an employer that is not known yet: name in English,")
@click.option("--employer-name-zh", help="and in Chinese,")
@click.option("--city", type=click.Choice(list(CITIES)), help="and city.")
def add(
    employer: str,
    name: str,
    jwks: Path | None,
    public_key: Path | None,
    scopes: tuple[str, ...],
    callbacks: tuple[str, ...],
    allowed_documents: Path | None,
    operations_per_minute: int,
    require_dpop: bool,
    employer_name: str | None,
    employer_name_zh: str | None,
    city: str | None,
) -> None:
    """Register a client. Doing so again in the same words changes nothing."""
    settings = load_settings()
    code = normalise_credit_code(employer)
    if code is None:
        raise Refusal("--employer is no unified social credit code: check its 18 characters")
    new = NewClient(
        credit_code=code,
        name=_checked_name("--name", name, MAX_NAME_LENGTH),
        keys=keys_given(jwks, public_key),
        scopes=scopes_given(scopes),
        employer=_employer(employer_name, employer_name_zh, city),
        callbacks=callbacks_given(callbacks, in_production=settings.in_production),
        allowed_documents=None if allowed_documents is None else documents_given(allowed_documents),
        limits=ClientLimits(operations_per_minute),
        requires_dpop=require_dpop,
    )
    with database_uri(settings) as uri:
        outcome = asyncio.run(_add(settings, uri, new))
    match outcome:
        case ClientRefusal.EMPLOYER_UNKNOWN:
            raise Refusal(
                "no employer has this code yet: add --employer-name, --employer-name-zh and --city"
            )
        case ClientRefusal.KEY_TAKEN:
            raise Refusal(
                "one of the keys is or was another client's, or this one's in other words: make a "
                "new key with 'onecard client keygen', or see 'onecard client set'"
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
    show_keys(registered)
    click.echo(f"scopes    {' '.join(registered.scopes)}")
    for callback in registered.callbacks:
        click.echo(f"callback  {callback}")
    click.echo(f"held to   {held_to(registered)}")


def held_to(one: Client) -> str:
    """Limits, documents and binding, in one clause."""
    documents = one.allowed_documents
    told = "any document" if documents is None else f"{len(documents)} documents"
    binding = ", DPoP alone" if one.requires_dpop else ""
    return f"{one.limits.operations_per_minute} a minute, {told}{binding}"


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
    click.echo(_row("CLIENT", "EMPLOYER", "STATE", "SINCE", "NAME", "HELD TO", "SCOPES"))
    for one in clients:
        code = codes.get(one.employer_id, one.employer_id)
        since = one.created_at if one.revoked_at is None else one.revoked_at
        told = since.strftime(WRITTEN)
        scopes = " ".join(one.scopes)
        click.echo(_row(one.client_id, code, one.state, told, one.name, held_to(one), scopes))
        for callback in one.callbacks:
            click.echo(f"{'':30} calls {callback}")


def _row(*cells: str) -> str:
    widths = (30, 18, 8, 20, 24, 26)
    padded = [f"{cell:{width}}" for cell, width in zip(cells[:-1], widths, strict=True)]
    return " ".join([*padded, cells[-1]])


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
