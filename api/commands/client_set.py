"""`onecard client set`: what a client may do and is held to, changed (docs/employers.md)."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.client_keys import changed_client
from api.commands.client_options import (
    CALLBACK_HELP,
    DPOP_HELP,
    FILE,
    RATE,
    SCOPE,
    callbacks_given,
    documents_given,
    scopes_given,
)
from api.settings import load_settings
from auth.client_terms import ClientLimits
from resolvers.client_changes import NewTerms, change_client


@click.command("set")
@click.argument("client_id")
@click.option(
    "--scope", "scopes", multiple=True, type=SCOPE, help="All that it may do from now on."
)
@click.option("--callback", "callbacks", multiple=True, metavar="URL", help=CALLBACK_HELP)
@click.option("--no-callbacks", is_flag=True, help="It is called nowhere any more.")
@click.option("--allowed-documents", type=FILE, help="A new list in place of the old one.")
@click.option("--any-document", is_flag=True, help="No list any more.")
@click.option("--operations-per-minute", type=RATE, help="How often it may ask.")
@click.option("--require-dpop/--no-require-dpop", default=None, help=DPOP_HELP)
def set_terms(
    client_id: str,
    *,
    scopes: tuple[str, ...],
    callbacks: tuple[str, ...],
    no_callbacks: bool,
    allowed_documents: Path | None,
    any_document: bool,
    operations_per_minute: int | None,
    require_dpop: bool | None,
) -> None:
    """Change what CLIENT_ID may do and is held to; what is not named stays as it is.

    Scopes and addresses are given whole. Live tokens stop within a second when the client may do
    less than before, or when its documents, its limit or DPoP change; it asks for new ones.
    """
    if (callbacks and no_callbacks) or (allowed_documents is not None and any_document):
        raise click.UsageError("give a list or lift it, not both")
    in_production = load_settings().in_production
    given = callbacks_given(callbacks, in_production=in_production)
    documents = None if allowed_documents is None else documents_given(allowed_documents)
    limited = operations_per_minute
    wanted = NewTerms(
        callbacks=given if callbacks or no_callbacks else None,
        allowed_documents=documents,
        any_document=any_document,
        limits=None if limited is None else ClientLimits(limited),
        requires_dpop=require_dpop,
        scopes=scopes_given(scopes) if scopes else None,
    )
    if wanted == NewTerms():
        raise click.UsageError("name what is to change")
    outcome = changed_client(lambda gateway, ask: change_client(gateway, ask, client_id, wanted))
    click.echo(
        f"changed: {', '.join(outcome.changed)}" if outcome.changed else "it is just so already"
    )
    if outcome.ends_tokens:
        click.echo("its live tokens stop within a second")
