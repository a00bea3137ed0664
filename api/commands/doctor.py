"""`onecard doctor`: whether all that the gateway stands on is as it should be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

import click
import pymongo
from pymongo.errors import PyMongoError

from api.clock import utc_now
from api.commands.connection import database_uri
from api.commands.database_checks import (
    CLOCK,
    COLLECTIONS,
    DATABASE,
    DEMO_DATA,
    KEY_VERSIONS,
    MESSAGES,
    REMINDERS,
    WRITES,
    check_clock,
    check_collections,
    check_demo_data,
    check_key_versions,
    check_messages,
    check_reminders,
    check_server,
    check_writes,
)
from api.commands.findings import Finding, Health, bad, good, skipped
from api.commands.machine_checks import check_disk, check_graphiql, check_keys, check_letters
from api.database import database_refusal, open_database
from api.failure import Refusal
from api.preparation import prepare
from api.settings import Settings, load_settings
from auth.keys import KeySet
from auth.mongo import Database

SETTINGS: Final = "settings"
CHECK_SECONDS: Final = 20.0
ANSWER_SECONDS: Final = 4.0
"""Until a server is taken for unreachable."""

DatabaseCheck = Callable[[Database], Awaitable[Finding]]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option("--repair", is_flag=True, help="First bring indexes and validators to what is due.")
def doctor(as_json: bool, repair: bool) -> None:
    """Check settings, keys, letters' certificate, disk, database with its indexes and validators,
    clock, and whether reminders and messages are sent; exit 1 if one fails."""
    findings = _examine(repair)
    failed = [finding for finding in findings if finding.health is Health.FAIL]
    if as_json:
        checks = [
            {"check": f.check, "state": f.health.lower(), "detail": f.detail} for f in findings
        ]
        click.echo(json.dumps({"ok": not failed, "checks": checks}, indent=2))
    else:
        for finding in findings:
            click.echo(finding.line)
    if failed:
        names = ", ".join(finding.check for finding in failed)
        raise Refusal(f"{len(failed)} of {len(findings)} checks failed ({names}); see above")


def _examine(repair: bool) -> list[Finding]:
    try:
        settings = load_settings()
    except Refusal as refusal:
        return [bad(SETTINGS, str(refusal))]
    findings = [good(SETTINGS, f"{settings.env}")]
    keys_finding, key_set = check_keys(settings)
    findings += [keys_finding, check_letters(settings, utc_now())]
    if settings.mongodb_uri is None:
        findings.append(check_disk(settings))
    if settings.serves_graphiql:
        findings.append(check_graphiql())
    return findings + _examine_database(settings, key_set, repair)


def _examine_database(settings: Settings, key_set: KeySet | None, repair: bool) -> list[Finding]:
    try:
        with database_uri(settings) as uri:
            return asyncio.run(_database_findings(settings, uri, key_set, repair))
    except Refusal as refusal:
        names = [DATABASE, *_database_checks(settings, key_set)]
        return [bad(DATABASE, str(refusal)), *_skipped(names[1:])]


def _skipped(names: list[str]) -> list[Finding]:
    return [skipped(name, "the database is not fit for it") for name in names]


def _database_checks(settings: Settings, key_set: KeySet | None) -> dict[str, DatabaseCheck]:
    """What is looked at once the server has answered, in this order."""

    async def check_versions(database: Database) -> Finding:
        if key_set is None:
            return skipped(KEY_VERSIONS, "there is no key set to compare with")
        return await check_key_versions(database, key_set)

    checks: dict[str, DatabaseCheck] = {
        WRITES: check_writes,
        COLLECTIONS: check_collections,
        KEY_VERSIONS: check_versions,
        CLOCK: check_clock,
        REMINDERS: check_reminders,
        MESSAGES: check_messages,
    }
    return checks | ({DEMO_DATA: check_demo_data} if settings.in_production else {})


async def _database_findings(
    settings: Settings, uri: str, key_set: KeySet | None, repair: bool
) -> list[Finding]:
    checks = _database_checks(settings, key_set)
    async with open_database(settings, uri) as database:
        server = await _finding(DATABASE, check_server, database, ANSWER_SECONDS)
        if server.health is Health.FAIL:
            return [server, *_skipped(list(checks))]
        if repair:
            await prepare(settings, uri, force=True)
        return [server, *[await _finding(name, check, database) for name, check in checks.items()]]


async def _finding(
    name: str, check: DatabaseCheck, database: Database, seconds: float = CHECK_SECONDS
) -> Finding:
    try:
        with pymongo.timeout(seconds):
            return await check(database)
    except PyMongoError as error:
        refusal = database_refusal(error)
        if refusal is not None:
            return bad(name, str(refusal))
        kind = type(error).__name__
        return bad(name, f"the database answered with {kind}: read its log, and try again")
    except Exception as error:  # noqa: BLE001 - one odd check must not hide what the others find
        kind = type(error).__name__
        return bad(name, f"looking at it failed with {kind}: report this as a fault of the gateway")
