"""The graph's reads go by connections of their own: what they find, how they fail, and that what
they do not answer is asked by Motor."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY

import pymongo
import pytest
from pymongo.asynchronous.pool import AsyncConnection
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.network_layer import AsyncNetworkingInterface

from auth.direct_commands import KNOWN_VERSION, DirectCommands
from auth.graph_reads import ReadCollection, read_from
from auth.mongo import Database, connect, database_of, is_timeout
from auth.turns import AT_ONCE
from tests.commands import CommandLog
from tests.leading import led

NAME = "read_directly"
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ALL: list[dict[str, Any]] = [{"$sort": {"_id": 1}}]
_SLEEP = {"body": "function() { sleep(5000) }", "args": [], "lang": "js"}
SLOW: list[dict[str, Any]] = [{"$match": {"$expr": {"$function": _SLEEP}}}]


@pytest.fixture
async def read(bare: Database, direct: DirectCommands) -> ReadCollection:
    """Three documents."""
    await bare[NAME].insert_many([{"_id": number, "at": AT} for number in range(3)])
    return read_from(bare, direct, NAME)


def test_it_is_known_how_this_pymongo_does_it() -> None:
    """With another version all goes by Motor, which is slower and nothing else: see
    docs/decisions/0039-graph-reads.md before the constant is changed."""
    assert pymongo.version == KNOWN_VERSION


async def test_with_an_unknown_pymongo_all_goes_by_motor(
    read: ReadCollection, command_log: CommandLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.direct_commands.KNOWN_VERSION", "5.0")
    command_log.clear()
    assert len(await read.aggregate(ALL, 3)) == 3
    (command,) = command_log.queries.values()
    assert "lsid" in command


async def test_a_read_is_the_same_by_either_way_and_one_command(
    read: ReadCollection, bare: Database, command_log: CommandLog
) -> None:
    command_log.clear()
    rows = await read.aggregate(ALL, 3)
    assert command_log.sent == [("aggregate", NAME)]
    (directly,) = command_log.queries.values()
    command_log.clear()
    assert rows == await read_from(bare, None, NAME).aggregate(ALL, 3)
    assert [one["at"] for one in rows] == [AT] * 3
    (by_motor,) = command_log.queries.values()
    assert "lsid" not in directly
    for by_session in ("lsid", "$clusterTime"):
        by_motor.pop(by_session)
    assert directly == by_motor
    assert directly["readConcern"] == {"level": "majority"}
    assert await read.aggregate(ALL, 2) == rows[:2]


async def test_what_was_acknowledged_is_read(read: ReadCollection, bare: Database) -> None:
    """A change goes by Motor, what is read after it by another connection."""
    for number in range(3, 23):
        await bare[NAME].insert_one({"_id": number})
        assert len(await read.aggregate(ALL, 100)) == number + 1


async def test_what_one_answer_does_not_hold_is_asked_by_motor(
    read: ReadCollection, bare: Database, command_log: CommandLog
) -> None:
    await bare[NAME].insert_many([{"_id": 10 + n, "text": "x" * 9_000_000} for n in range(2)])
    command_log.clear()
    assert len(await read.aggregate(ALL, 5)) == 5
    assert command_log.sent == [("aggregate", NAME)] * 2 + [("getMore", ANY)]


async def test_what_the_database_refuses_is_told_by_motor(read: ReadCollection) -> None:
    with pytest.raises(OperationFailure, match="Unrecognized pipeline stage"):
        await read.aggregate([{"$nothing": {}}], 1)
    assert len(await read.aggregate(ALL, 3)) == 3


async def test_a_read_ends_with_the_deadline_of_its_request(
    read: ReadCollection, command_log: CommandLog
) -> None:
    command_log.clear()
    with pymongo.timeout(0.2), pytest.raises(PyMongoError) as ended:
        await read.aggregate(SLOW, 1)
    assert is_timeout(ended.value)
    assert command_log.sent == [("aggregate", NAME)]
    assert len(await read.aggregate(ALL, 3)) == 3


async def test_who_goes_away_takes_no_connection_with_him(read: ReadCollection) -> None:
    for _ in range(3):
        left = asyncio.create_task(read.aggregate(SLOW, 1))
        await asyncio.sleep(0.05)
        left.cancel()
        await asyncio.wait([left])
        assert left.cancelled()
    rows = await asyncio.gather(*[read.aggregate(ALL, 3) for _ in range(120)])
    assert {len(one) for one in rows} == {3}


async def test_slow_reads_hold_up_nobody(read: ReadCollection) -> None:
    slow = [asyncio.create_task(read.aggregate(SLOW, 1)) for _ in range(2 * AT_ONCE)]
    await asyncio.sleep(0.05)
    assert len(await asyncio.wait_for(read.aggregate(ALL, 3), 4)) == 3
    assert not any(one.done() for one in slow)
    for one in slow:
        one.cancel()
    await asyncio.wait(slow)


async def test_a_database_that_is_away_is_told_as_by_motor() -> None:
    """Nobody listens there."""
    uri = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=50"
    client = connect(uri)
    direct = DirectCommands(uri, "nothing")
    try:
        for way in (direct, None):
            reads = read_from(database_of(client, "nothing"), way, NAME)
            with pymongo.timeout(0.3), pytest.raises(PyMongoError) as by_deadline:
                await reads.aggregate(ALL, 1)
            assert is_timeout(by_deadline.value)
    finally:
        await direct.close()
        client.close()


async def test_a_read_whose_connection_broke_is_asked_by_motor(
    mongod_uri: str, read: ReadCollection, bare: Database, command_log: CommandLog
) -> None:
    async with led(mongod_uri, bare.name, b"aggregate") as (direct, leading):
        reads = read_from(bare, direct, NAME)
        assert len(await reads.aggregate(ALL, 3)) == 3
        command_log.clear()
        leading.breaks_next = True
        assert len(await reads.aggregate(ALL, 3)) == 3
        assert command_log.sent == [("aggregate", NAME)] * 2
        command_log.clear()
        assert len(await reads.aggregate(ALL, 3)) == 3
        assert command_log.sent == [("aggregate", NAME)]


async def test_a_read_that_nobody_answers_ends_with_its_deadline(
    mongod_uri: str, read: ReadCollection, bare: Database, command_log: CommandLog
) -> None:
    async with led(mongod_uri, bare.name, b"aggregate") as (direct, leading):
        reads = read_from(bare, direct, NAME)
        assert len(await reads.aggregate(ALL, 3)) == 3
        command_log.clear()
        leading.swallows = True
        with pymongo.timeout(0.3), pytest.raises(PyMongoError) as ended:
            await reads.aggregate(ALL, 3)
        assert is_timeout(ended.value)
        assert command_log.sent == [("aggregate", NAME)]


async def test_a_read_without_a_deadline_is_bounded_all_the_same(
    mongod_uri: str, read: ReadCollection, bare: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.direct_commands.LONGEST_SECONDS", 0.3)
    async with led(mongod_uri, bare.name, b"aggregate") as (direct, leading):
        reads = read_from(bare, direct, NAME)
        assert len(await reads.aggregate(ALL, 3)) == 3
        leading.swallows = True
        with pytest.raises(PyMongoError) as ended:
            await reads.aggregate(ALL, 3)
        assert is_timeout(ended.value)


async def test_a_connection_that_was_ended_as_its_answer_came_is_not_given_to_the_next(
    read: ReadCollection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[AsyncConnection] = []
    close = AsyncConnection.close_conn

    async def noted(connection: AsyncConnection, reason: Any) -> None:
        ended.append(connection)
        await close(connection, reason)

    monkeypatch.setattr(AsyncConnection, "close_conn", noted)
    assert len(await read.aggregate(ALL, 3)) == 3
    assert ended == []
    with monkeypatch.context() as closing:
        closing.setattr(AsyncNetworkingInterface, "is_closing", lambda _: True)
        assert len(await read.aggregate(ALL, 3)) == 3
    assert len(ended) == 1
    assert len(await read.aggregate(ALL, 3)) == 3
    assert len(ended) == 1
