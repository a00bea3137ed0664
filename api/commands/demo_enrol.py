"""`onecard demo enrol`: a developer's own face as the portrait of a demo person."""

from __future__ import annotations

import asyncio
import importlib
from datetime import UTC, datetime
from pathlib import Path

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.demo import demo_identities
from api.failure import Refusal
from api.settings import Settings, load_settings
from auth.mongo import Transaction, in_transaction
from resolvers.gateway import Ask, Gateway
from resolvers.imports.portraits import put_portrait
from resolvers.store.portraits import PortraitRecord

_AUTHORITY = "onecard-gateway"


@click.command()
@click.argument("number", type=click.IntRange(0))
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def enrol(number: int, picture: Path) -> None:
    """Make PICTURE, a JPEG or PNG of your own face from the front, the portrait of demo person
    NUMBER: then serve with ONECARD_PERSON_PROVIDER=local and log in as that person.

    It is sealed in the local database; a copy without it is not kept. Loading the demo anew
    removes it.
    """
    settings = load_settings()
    if settings.in_production:
        raise Refusal("demo people are for development")
    people = demo_identities()["holders"]
    if number >= len(people):
        raise Refusal(f"there is no demo person {number}: see 'onecard demo'")
    with database_uri(settings) as uri:
        asyncio.run(_enrol(settings, uri, people[number]["holderId"], picture.read_bytes()))
    click.echo(f"{people[number]['name']} is you now. Serve with ONECARD_PERSON_PROVIDER=local.")


async def _enrol(settings: Settings, uri: str, holder_id: str, content: bytes) -> None:
    portraits = await asyncio.to_thread(importlib.import_module, "api.portrait_files")
    pool = portraits.open_pool()
    try:
        found = await portraits.usable_portrait(content, pool)
    finally:
        await pool.close()
    if found is None:
        raise Refusal("no JPEG or PNG with one clear face that looks at the camera")
    async with administering(settings, uri) as (gateway, ask):
        await _store(gateway, ask, holder_id, found)


async def _store(gateway: Gateway, ask: Ask, holder_id: str, picture: bytes) -> None:
    now = datetime.now(UTC)

    async def work(transaction: Transaction) -> bool:
        record = PortraitRecord(holder_id, picture, _AUTHORITY, now, now)
        return await put_portrait(gateway, ask, record, transaction)

    if not await in_transaction(gateway.database, work):
        raise Refusal("the demo is not loaded here: run 'onecard serve' once")
