"""From a `mongod` that listens to a primary that can be written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure

SET_NAME = "onecard"
POLL_SECONDS = 0.02
# Codes of the server's error list.
ALREADY_INITIALIZED = 23
INVALID_CONFIG = 93
NOT_YET_INITIALIZED = 94

Document = dict[str, Any]


def make_writable(port: int, *, pid: int, give_up_at: float, check: Callable[[], None]) -> bool:
    """Initiate, or move to this port, the one-member set; True once it is a writable primary.

    Nothing is asked of a server on that port that is not process `pid`: another may have been
    quicker than ours to take it. False when `give_up_at` (of the monotonic clock) passes first.
    `check` is called between two looks and may raise, for instance because the process has ended.
    """
    client: MongoClient[Document] = MongoClient(
        "127.0.0.1",
        port,
        directConnection=True,
        serverSelectionTimeoutMS=500,
        connectTimeoutMS=2_000,
        socketTimeoutMS=30_000,
        appname="onecard local start",
    )
    known = False
    with client:
        while time.monotonic() < give_up_at:
            check()
            try:
                known = known or _is_process(client, pid)
                if known and _is_writable(client):
                    return True
                if known:
                    _advance(client, f"127.0.0.1:{port}")
            except AutoReconnect:
                pass  # it ends, or drops connections as it changes state: look again
            time.sleep(POLL_SECONDS)
    return False


def _is_process(client: MongoClient[Document], pid: int) -> bool:
    return bool(client.admin.command("serverStatus")["pid"] == pid)


def _is_writable(client: MongoClient[Document]) -> bool:
    return bool(client.admin.command("hello").get("isWritablePrimary"))


def _advance(client: MongoClient[Document], host: str) -> None:
    """The one step that the set's state asks for, if any."""
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as failure:
        if failure.code == NOT_YET_INITIALIZED:
            _initiate(client, host)
        elif failure.code == INVALID_CONFIG:
            _move(client, host)
        else:
            raise


def _initiate(client: MongoClient[Document], host: str) -> None:
    config = {"_id": SET_NAME, "members": [{"_id": 0, "host": host}]}
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as failure:
        # While a stored configuration is still being read, the set looks as if it had none.
        if failure.code not in (ALREADY_INITIALIZED, NOT_YET_INITIALIZED):
            raise


def _move(client: MongoClient[Document], host: str) -> None:
    """The stored configuration names the port of an earlier start: name this one."""
    config = client.admin.command("replSetGetConfig")["config"]
    config["members"] = [{**config["members"][0], "host": host}]
    config["version"] += 1
    client.admin.command("replSetReconfig", config, force=True)
