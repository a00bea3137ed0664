"""The command `onecard`. Exit codes: 0 good, 1 refused or failed with one line, 2 wrong usage."""

from __future__ import annotations

import gc
import importlib
import sys

import click

from api.failure import Refusal

COMMANDS = {
    "serve": "api.commands.serve:serve",
    "demo": "api.commands.demo:demo",
    "face": "api.commands.face:face",
    "seed": "api.commands.seed:seed",
    "schema": "api.commands.schema:schema",
    "doctor": "api.commands.doctor:doctor",
    "keys": "api.commands.keys:keys",
    "officer": "api.commands.officer:officer",
    "client": "api.commands.client:client",
    "holder": "api.commands.holder:holder",
    "import": "api.commands.import_records:import_records",
    "source": "api.commands.source:source",
    "worker": "api.commands.worker:worker",
    "upkeep": "api.commands.upkeep:upkeep",
}
"""Module and name of each command."""


class Commands(click.Group):
    """A command is imported when it is asked for: what serving needs takes longest by far."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click asks
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="onecard-gateway", prog_name="onecard")
def cli() -> None:
    """OneCard Gateway: the GraphQL gateway behind the electronic social security card.

    Settings come from the environment (ONECARD_*); see docs/operations.md.
    """
    # By now the command is imported. What that made stays as long as the process does.
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def main() -> None:
    """Never a traceback for a user's mistake."""
    # Looking for garbage while modules are imported was a sixth of a start, and there is none.
    gc.disable()
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
