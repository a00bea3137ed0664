"""`onecard keys`: make, see, stage, rotate and retire keys, move what is stored (docs/keys.md)."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import click

from api.clock import utc_now
from api.commands.connection import database_uri
from api.commands.key_retirement import NEEDED_BY, refuse_while_needed
from api.commands.rotation_report import Report
from api.database import open_database
from api.failure import Refusal
from api.runtime import load_keys
from api.settings import Settings, load_settings
from auth import key_files
from auth.digests import Digester
from auth.key_files import KeySetUnreadable
from auth.keys import KeySet, Purpose, new_key_set
from auth.master_keys import LocalMasterKeys
from auth.sealing import Sealer
from resolvers.jobs.key_usage import (
    WEBHOOK_SECRETS,
    count_needing,
    find_proofs_end,
    find_unknown_versions,
)
from resolvers.jobs.name_rotation import redigest_employments, redigest_permits
from resolvers.jobs.rotation import (
    redigest_cards,
    redigest_holders,
    redigest_identity_documents,
    redigest_push_endpoints,
    rewrap_holder_keys,
    rewrap_officer_secrets,
    rewrap_stored,
)
from resolvers.jobs.rotation_steps import RotationStep

PURPOSE = click.Choice([purpose.value for purpose in Purpose])


@click.group()
def keys() -> None:
    """Keys by purpose and version: signing, master, digest, refresh, letters (docs/keys.md)."""


@keys.command()
@click.argument("path", type=click.Path(path_type=Path))
def create(path: Path) -> None:
    """Make a key set for production in the new file PATH, readable by its owner alone."""
    try:
        key_files.save_key_set(path, new_key_set(now=utc_now()))
    except KeySetUnreadable as error:
        raise Refusal(str(error)) from None
    click.echo(
        f"Set ONECARD_KEYS_FILE={shlex.quote(str(path.absolute()))} for every process, and back "
        "the file up apart from the database: without it nobody ever reads the data again."
    )


@keys.command("list")
def list_keys() -> None:
    """Every key, its state, and how many documents still need it."""
    settings = load_settings()
    key_set = load_keys(settings)
    with database_uri(settings) as uri:
        for line in asyncio.run(_listed(settings, uri, key_set)):
            click.echo(line)


async def _listed(settings: Settings, uri: str, key_set: KeySet) -> list[str]:
    now = utc_now()
    lines = [_row("PURPOSE", "VERSION", "STATE", "CREATED", "NEEDED BY")]
    async with open_database(settings, uri) as database:
        for purpose in Purpose:
            ring = key_set.ring(purpose)
            for key in ring.keys:
                count = await count_needing(database, purpose, key.version, now)
                needed = f"{count} {NEEDED_BY[purpose]}"
                if purpose is Purpose.LETTERS:
                    needed += _and_proofs(await find_proofs_end(database, key.version))
                state = _state(key.version, ring.current_version)
                created = key.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
                lines.append(_row(purpose, str(key.version), state, created, needed))
        lines += [
            _row(
                one.purpose,
                ", ".join(map(str, one.versions)),
                "MISSING",
                "-",
                f"{one.documents} in {one.collection}",
            )
            for one in await find_unknown_versions(database, key_set, now)
        ]
    return lines


def _and_proofs(end: datetime | None) -> str:
    return "" if end is None else f", and proofs of checks until {end.date()}"


def _state(version: int, current: int) -> str:
    if version == current:
        return "current"
    return "staged" if version > current else "old"


def _row(*cells: str) -> str:
    return f"{cells[0]:9} {cells[1]:8} {cells[2]:8} {cells[3]:21} {cells[4]}"


@keys.command()
@click.argument("purpose", type=PURPOSE)
def stage(purpose: str) -> None:
    """Add a key that is read but not used yet; the first step when several processes run."""
    settings = load_settings()
    load_keys(settings)
    try:
        changed = key_files.stage(settings.keys_path, Purpose(purpose), now=utc_now())
    except KeySetUnreadable as error:
        raise Refusal(str(error)) from None
    version = changed.ring(Purpose(purpose)).newest.version
    click.echo(
        f"{purpose} key {version} is staged. Give the file to every process and restart it, then "
        f"run 'onecard keys rotate {purpose}'."
    )


@keys.command()
@click.argument("purpose", type=PURPOSE)
def rotate(purpose: str) -> None:
    """Make the newest staged key current, or a fresh one if none is staged."""
    settings = load_settings()
    load_keys(settings)
    try:
        changed = key_files.rotate(settings.keys_path, Purpose(purpose), now=utc_now())
    except KeySetUnreadable as error:
        raise Refusal(str(error)) from None
    version = changed.ring(Purpose(purpose)).current_version
    click.echo(
        f"{purpose} key {version} is current. Give the file to every process and restart it, then "
        f"{_after_rotation(Purpose(purpose))}"
    )


def _after_rotation(purpose: Purpose) -> str:
    match purpose:
        case Purpose.MASTER | Purpose.DIGEST:
            return "run 'onecard keys rewrap'; retire the old key when it has ended."
        case Purpose.SIGNING:
            return (
                "wait until the credentials of the old key are over (30 days at most) before you "
                "retire it, or retire it at once and have them issued anew."
            )
        case Purpose.REFRESH:
            return (
                "wait until the sessions of the old key have ended (30 days at most) before you "
                "retire it, or retire it at once and log them out."
            )
        case Purpose.LETTERS:
            return "keep the old key: letters that it signed are checked with it for years."


@keys.command()
def rewrap() -> None:
    """Bring stored keys, secrets and digests to the current keys. Stop and repeat at will."""
    settings = load_settings()
    key_set = load_keys(settings)
    with database_uri(settings) as uri:
        faults = asyncio.run(_rewrap(settings, uri, key_set))
    if faults:
        raise Refusal("; ".join(faults))


async def _rewrap(settings: Settings, uri: str, key_set: KeySet) -> list[str]:
    """What kept a job from being complete, in the order of the jobs."""
    sealer, digester = Sealer(LocalMasterKeys(key_set)), Digester(key_set)
    faults: list[str] = []
    async with open_database(settings, uri) as database:
        jobs: list[tuple[str, Purpose, AsyncIterator[RotationStep]]] = [
            ("holder keys", Purpose.MASTER, rewrap_holder_keys(database, sealer)),
            ("officers' secrets", Purpose.MASTER, rewrap_officer_secrets(database, sealer)),
            ("webhooks' secrets", Purpose.MASTER, rewrap_stored(database, WEBHOOK_SECRETS, sealer)),
            ("holders", Purpose.DIGEST, redigest_holders(database, sealer, digester)),
            (
                "identity documents",
                Purpose.DIGEST,
                redigest_identity_documents(database, sealer, digester),
            ),
            ("cards", Purpose.DIGEST, redigest_cards(database, sealer, digester)),
            (
                "push endpoints",
                Purpose.DIGEST,
                redigest_push_endpoints(database, sealer, digester),
            ),
            ("employments", Purpose.DIGEST, redigest_employments(database, sealer, digester)),
            ("permits", Purpose.DIGEST, redigest_permits(database, digester)),
        ]
        for name, purpose, steps in jobs:
            report = Report(name, purpose, key_set.ring(purpose).current_version, sys.stderr)
            async for step in steps:
                report.show(step)
            click.echo(report.summary)
            faults += report.faults
    return faults


@keys.command()
@click.argument("purpose", type=PURPOSE)
@click.argument("version", type=click.IntRange(min=1))
@click.option(
    "--at-once",
    is_flag=True,
    help="Retire a signing, refresh or letters key although tokens, sessions or letters end with "
    "it (a leaked key).",
)
def retire(purpose: str, version: int, at_once: bool) -> None:
    """Drop an old key for good, once nothing needs it."""
    settings = load_settings()
    key_set = load_keys(settings)
    ring = key_set.ring(Purpose(purpose))
    if version not in {key.version for key in ring.keys}:
        raise Refusal(f"there is no {purpose} key {version}: see 'onecard keys list'")
    if version == ring.current_version:
        raise Refusal(
            f"{purpose} key {version} is the current one: run 'onecard keys rotate {purpose}' first"
        )
    refuse_while_needed(settings, Purpose(purpose), version, at_once)
    try:
        key_files.retire(settings.keys_path, Purpose(purpose), version)
    except KeySetUnreadable as error:
        raise Refusal(str(error)) from None
    click.echo(
        f"{purpose} key {version} is retired. Give the file to every process and restart it; keep "
        "the previous file until the service has run without errors."
    )
