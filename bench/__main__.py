"""`python -m bench`: the table. `python -m bench growth|memory|start|processes`: one thing each."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from api.commands.stopping import stopping_on_term
from api.failure import Refusal
from bench.asking import asking_at
from bench.command import DIRECTORY, chosen_operations, chosen_servers, say, start_all
from bench.figures import figures_of
from bench.place import open_place
from bench.processors import sharing
from bench.report import printed
from bench.rounds import Plan, compare, measure


@click.group(invoke_without_command=True)
@click.option("--rounds", default=7, show_default=True, envvar="BENCH_ROUNDS", type=int)
@click.option("--seconds", default=1.2, show_default=True, envvar="BENCH_SECONDS", type=float)
@click.option("--holders", default=10_000, show_default=True, envvar="BENCH_HOLDERS", type=int)
@click.option("--operations", help="Some of them, comma-separated.")
@click.option("--servers", help="Some of them, comma-separated; ours is always there.")
@click.option("--directory", default=DIRECTORY, show_default=True, type=Path)
@click.pass_context
def main(
    context: click.Context,
    *,
    rounds: int,
    seconds: float,
    holders: int,
    operations: str | None,
    servers: str | None,
    directory: Path,
) -> None:
    """Compare the gateway with other servers: the same query, data, machine and answer."""
    if context.invoked_subcommand is not None:
        return
    shared = sharing()
    plan = Plan(rounds, seconds, min(1.5, seconds), chosen_operations(operations))
    with ExitStack() as stack:
        stack.enter_context(stopping_on_term())
        place = stack.enter_context(open_place(directory, holders, say, mongod_on=shared.rest))
        asking = asking_at(place)
        started = start_all(stack, place, chosen_servers(servers), shared)
        compared = compare(asking, plan.operations, started)
        say(f"{compared} answers are the same, byte for byte; measuring ({shared.told})")
        runs = measure(asking, plan, started, place.mongod_pid, say)
    click.echo(printed(figures_of(runs, "onecard")))


def run() -> None:
    """The command; exit code 1 and one line on stderr when it cannot be done."""
    try:
        main(prog_name="python -m bench")
    except Refusal as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
