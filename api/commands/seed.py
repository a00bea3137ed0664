"""`onecard seed`: many realistic, fictional holders."""

from __future__ import annotations

import asyncio

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

    May be stopped at any time and run again: it goes on where it stood.
    """
    settings = load_settings()
    if settings.in_production:
        raise Refusal("production takes no seeded holders; unset ONECARD_ENV to seed")
    key_set = load_keys(settings)
    with database_uri(settings) as uri:
        asyncio.run(prepare(settings, uri))
        with click.progressbar(length=holders, label="holders", show_pos=True) as bar:
            seed_holders(
                uri,
                settings.mongodb_database,
                key_set,
                holders=holders,
                seed=seed_number,
                progress=bar.update,
            )
