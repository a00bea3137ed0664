"""`onecard seed`: many realistic, fictional holders."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from api.commands.connection import database_uri
from api.demo import seed as seed_holders
from api.failure import Refusal
from api.preparation import prepare
from api.runtime import load_keys
from api.settings import load_settings


@click.command()
@click.option("--holders", required=True, type=click.IntRange(1, 5_000_000), help="How many.")
@click.option("--seed", "seed_number", default=1, show_default=True, type=click.IntRange(0, 65_535))
def seed(holders: int, seed_number: int) -> None:
    """Fill the database with HOLDERS fictional holders; the same seed gives the same people.

    May be stopped at any time and run again: it goes on where it stood. To log in as one of them,
    see `onecard demo --seeded`.
    """
    settings = load_settings()
    if settings.in_production:
        raise Refusal("production takes no seeded holders; unset ONECARD_ENV to seed")
    key_set = load_keys(settings)
    with database_uri(settings) as uri:
        asyncio.run(prepare(settings, uri))
        began = time.monotonic()
        with _progress(holders) as progress:
            done = seed_holders(
                uri,
                settings.mongodb_database,
                key_set,
                holders=holders,
                seed=seed_number,
                progress=progress,
            )
        seconds = time.monotonic() - began
    click.echo(
        f"{done.holders:,} holders of seed {seed_number} in the database, {done.written:,} new, "
        f"in {seconds:.1f} s"
    )
    click.echo(f"To log in as the first of them: onecard demo --seeded 3 --seed {seed_number}")


@contextmanager
def _progress(holders: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; a log or a pipe gets the summary only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=holders, label="holders", show_pos=True, file=sys.stderr) as bar:
        yield bar.update
