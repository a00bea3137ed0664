"""Node and the packages of its peers: pinned, checked by their integrity hashes, no scripts run."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from typing import Final

from api.failure import Refusal
from api.graphiql.toolchain import OLDEST_NODE, find_toolchain
from bench.servers import NODE

_SECONDS: Final = 600
_LISTED: Final = ("package.json", "package-lock.json", ".npmrc")


def node_with_peers(say: Callable[[str], None]) -> tuple[str, ...]:
    """The words that start Node; its peers' packages are installed by then. Raises Refusal."""
    toolchain = find_toolchain()
    if toolchain is None:
        raise Refusal(
            f"no Node {OLDEST_NODE} or newer with npm: install one, or leave its peers out"
        )
    stamp = NODE / "node_modules" / ".onecard-stamp"
    wanted = _digest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        say(f"installing the Node peers with npm from {toolchain.origin} ...")
        command = [*toolchain.npm, "ci", "--omit=dev", "--ignore-scripts", "--prefer-offline"]
        ended = subprocess.run(  # noqa: S603 - our own tools, no outside input
            [*command, "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=NODE,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if ended.returncode != 0:
            raise Refusal(f"npm ci failed: {(ended.stdout + ended.stderr).strip()[:400]}")
        stamp.write_text(wanted, encoding="utf-8")
    return toolchain.node


def _digest() -> str:
    return hashlib.sha256(b"\0".join((NODE / one).read_bytes() for one in _LISTED)).hexdigest()
