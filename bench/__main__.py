"""`python -m bench`: the table. `python -m bench growth|memory|start|processes`: one thing each."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from api.commands.stopping import stopping_on_term
from api.failure import Refusal
from bench.asking import asking_at
from bench.command import (
    DIRECTORY,
    chosen_operations,
    chosen_servers,
    node_of,
    say,
    start_all,
)
from bench.figures import figures_of
from bench.growth import measure_growth
from bench.machine import machine_told
from bench.memory import measure_memory
from bench.place import open_place
from bench.processes import measure_processes
from bench.processors import sharing
from bench.report import RESULTS, Conditions, printed, write_page
from bench.rounds import Plan, compare, measure
from bench.starting import measure_starts


@click.group(invoke_without_command=True)
@click.option("--rounds", default=7, show_default=True, envvar="BENCH_ROUNDS", type=int)
@click.option("--seconds", default=1.2, show_default=True, envvar="BENCH_SECONDS", type=float)
@click.option("--holders", default=10_000, show_default=True, envvar="BENCH_HOLDERS", type=int)
@click.option("--operations", help="Some of them, comma-separated.")
@click.option("--servers", help="Some of them, comma-separated; ours is always there.")
@click.option("--directory", default=DIRECTORY, show_default=True, type=Path)
@click.option("--results", default=RESULTS, type=Path, help="Where the page is written.")
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
    results: Path,
) -> None:
    """Compare the gateway with other servers: the same query, data, machine and answer."""
    if context.invoked_subcommand is not None:
        return
    shared = sharing()
    plan = Plan(rounds, seconds, min(1.5, seconds), chosen_operations(operations))
    with ExitStack() as stack:
        stack.enter_context(stopping_on_term())
        chosen = chosen_servers(servers)
        place = stack.enter_context(open_place(directory, holders, say, mongod_on=shared.rest))
        asking = asking_at(place)
        started = start_all(stack, place, chosen, shared)
        compared = compare(asking, plan.operations, started)
        say(f"{compared} answers are the same, byte for byte; measuring ({shared.told})")
        runs = measure(asking, plan, started, place.mongod_pid, say)
    figures = figures_of(runs, "onecard")
    click.echo(printed(figures))
    conditions = Conditions(
        measured_at=datetime.now(UTC),
        machine=machine_told(node_of(chosen)),
        sharing=shared.told,
        holders=holders,
        rounds=rounds,
        seconds=seconds,
        compared=compared,
    )
    say(f"written to {write_page(figures, conditions, results)}")


@main.command()
@click.option("--small", default=10_000, show_default=True, type=int)
@click.option("--large", default=1_000_000, show_default=True, type=int)
@click.option("--rounds", default=7, show_default=True, type=int)
@click.option("--directory", default=Path(f"{DIRECTORY}-growth"), show_default=True, type=Path)
def growth(*, small: int, large: int, rounds: int, directory: Path) -> None:
    """How much longer an answer takes among many holders; filling the larger takes long."""
    with stopping_on_term():
        found = measure_growth(directory, (small, large), rounds, sharing(), say)
    click.echo(found.told())


@main.command()
@click.option("--requests", default=200_000, show_default=True, type=int)
@click.option("--holders", default=10_000, show_default=True, type=int)
@click.option("--directory", default=DIRECTORY, show_default=True, type=Path)
def memory(*, requests: int, holders: int, directory: Path) -> None:
    """What one process holds after so many requests of all kinds."""
    shared = sharing()
    with stopping_on_term(), open_place(directory, holders, say, mongod_on=shared.rest) as place:
        click.echo(measure_memory(place, requests, shared, say).told())


@main.command()
@click.option("--starts", default=7, show_default=True, type=int)
@click.option("--holders", default=10_000, show_default=True, type=int)
@click.option("--directory", default=DIRECTORY, show_default=True, type=Path)
def start(*, starts: int, holders: int, directory: Path) -> None:
    """How long it takes from the command to the first answer."""
    with stopping_on_term(), open_place(directory, holders, say) as place:
        click.echo(measure_starts(place, starts, say).told())


@main.command()
@click.option("--rounds", default=7, show_default=True, type=int)
@click.option("--seconds", default=2.0, show_default=True, type=float)
@click.option("--holders", default=10_000, show_default=True, type=int)
@click.option("--directory", default=DIRECTORY, show_default=True, type=Path)
def processes(*, rounds: int, seconds: float, holders: int, directory: Path) -> None:
    """How much more two processes answer than one."""
    with stopping_on_term(), open_place(directory, holders, say) as place:
        click.echo(measure_processes(place, rounds, seconds, say).told())


def run() -> None:
    """The command; exit code 1 and one line on stderr when it cannot be done."""
    try:
        main(prog_name="python -m bench")
    except Refusal as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
