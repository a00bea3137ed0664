"""What machine it was: processors, memory and versions, in one line for the page."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


def machine_told(node: Sequence[str]) -> str:
    processors = os.cpu_count() or 1
    return (
        f"{processors} × {_processor()}, {_memory_gib():.0f} GiB, {platform.system()} "
        f"{_release()}, Python {platform.python_version()}, "
        f"Strawberry {version('strawberry-graphql')}, Motor {version('motor')}"
        + (f", Node {_node(node)}" if node else "")
    )


def _release() -> str:
    """Without what a distributor adds."""
    return ".".join(platform.release().split(".")[:2])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def _node(node: Sequence[str]) -> str:
    answer = subprocess.run(  # noqa: S603 - found by ourselves, no input
        [*node, "--version"], capture_output=True, text=True, timeout=20, check=False
    )
    return answer.stdout.strip().removeprefix("v")
