"""What `onecard doctor` looks at in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from api.clock import utc_now
from api.commands.findings import Finding, bad, good, skipped
from api.demo import has_demo_data
from api.ids import new_id
from api.preparation import MIN_SERVER
from auth.collections import installed_differences
from auth.keys import KeySet, Purpose
from auth.mongo import Database, Transaction, in_transaction
from resolvers.jobs.key_usage import UnknownVersions, find_unknown_versions
from resolvers.jobs.reminders import lanes_of
from resolvers.policy.reminders import reminder_policy_on
from resolvers.rules.permit_status import shanghai_day
from resolvers.store import meta
from resolvers.store.deliveries import DeliveryStore
from resolvers.store.notices import NoticeStore
from resolvers.store.outgoing_events import Consumer, OutgoingEventStore
from resolvers.store.registry import SPECS
from resolvers.store.reminder_progress import ReminderProgressStore
from resolvers.store.webhooks import WebhookStore

DATABASE: Final = "database"
WRITES: Final = "writes"
COLLECTIONS: Final = "collections"
KEY_VERSIONS: Final = "key versions"
CLOCK: Final = "clock"
REMINDERS: Final = "reminders"
MESSAGES: Final = "messages"
DEMO_DATA: Final = "demo data"

MAX_CLOCK_DIFFERENCE: Final = timedelta(seconds=2)
MAX_NAMED_DIFFERENCES: Final = 3
MAX_DAYS_BEHIND: Final = 1
"""Reminders of a day are sent within its day hours; those of yesterday are done by now."""
MAX_WAIT: Final = timedelta(minutes=15)
"""Of a notice for its dispatch, and of a message that is due: a worker looks every second."""


async def check_server(database: Database) -> Finding:
    """Reachable, new enough, and able to do transactions and change streams."""
    hello = await database.command("hello")
    build = await database.command("buildInfo")
    version = build["version"]
    if tuple(build["versionArray"][:2]) < MIN_SERVER:
        oldest = ".".join(map(str, MIN_SERVER))
        return bad(DATABASE, f"MongoDB {version} is too old: use {oldest} or newer")
    if hello.get("msg") == "isdbgrid":
        return good(DATABASE, f"MongoDB {version}, sharded cluster")
    if "setName" not in hello:
        return bad(
            DATABASE,
            "it is a single server, which knows no transactions: start it with --replSet and run "
            "rs.initiate(), or use another",
        )
    return good(DATABASE, f"MongoDB {version}, replica set {hello['setName']}")


async def check_writes(database: Database) -> Finding:
    """A document written and removed in one transaction, confirmed by the majority."""
    if meta.NAME not in await database.list_collection_names():
        return skipped(WRITES, "nothing is installed yet")
    trace = {"_id": new_id("doctor")}

    async def write(transaction: Transaction) -> None:
        await database[meta.NAME].insert_one(trace, session=transaction)
        await database[meta.NAME].delete_one(trace, session=transaction)

    await in_transaction(database, write)
    return good(WRITES, "a transaction was confirmed by the majority")


async def check_collections(database: Database) -> Finding:
    differences = await installed_differences(database, SPECS)
    if not differences:
        indexes = sum(len(spec.indexes) for spec in SPECS)
        return good(COLLECTIONS, f"{len(SPECS)} collections, {indexes} indexes, as declared")
    named = "; ".join(differences[:MAX_NAMED_DIFFERENCES])
    more = len(differences) - MAX_NAMED_DIFFERENCES
    rest = f"; and {more} more" if more > 0 else ""
    return bad(COLLECTIONS, f"{named}{rest}: run 'onecard doctor --repair'")


async def check_key_versions(database: Database, key_set: KeySet) -> Finding:
    unknown = await find_unknown_versions(database, key_set, utc_now())
    faults = [_told(one) for one in unknown if one.purpose is not Purpose.REFRESH]
    if faults:
        return bad(KEY_VERSIONS, "; ".join(faults))
    ended = sum(one.documents for one in unknown)
    # What an operator did on purpose, by retiring a leaked key at once.
    note = f"; {ended:,} sessions can refresh no more, as their key is retired" if ended else ""
    return good(KEY_VERSIONS, f"all that documents need are in the key set{note}")


def _told(unknown: UnknownVersions) -> str:
    versions = ", ".join(map(str, unknown.versions))
    remedy = "restore a key file that has it"
    if unknown.purpose is Purpose.DIGEST:
        remedy += ", or run 'onecard keys rewrap'"
    return (
        f"{unknown.documents:,} documents in {unknown.collection} need {unknown.purpose} key "
        f"{versions}, which the key set does not hold: {remedy}"
    )


async def check_clock(database: Database) -> Finding:
    """Ours against the server's, halfway between asking and being answered."""
    asked_at = utc_now()
    hello = await database.command("hello", codec_options=database.codec_options)
    answered_at = utc_now()
    ahead: timedelta = hello["localTime"] - (asked_at + (answered_at - asked_at) / 2)
    seconds = abs(ahead).total_seconds()
    if abs(ahead) >= MAX_CLOCK_DIFFERENCE:
        return bad(
            CLOCK,
            f"{seconds:.1f} s from the database server's: synchronise both machines (NTP)",
        )
    return good(CLOCK, f"{seconds:.3f} s from the database server's")


async def check_reminders(database: Database) -> Finding:
    """By the first day that is not done."""
    today = shanghai_day(utc_now())
    lanes = [lane.lane_id for lane in lanes_of(reminder_policy_on(today))]
    oldest = await ReminderProgressStore(database).oldest_day(lanes)
    if oldest is None:
        return good(REMINDERS, "no worker has sent any yet")
    behind = (today - oldest).days
    if behind > MAX_DAYS_BEHIND:
        return bad(
            REMINDERS, f"{behind} days behind: run at least one 'onecard worker', and read its log"
        )
    return good(REMINDERS, "a worker sends them")


async def check_messages(database: Database) -> Finding:
    """By what has waited longest to be told on a device, by mail or to a webhook."""
    now = utc_now()
    waiting = [
        await NoticeStore(database).find_longest_undispatched(),
        await DeliveryStore(database).find_longest_due(now),
        await OutgoingEventStore(database).find_oldest_awaited(Consumer.WEBHOOKS),
        await WebhookStore(database).find_longest_unserved(now - MAX_WAIT),
    ]
    longest = now - min((since for since in waiting if since is not None), default=now)
    if longest > MAX_WAIT:
        minutes = int(longest.total_seconds() // 60)
        return bad(
            MESSAGES,
            f"{minutes} minutes behind: run at least one 'onecard worker', and read its log",
        )
    return good(MESSAGES, "none waits")


async def check_demo_data(database: Database) -> Finding:
    """For production, which refuses to start with any."""
    if await has_demo_data(database):
        return bad(DEMO_DATA, "there is some: use a database that was never used for development")
    return good(DEMO_DATA, "none")
