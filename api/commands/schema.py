"""`onecard schema`: print the SDL; `onecard schema diff`: what would break clients."""

from __future__ import annotations

from pathlib import Path

import click
from graphql import GraphQLError, build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from api.failure import Refusal
from schema.build import build_gateway_schema


@click.group(invoke_without_command=True)
@click.pass_context
def schema(context: click.Context) -> None:
    """Print the schema in the schema definition language."""
    if context.invoked_subcommand is None:
        click.echo(build_gateway_schema().as_str())


@schema.command()
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path))
def diff(old: Path) -> None:
    """Compare with OLD; exit 1 if clients written for OLD could break."""
    try:
        before = build_schema(old.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"{old} cannot be read: {error.strerror}; name a .graphql file") from None
    except (GraphQLError, TypeError, UnicodeDecodeError):
        raise Refusal(f"{old} is no schema; print one with 'onecard schema'") from None
    after = build_schema(build_gateway_schema().as_str())
    for risk in find_dangerous_changes(before, after):
        click.echo(f"dangerous  {risk.description}")
    breaking = find_breaking_changes(before, after)
    for change in breaking:
        click.echo(f"breaking   {change.description}")
    if breaking:
        raise Refusal(f"{len(breaking)} breaking change(s)")
    click.echo("no breaking change")
