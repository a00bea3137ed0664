"""Writing seeded holders: in batches, each one transaction together with the count of holders.

So a reader never meets a half-written holder, and a run that was killed goes on behind the last
whole batch. What a killed run had open, the server would roll back within a minute; the next run
finds its session recorded and has it rolled back at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from api.clock import utc_now
from api.demo.bundle import Secrets
from api.demo.days import day_of, midnight
from api.demo.draw import drawn_id
from api.demo.lives import path_of
from api.demo.made_numbers import MAX_HOLDERS
from api.demo.seed_batches import Encoded, SeedPlan
from api.demo.seed_processes import worker_batches
from api.demo.stopping import stop_wish
from api.failure import Refusal
from auth.keys import KeySet, UnknownKeyVersion
from auth.master_keys import WrapBroken
from resolvers.store import holder_keys, meta
from resolvers.store.holder_keys import decode_holder_key

MAX_WORKERS = 4

_RECORD = "seed:"
_INTERRUPTED = 11601
_Document = dict[str, Any]


@dataclass(frozen=True)
class Seeded:
    """How many holders this run wrote, and how many of the seed there are now."""

    written: int
    holders: int


def seed(
    database_uri: str,
    database_name: str,
    key_set: KeySet,
    *,
    holders: int,
    seed: int,
    progress: Callable[[int], None],
    reference: date | None = None,
) -> Seeded:
    """Brings a prepared database to `holders` seeded holders; more than that are left alone.

    `progress` is told how many more are there, first those of earlier runs. `reference` is the day
    that all dates are counted from, today by default; the first run decides it for all. Raises
    `Refusal` on Ctrl-C or TERM, for a second seed in one database, and for other keys than before.
    """
    if not 0 <= holders <= MAX_HOLDERS:
        raise Refusal(f"at most {MAX_HOLDERS} holders can be seeded")
    with MongoClient[_Document](database_uri, tz_aware=True) as client:
        database = client.get_database(database_name, write_concern=WriteConcern("majority"))
        start = _started(database, seed, key_set, reference or day_of(utc_now()))
        progress(min(start.holders, holders))
        plan = SeedPlan(seed, start.reference, start.holders, max(holders, start.holders))
        done = _write_all(database, plan, key_set, progress)
    if done < plan.stop:
        raise Refusal(
            f"stopped at {done} of {holders} holders, all of them whole: the same command goes on "
            "from there"
        )
    return Seeded(done - start.holders, done)


@dataclass(frozen=True)
class _Start:
    holders: int
    reference: date


def _started(database: Database[_Document], seed: int, key_set: KeySet, today: date) -> _Start:
    """Where an earlier run stopped, or the beginning, which is recorded."""
    records: Collection[_Document] = database[meta.NAME]
    own_id = f"{_RECORD}{seed}"
    records.update_one(
        {"_id": own_id},
        {"$setOnInsert": {"holders": 0, "reference": midnight(today)}},
        upsert=True,
    )
    every = sorted(
        records.find({"_id": {"$regex": f"^{_RECORD}"}}), key=lambda one: -one["holders"]
    )
    if every[0]["_id"] != own_id and every[0]["holders"] > 0:
        records.delete_one({"_id": own_id, "holders": 0})
        other = every[0]["_id"].removeprefix(_RECORD)
        raise Refusal(
            f"this database holds the holders of seed {other}, and two seeds would share numbers: "
            f"go on with --seed {other}, or take another database"
        )
    own = next(record for record in every if record["_id"] == own_id)
    if "session" in own:
        database.client.admin.command("killSessions", [{"id": own["session"]}])
        own = records.find_one({"_id": own_id}) or own
    if own["holders"]:
        _refuse_other_keys(database, seed, key_set)
    return _Start(own["holders"], day_of(own["reference"]))


def _refuse_other_keys(database: Database[_Document], seed: int, key_set: KeySet) -> None:
    holder_id = drawn_id("hld", path_of(seed, 0))
    stored = database[holder_keys.NAME].find_one({"_id": holder_id})
    try:
        if stored is not None:
            Secrets.of(key_set).sealer.vault_for(holder_id, decode_holder_key(stored))
    except (WrapBroken, UnknownKeyVersion):
        raise Refusal(
            "the holders of this seed were sealed with other keys: give the key set that they were "
            "made with, or take another database"
        ) from None


def _write_all(
    database: Database[_Document],
    plan: SeedPlan,
    key_set: KeySet,
    progress: Callable[[int], None],
) -> int:
    """How many holders there are at its end, fewer than planned after a wish to stop."""
    done = plan.first
    if done >= plan.stop:
        return done
    workers = min(MAX_WORKERS, os.cpu_count() or 1)
    with (
        stop_wish() as wish,
        worker_batches(plan, key_set, workers) as batches,
        _recorded_session(database, plan.seed) as session,
    ):
        for batch, encoded in batches:
            if wish.is_set():
                break
            _write_batch(session, database, plan.seed, batch, encoded)
            done = batch.stop
            progress(len(batch))
    return done


@contextmanager
def _recorded_session(database: Database[_Document], seed: int) -> Iterator[ClientSession]:
    """A session whose id stands in the record of the seed until it ends well."""
    own = {"_id": f"{_RECORD}{seed}"}
    with database.client.start_session() as session:
        session_id = session.session_id["id"]
        database[meta.NAME].update_one(own, {"$set": {"session": session_id}})
        try:
            yield session
        except OperationFailure as error:
            if error.code != _INTERRUPTED:
                raise
            raise _not_alone() from None
        database[meta.NAME].update_one(own | {"session": session_id}, {"$unset": {"session": ""}})


def _not_alone() -> Refusal:
    return Refusal("another `onecard seed` is at work on this database: let it end")


def _write_batch(
    session: ClientSession,
    database: Database[_Document],
    seed: int,
    batch: range,
    encoded: Encoded,
) -> None:
    def write(transaction: ClientSession) -> None:
        # First, so that of two runs at once the later one is refused before it has worked.
        counted = database[meta.NAME].update_one(
            {"_id": f"{_RECORD}{seed}", "holders": batch.start},
            {"$set": {"holders": batch.stop}},
            session=transaction,
        )
        if counted.matched_count == 0:
            raise _not_alone()
        for name, documents in encoded.items():
            _insert(database[name], documents, transaction)

    session.with_transaction(
        write, read_concern=ReadConcern("local"), write_concern=WriteConcern("majority")
    )


def _insert(
    collection: Collection[Any], documents: list[bytes], transaction: ClientSession
) -> None:
    raw = [RawBSONDocument(document) for document in documents]
    try:
        collection.insert_many(raw, ordered=False, session=transaction)
    except BulkWriteError as error:
        if error.has_error_label("TransientTransactionError"):
            raise
        codes = sorted({fault["code"] for fault in error.details["writeErrors"]})
    else:
        return
    # Outside the handler: the driver's error holds the documents, and nothing may show those.
    raise Refusal(
        f"the database refuses seeded documents in {collection.name} (codes {codes}): it holds "
        "others of the same numbers, or has not the validators of this version; take another one"
    )
