"""The driver, named in this one file.

Motor is what the design fixes; its successor, PyMongo's own asynchronous API, is nearly
call-compatible (docs/decisions/0002-driver.md). Everything else imports the names below, so the
move is a change of this file.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

from bson.codec_options import CodecOptions
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = AsyncIOMotorClient[Document]
Database: TypeAlias = AsyncIOMotorDatabase[Document]
Collection: TypeAlias = AsyncIOMotorCollection[Document]
Transaction: TypeAlias = AsyncIOMotorClientSession

MAX_POOL_SIZE = 50
SERVER_SELECTION_LIFETIME_MS = 3_000

__all__ = [
    "LINEARIZABLE",
    "Client",
    "Collection",
    "Database",
    "Document",
    "DuplicateKeyError",
    "Transaction",
    "client_options",
    "connect",
    "database_of",
    "in_transaction",
    "is_timeout",
    "is_unavailable",
]

_T = TypeVar("_T")

LINEARIZABLE = ReadConcern("linearizable")

_pauses = random.Random()  # noqa: S311 - no secret; its own, so that nobody else's is moved on
_FIRST_PAUSE_SECONDS = 0.005
_LONGEST_PAUSE_SECONDS = 0.5
"""As the specification of MongoDB's drivers has it for transactions that are run again."""


def connect(uri: str, *, app_name: str = "onecard-gateway") -> Client:
    """A client that writes to the majority and reads what the majority has.

    Dates come back aware, in UTC. Raises nothing: the first command finds out.
    """
    return AsyncIOMotorClient(uri, **client_options(app_name))


def client_options(app_name: str = "onecard-gateway") -> dict[str, Any]:
    return {
        "appname": app_name,
        "tz_aware": True,
        "maxPoolSize": MAX_POOL_SIZE,
        "serverSelectionTimeoutMS": SERVER_SELECTION_LIFETIME_MS,
        "connectTimeoutMS": SERVER_SELECTION_LIFETIME_MS,
        "retryWrites": True,
        "w": "majority",
        "readConcernLevel": "majority",
    }


def database_of(client: Client, name: str) -> Database:
    return client.get_database(
        name,
        codec_options=CodecOptions(tz_aware=True),
        write_concern=WriteConcern("majority"),
    )


async def in_transaction(
    database: Database, work: Callable[[Transaction], Coroutine[Any, Any, _T]]
) -> _T:
    """Run `work` in one transaction, again from the start on a transient conflict.

    `work` must therefore depend on nothing that its own earlier run changed in memory. Between two
    runs there is a pause that grows (the driver makes none): whoever met once would meet again, and
    a database that is away would be asked thousands of times a second.
    """
    runs = 0

    async def run(transaction: Transaction) -> _T:
        nonlocal runs
        if runs:
            longest = min(_FIRST_PAUSE_SECONDS * 1.5 ** (runs - 1), _LONGEST_PAUSE_SECONDS)
            # Nothing is held meanwhile: the server hears of a transaction by its first command.
            await asyncio.sleep(longest * _pauses.random())
        runs += 1
        return await work(transaction)

    async with await database.client.start_session() as transaction:
        result: _T = await transaction.with_transaction(
            run, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
        )
        return result


def is_unavailable(error: BaseException) -> bool:
    """Whether the database, not the request, is at fault (answered as UNAVAILABLE)."""
    return isinstance(error, ConnectionFailure) and not error.timeout


def is_timeout(error: BaseException) -> bool:
    """Whether the request's deadline ended a command (answered as TIMEOUT)."""
    return isinstance(error, PyMongoError) and error.timeout
