"""The build of the page: pinned, repeatable, without a Node on PATH, and safe to stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.graphiql import build
from api.graphiql.toolchain import find_toolchain

PATH_OF_THE_SHELL = "/usr/bin:/bin"
LEFT_OUT = shutil.ignore_patterns("node_modules", "static*", "__pycache__", ".build.lock")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the page in a tree of their own, nothing installed or built."""
    package = tmp_path / "tree" / "api" / "graphiql"
    shutil.copytree(build.HERE, package, ignore=LEFT_OUT)
    for file in ("__init__.py", "failure.py"):
        shutil.copy(build.HERE.parent / file, package.parent)
    return package


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def start(package: Path, *, path: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.graphiql.build"],
        cwd=package.parents[1],
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def left_behind(package: Path) -> list[str]:
    return [file.name for file in package.glob("static.*")]


def test_every_package_is_pinned_by_its_integrity_and_by_no_address() -> None:
    lock = json.loads((build.HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_every_wanted_version_is_exact() -> None:
    wanted = json.loads((build.HERE / "package.json").read_text(encoding="utf-8"))
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert [version for version in versions if not version.replace(".", "").isdigit()] == []


def test_without_a_node_on_path_the_wheel_gives_one() -> None:
    toolchain = find_toolchain(path="")
    assert toolchain is not None
    assert toolchain.origin == "the wheel"
    for command in (toolchain.node, toolchain.npm):
        answer = subprocess.run(
            [*command, "--version"], env={"PATH": ""}, capture_output=True, check=True
        )
        assert answer.stdout.strip()


def test_an_old_node_on_path_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path, "node", "echo v18.20.0")
    program(tmp_path, "npm", "exit 1")
    toolchain = find_toolchain(path=str(tmp_path))
    assert toolchain is not None
    assert toolchain.origin == "the wheel"


def test_a_second_build_does_nothing() -> None:
    build.build(say=lambda _line: None)
    before = (build.STATIC / "index.html").stat().st_mtime_ns
    said: list[str] = []
    build.build(say=said.append)
    assert said == ["GraphiQL is up to date."]
    assert (build.STATIC / "index.html").stat().st_mtime_ns == before


def test_a_failed_installation_is_told_in_one_line(copy: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin", "node", "echo v22.0.0")
    program(tmp_path / "bin", "npm", "echo npm error network >&2; echo more >&2; exit 1")
    process = start(copy, path=f"{tmp_path / 'bin'}:{PATH_OF_THE_SHELL}")
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.splitlines()[-1] == "Error: GraphiQL: npm ci failed: npm error network / more"
    assert "Traceback" not in told


def test_a_build_that_is_stopped_leaves_what_was_served(copy: Path, tmp_path: Path) -> None:
    (copy / "static").mkdir()
    (copy / "static" / "index.html").write_text("served before")
    program(tmp_path / "bin", "npm", "mkdir -p node_modules")
    bundling = f'[ "$1" = --version ] && exec echo v22.0.0\nmkdir "$2"; exec sleep 60 # {copy}'
    program(tmp_path / "bin", "node", bundling)
    process = start(copy, path=f"{tmp_path / 'bin'}:{PATH_OF_THE_SHELL}")
    deadline = time.monotonic() + 60
    while not left_behind(copy):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in told
    assert left_behind(copy) == []
    assert (copy / "static" / "index.html").read_text() == "served before"


@pytest.mark.slow
def test_a_machine_without_node_builds_the_same_bytes(copy: Path) -> None:
    build.build(say=lambda _line: None)
    process = start(copy, path="")
    _, told = process.communicate(timeout=170)
    assert process.returncode == 0, told
    assert "npm from the wheel" in told
    made = {file.name: file.read_bytes() for file in (copy / "static" / "assets").iterdir()}
    ours = {file.name: file.read_bytes() for file in (build.STATIC / "assets").iterdir()}
    assert made == ours
