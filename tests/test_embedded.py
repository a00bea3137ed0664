"""The local MongoDB: a real one that can be written, keeps its data and knows its directory."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from api.embedded import LocalMongod, running_uri
from api.embedded import mongod as mongod_module
from api.embedded.directory import OLD_LOGS, DataDirectory
from api.embedded.ports import free_port
from api.failure import Refusal
from tests.processes import listener

Client = MongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMongod]:
    with LocalMongod(tmp_path_factory.mktemp("local")) as started:
        yield started


@pytest.fixture
def client(mongod: LocalMongod) -> Iterator[Client]:
    with Client(mongod.uri) as connected:
        yield connected


def test_it_can_be_written_and_has_transactions_as_soon_as_it_has_started(client: Client) -> None:
    cards = client["onecard"]["cards"]
    with client.start_session() as session, session.start_transaction():
        cards.insert_one({"_id": "kept"}, session=session)
    with client.start_session() as session:
        session.start_transaction()
        cards.insert_one({"_id": "dropped"}, session=session)
        session.abort_transaction()
    assert [card["_id"] for card in cards.find()] == ["kept"]


def test_a_change_stream_tells_of_a_change(client: Client) -> None:
    notices = client["onecard"]["notices"]
    with notices.watch(max_await_time_ms=10_000) as changes:
        notices.insert_one({"_id": "told"})
        assert next(changes)["fullDocument"] == {"_id": "told"}


def test_it_listens_on_loopback_alone_and_logs_no_command_for_being_slow(client: Client) -> None:
    options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["bindIp"] == "127.0.0.1"
    assert options["net"]["unixDomainSocket"] == {"enabled": False}
    assert options["operationProfiling"]["slowOpThresholdMs"] > 10**9


def test_nobody_else_may_look_into_its_directories(mongod: LocalMongod) -> None:
    home = mongod.log.parent.parent
    for directory in (home, home / "data", home / "log"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "lock").stat().st_mode) == 0o600


def test_a_data_directory_that_it_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    root = tmp_path / "new"
    DataDirectory(root).prepare()
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_the_address_of_a_running_one_is_found_by_its_directory(mongod: LocalMongod) -> None:
    assert running_uri(mongod.log.parents[2]) == mongod.uri


def test_a_directory_in_which_none_runs_has_no_address(tmp_path: Path) -> None:
    assert running_uri(tmp_path) is None
    with LocalMongod(tmp_path):
        pass
    assert running_uri(tmp_path) is None


def test_a_second_start_has_the_data_of_the_first_on_the_same_port(tmp_path: Path) -> None:
    with LocalMongod(tmp_path) as first, Client(first.uri) as client:
        client["onecard"]["cards"].insert_one({"_id": "kept"})
    with LocalMongod(tmp_path) as second, Client(second.uri) as client:
        assert client["onecard"]["cards"].find_one() == {"_id": "kept"}
    assert second.uri == first.uri


def test_a_start_on_another_port_has_the_data_and_can_be_written(tmp_path: Path) -> None:
    with LocalMongod(tmp_path) as first, Client(first.uri) as client:
        client["onecard"]["cards"].insert_one({"_id": "kept"})
    with (
        listener(first.port),
        LocalMongod(tmp_path) as second,
        Client(second.uri) as client,
    ):
        assert second.port != first.port
        client["onecard"]["cards"].insert_one({"_id": "new"})
        found = [card["_id"] for card in client["onecard"]["cards"].find().sort("_id", 1)]
    assert found == ["kept", "new"]


def test_a_port_taken_at_the_last_moment_is_given_up_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listener(0) as taken:
        offered = iter([taken, free_port()])
        monkeypatch.setattr(mongod_module, "free_port", lambda preferred=0: next(offered))
        with LocalMongod(tmp_path) as started:
            assert started.port != taken
            assert _is_writable(started)


def test_another_mongodb_that_took_the_port_is_left_alone(
    mongod: LocalMongod, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.admin.command("replSetGetConfig")["config"]
    offered = iter([mongod.port, free_port()])
    monkeypatch.setattr(mongod_module, "free_port", lambda preferred=0: next(offered))
    with LocalMongod(tmp_path) as started:
        assert started.pid != mongod.pid
        assert started.port != mongod.port
    assert client.admin.command("replSetGetConfig")["config"] == before


def test_it_gives_up_when_every_port_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listener(0) as taken:
        monkeypatch.setattr(mongod_module, "free_port", lambda preferred=0: taken)
        with pytest.raises(Refusal, match=r"^no free port .* try again$"):
            LocalMongod(tmp_path).start()
    monkeypatch.undo()
    with LocalMongod(tmp_path) as started:
        assert _is_writable(started)


def test_it_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    started = LocalMongod(tmp_path)
    thread = threading.Thread(target=started.start)
    thread.start()
    thread.join()
    try:
        assert _is_writable(started)
        assert started.failure() is None
    finally:
        started.stop()


def test_stopping_twice_or_before_a_start_is_no_fault(tmp_path: Path) -> None:
    started = LocalMongod(tmp_path)
    started.stop()
    started.start()
    started.stop()
    started.stop()
    assert started.failure() is None


def test_old_logs_are_kept_and_bounded_in_number(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    directory.prepare()
    for start in range(OLD_LOGS + 3):
        directory.rotate_logs()
        directory.log.write_text(f"start {start}")
    kept = {file.name: file.read_text() for file in directory.log.parent.iterdir()}
    assert kept == {
        "mongod.log": "start 6",
        "mongod.log.1": "start 5",
        "mongod.log.2": "start 4",
        "mongod.log.3": "start 3",
        "mongod.log.4": "start 2",
    }


def _is_writable(mongod: LocalMongod) -> bool:
    with Client(mongod.uri) as client:
        return client["onecard"]["cards"].insert_one({}).acknowledged
