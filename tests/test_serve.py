"""`onecard serve` as a stranger runs it: from the start to the card, and until nothing is left."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.processes import ROOT, eventually, is_alive, listener, python

SERVE = "from api.cli import main; main()"
EXAMPLE = ROOT / "docs" / "examples" / "log_in.py"
EXTENSION = ROOT / "docs" / "examples" / "file_extension.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_ready(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/health/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def served(data_dir: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its base address, ready; killed at the end if it still runs."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    with python(
        SERVE, "serve", "--port", str(port), *arguments, ONECARD_DATA_DIR=str(data_dir)
    ) as process:
        assert eventually(lambda: process.poll() is not None or is_ready(base_url))
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield process, base_url


def family_of(pid: int) -> set[int]:
    """All living descendants of a process."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def test_a_stranger_logs_in_by_the_printed_steps_and_reads_the_card(tmp_path: Path) -> None:
    with served(tmp_path) as (_, base_url):
        for holder in ("0", "1"):
            told = subprocess.run(
                [sys.executable, EXAMPLE, base_url, holder],
                check=False,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert told.returncode == 0, told.stderr
            assert "LoginCompleted" in told.stdout
            me = json.loads(told.stdout[told.stdout.index("{") :])
            assert re.search(r"\*", me["fullName"]["masked"])
            assert me["permits"]["edges"]
            assert me["cards"]["edges"]


def test_a_stranger_plays_a_whole_extension_with_every_party(tmp_path: Path) -> None:
    with served(tmp_path) as (_, base_url):
        told = subprocess.run(
            [sys.executable, EXTENSION, base_url],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (told.returncode, told.stderr) == (0, "")
    steps = re.findall(
        r"^(employer|holder|officer) +(\w+) +([A-Z_]{5,})", told.stdout, re.MULTILINE
    )
    assert steps == [
        ("employer", "createApplication", "DRAFT"),
        ("employer", "upload", "PASSPORT_PAGE"),
        ("employer", "upload", "CONTRACT"),
        ("employer", "upload", "RESIDENCE_OR_VISA_PAGE"),
        ("holder", "confirmApplication", "DRAFT"),
        ("employer", "submitApplication", "SUBMITTED"),
        ("officer", "preCheckApplication", "PRE_CHECKED"),
        ("officer", "acceptApplication", "ACCEPTED"),
        ("officer", "startReview", "UNDER_REVIEW"),
        ("officer", "approveApplication", "APPROVED"),
    ]
    assert "Superseded by a later permit" in told.stdout
    assert told.stdout.count("In use, with the new permit") == 2


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that is used again: installed and filled by whoever starts there first."""
    return tmp_path_factory.mktemp("installed")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_however_it_is_stopped_no_process_is_left(
    installed: Path, number: signal.Signals, workers: str
) -> None:
    with served(installed, "--workers", workers) as (process, base_url):
        family = family_of(process.pid)
        assert len(family) >= 2, "a keeper and a mongod at least"
        for _ in range(5):
            httpx.get(f"{base_url}/graphql")
        os.kill(process.pid, number)
        process.wait(timeout=30)
        assert eventually(lambda: not any(map(is_alive, family)))
        if number is not signal.SIGKILL:
            assert process.returncode == 0
            assert process.stderr is not None
            assert process.stderr.read().count('"route":"/graphql"') == 5, "lines that had waited"


def test_what_a_killed_gateway_wrote_is_there_when_it_is_started_again(tmp_path: Path) -> None:
    with served(tmp_path) as (process, base_url):
        subprocess.run([sys.executable, EXAMPLE, base_url], check=True, capture_output=True)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
    with served(tmp_path) as (_, base_url):
        told = subprocess.run(
            [sys.executable, EXAMPLE, base_url], check=True, capture_output=True, text=True
        )
        me = json.loads(told.stdout[told.stdout.index("{") :])
        assert len(me["cards"]["edges"]) == 1, "the card of the first login, not another"


def refused(*arguments: str, **settings: str) -> str:
    """The one line on stderr of a command that exits with 1."""
    ended = subprocess.run(
        [sys.executable, "-c", SERVE, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, **settings},
    )
    assert ended.returncode == 1, ended
    [line] = ended.stderr.strip().splitlines()
    assert line.startswith("onecard: ")
    return line


def test_a_busy_port_is_told_in_one_line_before_anything_is_started(tmp_path: Path) -> None:
    with listener(0) as port:
        line = refused("serve", "--port", str(port), ONECARD_DATA_DIR=str(tmp_path / "data"))
    assert f"port {port} is in use" in line
    assert not (tmp_path / "data" / "mongodb").exists()


def test_a_second_instance_is_refused_in_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with served(tmp_path) as (process, base_url):
        line = refused("serve", "--port", str(free_port()), ONECARD_DATA_DIR=str(tmp_path))
        assert str(process.pid) in line
        assert "ONECARD_MONGODB_URI" in line
        assert is_ready(base_url)


def test_an_unreachable_database_is_told_in_one_line_without_its_address(tmp_path: Path) -> None:
    begun = time.monotonic()
    line = refused(
        "serve",
        "--port",
        str(free_port()),
        ONECARD_DATA_DIR=str(tmp_path),
        ONECARD_MONGODB_URI="mongodb://somebody:secret@127.0.0.1:9/?replicaSet=rs0",
    )
    assert "cannot be reached" in line
    assert "secret" not in line
    assert time.monotonic() - begun < 30


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SERVE, "serve", "--port", "many"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
