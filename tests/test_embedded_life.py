"""The local MongoDB ends with the process that started it, however that one ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from api.embedded import LocalMongod
from api.failure import Refusal
from tests.processes import eventually, first_line, is_alive, python

Client = MongoClient[dict[str, Any]]

# Starts one, writes to it, says so, and goes on as the test asks.
SERVE = """
import json, os, sys, time
from pathlib import Path
from pymongo import MongoClient
from api.embedded import LocalMongod

def hold(mongod):
    with MongoClient(mongod.uri) as client:
        cards = client["onecard"]["cards"]
        cards.insert_many([{} for _ in range(1000)])
        pids = {"mongod": mongod.pid, "keeper": mongod._keeper.pid, "port": mongod.port}
        if sys.argv[2] == "fork":
            pids["forked"] = os.fork()
            if pids["forked"] == 0:
                time.sleep(120)
                os._exit(0)
        if sys.argv[2] == "fork and stop":
            child = os.fork()
            if child == 0:
                mongod.stop()
                os._exit(0)
            os.waitpid(child, 0)
            cards.insert_one({})
        try:
            print(json.dumps(pids), flush=True)
            if sys.argv[2] == "raise":
                raise LookupError
            if sys.argv[2] != "return":
                time.sleep(120)
        except KeyboardInterrupt:
            time.sleep(2)  # longer than mongod takes to stop
            cards.insert_one({})
            print("still writable", flush=True)

if sys.argv[2] == "forget":
    mongod = LocalMongod(Path(sys.argv[1]))
    mongod.start()
    sys.argv[2] = "return"
    hold(mongod)
else:
    with LocalMongod(Path(sys.argv[1])) as mongod:
        hold(mongod)
"""


@dataclass(frozen=True)
class Serving:
    process: subprocess.Popen[str]
    mongod: int
    keeper: int
    forked: int

    def leaves_nothing(self) -> bool:
        return eventually(lambda: not is_alive(self.mongod) and not is_alive(self.keeper))


@contextmanager
def serving(directory: Path, then: str = "wait") -> Iterator[Serving]:
    with python(SERVE, str(directory), then) as process:
        pids = json.loads(first_line(process))
        yield Serving(process, pids["mongod"], pids["keeper"], pids.get("forked", 0))


def count_kept(directory: Path) -> int:
    with LocalMongod(directory) as mongod, Client(mongod.uri) as client:
        return client["onecard"]["cards"].count_documents({})


@pytest.mark.parametrize("then", ["return", "raise", "forget"])
def test_a_script_that_ends_leaves_no_mongod(tmp_path: Path, then: str) -> None:
    with serving(tmp_path, then) as served:
        served.process.wait(60)
        assert served.leaves_nothing()
    assert count_kept(tmp_path) == 1000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_killed_process_leaves_no_mongod_and_loses_no_document(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as served:
        served.process.send_signal(number)
        served.process.wait(60)
        assert served.leaves_nothing()
    assert count_kept(tmp_path) == 1000


def test_ctrl_c_at_the_terminal_is_for_us_and_mongod_serves_until_we_stop_it(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as served:
        assert os.getpgid(served.mongod) != os.getpgid(served.process.pid)
        os.killpg(served.process.pid, signal.SIGINT)
        assert first_line(served.process) == "still writable"
        assert served.process.wait(60) == 0
        assert served.leaves_nothing()
    assert count_kept(tmp_path) == 1001


def test_a_forked_child_that_lives_on_does_not_keep_mongod_alive(tmp_path: Path) -> None:
    with serving(tmp_path, "fork") as served:
        served.process.kill()
        served.process.wait(60)
        assert served.leaves_nothing()
        assert is_alive(served.forked)


def test_a_forked_child_that_stops_it_stops_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, "fork and stop") as served:
        assert is_alive(served.mongod)
        served.process.terminate()
        served.process.wait(60)
    assert count_kept(tmp_path) == 1001


def test_data_survives_when_everything_is_killed_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        for pid in (served.mongod, served.keeper, served.process.pid):
            os.kill(pid, signal.SIGKILL)
        assert served.leaves_nothing()
    assert count_kept(tmp_path) == 1000


def test_a_start_right_after_a_kill_waits_for_the_dying_one(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        served.process.kill()
        served.process.wait(60)
        assert count_kept(tmp_path) == 1000


def test_mongod_does_not_survive_its_keeper(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)
    mongod.start()
    assert mongod._keeper is not None
    mongod._keeper.kill()
    mongod._keeper.wait(60)
    mongod.stop()
    assert eventually(lambda: not is_alive(mongod.pid))


def test_a_keeper_told_to_end_stops_mongod_first(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)
    mongod.start()
    assert mongod._keeper is not None
    mongod._keeper.terminate()
    assert mongod._keeper.wait(60) == 0
    assert not is_alive(mongod.pid)
    mongod.stop()


def test_one_that_died_says_so_in_one_line_and_can_be_started_again(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)
    mongod.start()
    os.kill(mongod.pid, signal.SIGKILL)
    assert eventually(lambda: mongod.failure() is not None)
    assert str(mongod.failure()) == (
        f"the local MongoDB ended with code 137: no reason in its log; read {mongod.log}"
    )
    mongod.stop()
    mongod.start()
    assert mongod.failure() is None
    mongod.stop()


def test_a_second_process_is_told_who_holds_the_directory_and_what_to_do(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        with pytest.raises(Refusal) as refused:
            LocalMongod(tmp_path).start()
        line = str(refused.value)
        assert f"in use by process {served.process.pid}: stop that one" in line
        assert "ONECARD_MONGODB_URI='mongodb://127.0.0.1:" in line
        assert line.endswith("or ONECARD_DATA_DIR to use another directory")
        assert is_alive(served.mongod)


def test_an_interrupted_start_leaves_no_mongod(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)

    def interrupt(give_up_at: float) -> None:
        assert give_up_at > time.monotonic()
        raise KeyboardInterrupt

    mongod._wait_for_listener = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        mongod.start()
    assert mongod.pid > 0
    assert not is_alive(mongod.pid)
    with LocalMongod(tmp_path) as free:
        assert free.failure() is None
