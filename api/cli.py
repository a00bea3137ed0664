"""The command `onecard`. Exit codes: 0 good, 1 refused or failed with one line, 2 wrong usage."""

from __future__ import annotations

import sys

import click

from api.commands.client import client
from api.commands.demo import demo
from api.commands.doctor import doctor
from api.commands.import_records import import_records
from api.commands.keys import keys
from api.commands.officer import officer
from api.commands.schema import schema
from api.commands.seed import seed
from api.commands.serve import serve
from api.commands.source import source
from api.commands.upkeep import upkeep
from api.commands.worker import worker
from api.failure import Refusal


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="onecard-gateway", prog_name="onecard")
def cli() -> None:
    """OneCard Gateway: the GraphQL gateway behind the electronic social security card.

    Settings come from the environment (ONECARD_*); see docs/operations.md.
    """


_COMMANDS = (
    *(serve, demo, seed, schema, doctor, keys),
    *(officer, client, import_records, source),
    *(worker, upkeep),
)
for command in _COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Never a traceback for a user's mistake."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(1)
    except Refusal as refusal:
        click.echo(f"onecard: {refusal}", err=True)
        sys.exit(1)
