"""Where it is measured: a MongoDB of our own with seeded holders, and what they need beside that.

Everything is made by the product: holders by its `seed`, clients and notices as it stores them. It
is kept in a directory of its own, so a second run begins at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.database import Database

from api.demo import seed as seed_holders
from api.demo.draw import drawn_id
from api.demo.employer_clients import demo_client
from api.demo.lives import path_of
from api.embedded import LocalMongod
from api.preparation import prepare
from api.runtime import load_keys
from api.settings import Settings
from auth import clients as client_documents
from auth.client_terms import MAX_OPERATIONS_PER_MINUTE, ClientLimits
from auth.clients import Client, encode_client
from auth.keys import KeySet
from bench.kept import keep_or_clear
from bench.processors import on_processors
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store import cards, employers, inboxes, notices, permits
from resolvers.store.employers import EmployerRecord
from resolvers.store.notices import encode_notice
from resolvers.vocabulary import CardKind, CardState, PermitState

SEED: Final = 1
HOLDERS_ASKED: Final = 64
CLIENTS: Final = 32
CARDS_SHOWN: Final = 500
NOTICES_EACH: Final = 24
_DATA_SET: Final = "bench"
_KINDS: Final = (
    (NoticeKind.PERMIT_EXPIRING, "pmt"),
    (NoticeKind.CARD_CHANGED, "crd"),
    (NoticeKind.APPLICATION_ACCEPTED, "apl"),
    (NoticeKind.TASK_OPENED, "tsk"),
    (NoticeKind.RECORD_UPDATED, "rsp"),
    (NoticeKind.LETTER_ISSUED, "ltr"),
)

Say = Callable[[str], None]
Documents = Database[dict[str, Any]]


@dataclass(frozen=True)
class Portal:
    """A client of an employer, and how many permits that employer has."""

    client: Client
    permits: int


@dataclass(frozen=True)
class ShownCard:
    card_id: str
    revision: int
    employer_id: str


@dataclass(frozen=True)
class Place:
    """A running MongoDB with all that is asked about. `portals` are the largest first."""

    settings: Settings
    uri: str
    mongod_pid: int
    key_set: KeySet
    holders: int
    holder_ids: Sequence[str]
    portals: Sequence[Portal]
    shown_cards: Sequence[ShownCard]

    @contextmanager
    def database(self) -> Iterator[Documents]:
        with MongoClient[dict[str, Any]](self.uri, tz_aware=True) as client:
            yield client[self.settings.mongodb_database]


@contextmanager
def open_place(
    directory: Path,
    holders: int,
    say: Say,
    *,
    cache_gigabytes: float = 1.0,
    mongod_on: Sequence[int] = (),
) -> Iterator[Place]:
    """Start the MongoDB of this directory and bring it to so many holders."""
    keep_or_clear(directory, say)
    settings = Settings(data_dir=directory)
    with on_processors(mongod_on):
        mongod = LocalMongod(directory, cache_gigabytes=cache_gigabytes)
        mongod.start()
    try:
        yield filled(settings, mongod.uri, mongod.pid, holders, say)
    finally:
        mongod.stop()


def filled(settings: Settings, uri: str, mongod_pid: int, holders: int, say: Say) -> Place:
    """The database of the settings with so many holders, and all that is asked about."""
    key_set = load_keys(settings)
    asyncio.run(prepare(settings, uri, demo_keys=key_set))
    _seed(settings, uri, key_set, holders, say)
    holder_ids = _spread(holders)
    with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        database = client[settings.mongodb_database]
        _tell(database, holder_ids)
        portals, shown = _portals(database), _shown_cards(database)
    return Place(settings, uri, mongod_pid, key_set, holders, holder_ids, portals, shown)


def _seed(settings: Settings, uri: str, key_set: KeySet, holders: int, say: Say) -> None:
    there = 0

    def progress(more: int) -> None:
        nonlocal there
        there += more
        if there % 50_000 < more:
            say(f"  {there:,} of {holders:,} holders")

    done = seed_holders(
        uri, settings.mongodb_database, key_set, holders=holders, seed=SEED, progress=progress
    )
    say(f"{done.holders:,} holders, {done.written:,} of them new")


def _spread(holders: int) -> list[str]:
    """The same holders in each run, from all over."""
    step = max(1, holders // HOLDERS_ASKED)
    indexes = range(0, min(holders, step * HOLDERS_ASKED), step)
    return [drawn_id("hld", path_of(SEED, index)) for index in indexes]


def _portals(database: Documents) -> list[Portal]:
    """The largest employers, each with a client of ours."""
    counted = database[permits.NAME].aggregate(
        [
            {"$group": {"_id": "$employer_id", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": CLIENTS},
        ]
    )
    portals = []
    for one in list(counted):
        stored = database[employers.NAME].find_one({"_id": one["_id"]})
        if stored is None:
            raise RuntimeError("a permit without its employer")
        client = _client_of(stored)
        database[client_documents.NAME].replace_one(
            {"_id": client.client_id}, encode_client(client), upsert=True
        )
        portals.append(Portal(client, one["count"]))
    return portals


def _client_of(stored: dict[str, Any]) -> Client:
    """One that may ask as often as any."""
    source = stored["source"]
    record = EmployerRecord(
        stored["_id"],
        stored["credit_code"],
        stored["name"],
        stored["city"],
        source["authority"],
        source["updated_at"],
    )
    number = int.from_bytes(record.employer_id.encode()[-6:], "big")
    made = demo_client(_DATA_SET, number, record, datetime(2026, 1, 1, tzinfo=UTC).date())
    return replace(made.client, limits=ClientLimits(MAX_OPERATIONS_PER_MINUTE))


def _tell(database: Documents, holder_ids: Sequence[str]) -> None:
    """Notices of the last weeks in the inboxes of those who are asked; seeded holders have none."""
    known = {one["_id"] for one in database[inboxes.NAME].find({}, {"_id": 1})}
    now = datetime.now(UTC).replace(microsecond=0)
    for holder_id in holder_ids:
        if holder_id not in known:
            told = [_notice(holder_id, number, now) for number in range(NOTICES_EACH)]
            database[notices.NAME].insert_many(told)
            unread = sum(one["read_at"] is None for one in told)
            last_at = max(one["at"] for one in told)
            inbox = {"_id": holder_id, "revision": 1, "last_at": last_at, "unread": unread}
            database[inboxes.NAME].insert_one(inbox)


def _notice(holder_id: str, number: int, now: datetime) -> dict[str, Any]:
    kind, about = _KINDS[number % len(_KINDS)]
    path = f"{_DATA_SET}/{holder_id}/{number}"
    at = now - timedelta(hours=7 * (number + 1), milliseconds=number)
    reminds = kind is NoticeKind.PERMIT_EXPIRING
    due_on = (now + timedelta(days=30 + number)).date().isoformat() if reminds else None
    told = encode_notice(
        drawn_id("ntc", path),
        holder_id,
        kind,
        drawn_id(about, path),
        path,
        due_on=due_on,
        threshold_days=60 if reminds else None,
        at=at,
    )
    read_at = at + timedelta(hours=1) if number % 3 else None
    return told | {"awaits_dispatch": False, "read_at": read_at}


def _shown_cards(database: Documents) -> list[ShownCard]:
    """Electronic cards that are good, with the employer of the permit on each."""
    now = datetime.now(UTC)
    good = {"kind": str(CardKind.ELECTRONIC), "state": str(CardState.NORMAL)}
    active = {
        "state": str(PermitState.ISSUED),
        "valid_from": {"$lte": now},
        "valid_until": {"$gt": now + timedelta(days=1)},
    }
    found = database[cards.NAME].aggregate(
        [
            {"$match": {**good, "permit_id": {"$type": "string"}}},
            {"$limit": 2 * CARDS_SHOWN},
            {
                "$lookup": {
                    "from": permits.NAME,
                    "localField": "permit_id",
                    "foreignField": "_id",
                    "pipeline": [{"$match": active}, {"$project": {"employer_id": 1}}],
                    "as": "permit",
                }
            },
            {"$match": {"permit": {"$ne": []}}},
            {"$limit": CARDS_SHOWN},
        ]
    )
    return [
        ShownCard(one["_id"], one["revision"], one["permit"][0]["employer_id"]) for one in found
    ]
