"""What keeps the local MongoDB from starting is told in one line with what to do."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from api.embedded import LocalMongod, binary, directory, find_mongod
from api.embedded.post_mortem import refusal_for
from api.failure import Refusal

Client = MongoClient[dict[str, Any]]


def refusal_of(mongod: LocalMongod) -> str:
    with pytest.raises(Refusal) as refused:
        mongod.start()
    line = str(refused.value)
    assert "\n" not in line
    return line


def executable(folder: Path, text: str) -> Path:
    folder.mkdir()
    file = folder / "mongod"
    file.write_text(text)
    file.chmod(0o755)
    return file


def test_a_mongod_on_path_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = executable(tmp_path / "bin", "")
    monkeypatch.setenv("PATH", str(own.parent))
    assert find_mongod() == own


def test_without_one_on_path_the_wheel_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    carried = tmp_path / "fiftyone" / "db" / "bin"
    carried.parent.mkdir(parents=True)
    file = executable(carried, "")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert find_mongod() == file


def test_no_mongod_for_this_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(binary, "mongod_in_wheel", lambda: None)
    line = refusal_of(LocalMongod(tmp_path))
    assert line.startswith("no mongod for ")
    assert "install MongoDB 6.0 or newer" in line
    assert list(tmp_path.iterdir()) == []


def test_a_mongod_for_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = executable(tmp_path / "bin", "\x7fELF for something else")
    monkeypatch.setenv("PATH", str(foreign.parent))
    line = refusal_of(LocalMongod(tmp_path / "data"))
    assert line.startswith(f"{foreign} does not run on this machine (cannot run: ")
    assert "install MongoDB 6.0 or newer" in line


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    line = refusal_of(LocalMongod(tmp_path / "file" / "data"))
    assert line.startswith(f"the data directory {tmp_path / 'file' / 'data'} cannot be written: ")
    assert "set ONECARD_DATA_DIR to another directory" in line


def test_a_log_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "mongodb").mkdir()
    (tmp_path / "mongodb" / "log").write_text("in the way")
    assert "cannot be written: file exists" in refusal_of(LocalMongod(tmp_path))


def test_a_lock_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "mongodb" / "lock").mkdir(parents=True)
    assert "cannot be written: is a directory" in refusal_of(LocalMongod(tmp_path))


def test_a_disk_that_is_almost_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "free_bytes", lambda path: 499_000_000)
    line = refusal_of(LocalMongod(tmp_path))
    assert "almost full: 499 MB free, the local MongoDB needs 500 MB; free some space" in line


def test_a_disk_that_became_full(tmp_path: Path) -> None:
    # A line that mongod 6.0.5 wrote on a file system of 60 MB, shortened.
    seen = {
        "s": "E",
        "c": "WT",
        "id": 22435,
        "msg": "WiredTiger error message",
        "attr": {"error": 28, "message": {"error_str": "No space left on device"}},
    }
    assert refused_after(tmp_path, 14, seen) == (
        f"the disk of {tmp_path} is full: free some space or set ONECARD_DATA_DIR to a directory "
        "on another disk"
    )


def test_data_that_a_newer_server_has_marked_as_its_own(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)
    with mongod, Client(mongod.uri) as client:
        mark = {"_id": "featureCompatibilityVersion", "version": "9.0"}
        client.admin["newer"].insert_one(mark)
        # The one way past this server's own check of that document.
        move = {"renameCollection": "admin.newer", "to": "admin.system.version", "dropTarget": True}
        client.admin.command("applyOps", [{"op": "c", "ns": "admin.$cmd", "o": move}])
    line = refusal_of(mongod)
    assert line.startswith(f"the data in {tmp_path / 'mongodb'} was written by MongoDB 9.0, which ")
    assert "put a mongod of that version first on PATH" in line


def test_files_of_a_newer_storage_engine(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)
    with mongod:
        pass
    turtle = tmp_path / "mongodb" / "data" / "WiredTiger.turtle"
    text = turtle.read_text()
    assert "version=(major=1,minor=1)" in text
    turtle.write_text(text.replace("version=(major=1,minor=1)", "version=(major=9,minor=0)"))
    assert "was written by another version of MongoDB" in refusal_of(mongod)


def test_damaged_data_names_the_reason_and_the_log(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path)
    with mongod:
        pass
    (tmp_path / "mongodb" / "data" / "WiredTiger.turtle").write_text("nothing of use")
    line = refusal_of(mongod)
    assert line.startswith("the local MongoDB ended with code ")
    assert "no reason in its log" not in line
    assert line.endswith(f"read {mongod.log}")


def test_data_on_which_another_mongod_runs(tmp_path: Path) -> None:
    first, second = LocalMongod(tmp_path / "first"), LocalMongod(tmp_path / "second")
    (tmp_path / "second" / "mongodb").mkdir(parents=True)
    with first:
        (tmp_path / "second" / "mongodb" / "data").symlink_to(
            tmp_path / "first" / "mongodb" / "data"
        )
        assert refusal_of(second).startswith("another mongod runs on ")


def test_one_that_is_not_ready_in_time(tmp_path: Path) -> None:
    mongod = LocalMongod(tmp_path, ready_within_seconds=0)
    assert "was not ready within 0 seconds" in refusal_of(mongod)
    with pytest.raises(ProcessLookupError):
        os.kill(mongod.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"s": "F", "msg": "Terminating.", "attr": {"reason": "13: denied"}}, "Terminating.: 13: "),
        ({"s": "E", "msg": "Bad", "attr": {"error": {"errmsg": "worse"}}}, "Bad: worse; read"),
        ({"s": "F", "msg": "Fatal assertion"}, "no reason in its log"),
        ({"s": "W", "msg": "A warning"}, "no reason in its log"),
    ],
)
def test_the_reason_is_the_last_serious_line(
    tmp_path: Path, entry: dict[str, Any], reason: str
) -> None:
    assert reason in refused_after(tmp_path, 14, entry)


def refused_after(root: Path, code: int, entry: dict[str, Any]) -> str:
    """The line for a mongod that ended so, after logging this."""
    place = directory.DataDirectory(root)
    place.prepare()
    place.log.write_text(json.dumps(entry) + "\nnot JSON\n")
    return str(refusal_for(code, place, Path("mongod")))
