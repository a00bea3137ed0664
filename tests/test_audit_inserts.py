"""A line of the trail goes the way of the reads; what became of it is told as Motor would tell."""

from __future__ import annotations

import subprocess
import sys

import pytest
from bson.errors import InvalidDocument
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.write_concern import WriteConcern

from auth.audit import NAME
from auth.audit_store import AuditStore
from auth.direct_commands import DirectCommands
from auth.mongo import Database, Document, is_timeout
from tests.commands import CommandLog
from tests.leading import led

INSERT = b"insert"


def line(number: int, **more: object) -> Document:
    return {
        "_id": f"aud_{number}",
        "people": [],
        "objects": [],
        "actor": {},
        "evidence": None,
        **more,
    }


@pytest.fixture
async def bare(bare: Database) -> Database:
    await bare.create_collection(NAME, validator={"wrong": {"$exists": False}})
    return bare


async def ids(database: Database) -> list[str]:
    return sorted([one["_id"] async for one in database[NAME].find()])


async def test_lines_of_a_request_are_one_command(
    direct: DirectCommands, bare: Database, command_log: CommandLog
) -> None:
    command_log.clear()
    await AuditStore(bare, direct).append([line(1), line(2)])
    assert command_log.sent == [("insert", NAME)]
    assert await ids(bare) == ["aud_1", "aud_2"]


async def test_a_line_that_the_database_refuses_is_told_by_its_place(
    direct: DirectCommands, bare: Database
) -> None:
    for way in (direct, None):
        with pytest.raises(BulkWriteError) as told:
            await AuditStore(bare, way).append([line(1), line(2, wrong=1), line(3)])
        assert [one["index"] for one in told.value.details["writeErrors"]] == [1]
        assert told.value.details["writeConcernErrors"] == []
        assert await ids(bare) == ["aud_1", "aud_3"]
        await bare[NAME].delete_many({})


async def test_a_line_that_no_message_can_hold_is_its_own_fault_alone(
    direct: DirectCommands, bare: Database
) -> None:
    store = AuditStore(bare, direct)
    with pytest.raises(InvalidDocument):
        await store.append([line(1, at=object())])
    await store.append([line(2)])
    assert await ids(bare) == ["aud_2"]


@pytest.mark.parametrize("fault", ["breaks_next", "loses_answer"])
async def test_a_line_whose_connection_broke_is_there_once_whether_or_not_it_had_arrived(
    mongod_uri: str, bare: Database, command_log: CommandLog, fault: str
) -> None:
    async with led(mongod_uri, bare.name, INSERT) as (direct, leading):
        store = AuditStore(bare, direct)
        await store.append([line(1)])
        setattr(leading, fault, True)
        command_log.clear()
        await store.append([line(2), line(3)])
        assert command_log.sent == [("insert", NAME)] * 2
        assert not getattr(leading, fault)
        await store.append([line(4)])
    assert await ids(bare) == ["aud_1", "aud_2", "aud_3", "aud_4"]


async def test_a_line_that_is_refused_when_it_is_inserted_again_is_told(
    mongod_uri: str, bare: Database
) -> None:
    async with led(mongod_uri, bare.name, INSERT) as (direct, leading):
        store = AuditStore(bare, direct)
        leading.loses_answer = True
        with pytest.raises(BulkWriteError) as told:
            await store.append([line(1), line(2, wrong=1)])
    assert [one["index"] for one in told.value.details["writeErrors"]] == [1]
    assert await ids(bare) == ["aud_1"]


async def test_a_line_that_nobody_acknowledges_ends_with_its_time(
    mongod_uri: str, bare: Database, monkeypatch: pytest.MonkeyPatch, command_log: CommandLog
) -> None:
    async with led(mongod_uri, bare.name, INSERT) as (direct, leading):
        store = AuditStore(bare, direct)
        await store.append([line(0)])
        monkeypatch.setattr("auth.audit_store.INSERT_SECONDS", 0.3)
        leading.swallows = True
        command_log.clear()
        with pytest.raises(PyMongoError) as ended:
            await store.append([line(1)])
        assert is_timeout(ended.value)
        assert command_log.sent == [("insert", NAME)]


async def test_what_the_majority_does_not_acknowledge_is_told_as_unsure(
    direct: DirectCommands, bare: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many members as there are not."""
    monkeypatch.setattr("auth.audit_store._MAJORITY", {"w": 3, "wtimeout": 50})
    of_three = bare.with_options(write_concern=WriteConcern(3, wtimeout=50))
    with pytest.raises(BulkWriteError) as told:
        await AuditStore(of_three, direct).append([line(1)])
    assert told.value.details["writeErrors"] == []
    assert len(told.value.details["writeConcernErrors"]) == 1


async def test_lines_whose_primary_steps_down_before_the_majority_has_them_are_inserted_again(
    direct: DirectCommands,
    bare: Database,
    monkeypatch: pytest.MonkeyPatch,
    command_log: CommandLog,
) -> None:
    """It answers that it has them, and that nobody waits any more for who else has."""
    monkeypatch.setattr("auth.audit_store._MAJORITY", {"w": 3, "wtimeout": 50})
    command_log.clear()
    await AuditStore(bare, direct).append([line(1), line(2)])
    assert command_log.sent == [("insert", NAME)] * 2
    assert await ids(bare) == ["aud_1", "aud_2"]
    with pytest.raises(BulkWriteError) as told:
        await AuditStore(bare, direct).append([line(3), line(4, wrong=1)])
    assert [one["index"] for one in told.value.details["writeErrors"]] == [1]
    assert told.value.details["writeConcernErrors"] == []


async def test_with_an_unknown_pymongo_lines_go_by_motor(
    mongod_uri: str, bare: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.direct_commands.KNOWN_VERSION", "5.0")
    async with led(mongod_uri, bare.name, INSERT) as (direct, leading):
        leading.breaks_next = True
        await AuditStore(bare, direct).append([line(1)])
        assert leading.breaks_next
    assert await ids(bare) == ["aud_1"]


def test_a_pymongo_that_has_its_parts_elsewhere_is_no_reason_not_to_start() -> None:
    code = "import pymongo.message; del pymongo.message._convert_exception"
    subprocess.run([sys.executable, "-c", f"{code}; import auth.direct_commands"], check=True)
