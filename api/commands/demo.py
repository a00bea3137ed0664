"""`onecard demo`: the identities to log in with, for people and for scripts."""

from __future__ import annotations

import json
from typing import Any

import click

from api.commands.demo_enrol import enrol
from api.demo import demo_identities, seeded_identities
from api.demo.seeded_identities import MOST_SHOWN


@click.group(invoke_without_command=True)
@click.option(
    "--json", "as_json", is_flag=True, help="All that a script needs to log in over HTTP."
)
@click.option(
    "--seeded",
    metavar="N",
    type=click.IntRange(1, MOST_SHOWN),
    help=f"Instead the first N holders that `onecard seed` makes, {MOST_SHOWN} at most.",
)
@click.option(
    "--seed",
    "seed_number",
    type=click.IntRange(0, 65_535),
    help="With --seeded: the seed that they were made with.  [default: 1]",
)
@click.pass_context
def demo(
    context: click.Context, as_json: bool, seeded: int | None, seed_number: int | None
) -> None:
    """Show the demo identities. They are fictional, the same on every machine."""
    if context.invoked_subcommand is not None:
        return
    if seeded is None and seed_number is not None:
        raise click.UsageError("--seed goes with --seeded")
    told = (
        demo_identities()
        if seeded is None
        else seeded_identities(1 if seed_number is None else seed_number, seeded)
    )
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for number, holder in enumerate(told["holders"]):
        for line in _lines(number, holder):
            click.echo(line)
    for officer in told.get("officers", ()):
        click.echo(f"    {officer['label']}\n    {officer['loginName']}  {officer['password']}")
    for employer in told.get("employers", ()):
        click.echo(f"    {employer['label']}\n    {employer['clientId']}")
    for code in told.get("shareCodes", ()):
        click.echo(f"    Share code at {code['page']}\n    {code['code']}  {code['birthDate']}")
    click.echo("\nAll numbers, keys and steps: add --json")


demo.add_command(enrol)


def _lines(number: int, holder: dict[str, Any]) -> list[str]:
    [(kind, identifier)] = holder["identifier"].items()
    given = identifier if isinstance(identifier, str) else " ".join(identifier.values())
    return [f"{number:2}  {holder['label']}", f"    {holder['name']}  {kind} {given}"]
