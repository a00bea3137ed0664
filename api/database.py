"""The database inside a command: opened, closed, and its faults told in one line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from api.failure import Refusal
from api.settings import Settings
from auth.mongo import Database, connect, database_of

_UNAUTHORIZED = 13
_AUTHENTICATION_FAILED = {18, 8000}  # of the server, of a hosted service


@asynccontextmanager
async def open_database(settings: Settings, uri: str) -> AsyncIterator[Database]:
    """The database of the settings. What only the operator can mend is raised as `Refusal`."""
    try:
        client = connect(uri)
    except (PyMongoError, ValueError):
        # Whatever the driver says of it quotes the address, which may hold a password.
        raise _no_address() from None
    try:
        yield database_of(client, settings.mongodb_database)
    except PyMongoError as error:
        refusal = database_refusal(error)
        if refusal is None:
            raise
        raise refusal from None
    finally:
        client.close()


def database_refusal(error: PyMongoError) -> Refusal | None:
    """One line without addresses and values; None for what is not the operator's to mend."""
    if isinstance(error, ConfigurationError):
        return _no_address()
    if isinstance(error, OperationFailure):
        if error.code in _AUTHENTICATION_FAILED:
            return Refusal("the database refuses the user or password: correct ONECARD_MONGODB_URI")
        if error.code == _UNAUTHORIZED:
            return Refusal(
                "the database user lacks a right: give it the roles readWrite and dbAdmin on the "
                "database that ONECARD_MONGODB_DATABASE names"
            )
        return None
    if isinstance(error, ServerSelectionTimeoutError):
        return Refusal(
            "the database cannot be reached, or has no primary: start it, or correct "
            "ONECARD_MONGODB_URI"
        )
    if isinstance(error, ConnectionFailure):
        return Refusal("the connection to the database was lost: see that it runs, and try again")
    return None


def _no_address() -> Refusal:
    return Refusal(
        "ONECARD_MONGODB_URI is no address of a MongoDB: write it as "
        "mongodb://host1:27017,host2:27017/?replicaSet=name"
    )
