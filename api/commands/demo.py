"""`onecard demo`: the identities to log in with, for people and for scripts."""

from __future__ import annotations

import json

import click

from api.demo import demo_identities


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="All that a script needs to log in over HTTP."
)
def demo(as_json: bool) -> None:
    """Show the demo identities. They are fictional, the same on every machine."""
    told = demo_identities()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for holder in told["holders"]:
        [(kind, number)] = holder["identifier"].items()
        given = number if isinstance(number, str) else " ".join(number.values())
        click.echo(f"{holder['label']}\n    {holder['name']}  {kind} {given}")
    click.echo("\nAll numbers, and the steps: onecard demo --json")
