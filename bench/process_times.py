"""What a process and those below it have used, from /proc. Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_USER, _SYSTEM, _ENDED_USER, _ENDED_SYSTEM = 11, 12, 13, 14
"""Places in /proc/<pid>/stat behind the name, which may hold anything: proc(5)."""


def family(pid: int) -> Iterator[int]:
    """The process and all that it has started and that still run."""
    yield pid
    try:
        threads = list((_PROC / str(pid) / "task").iterdir())
        below = [(one / "children").read_text() for one in threads]
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in " ".join(below).split():
        yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """Of the process and its children, those that have ended included."""
    return sum(_own_seconds(one) for one in family(pid))


def memory_bytes(pid: int) -> int:
    """Resident memory of the process and its children; what they share counts for each."""
    return sum(_resident(one) for one in family(pid))


def _own_seconds(pid: int) -> float:
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = stat.rpartition(")")[2].split()
    spent = (_USER, _SYSTEM, _ENDED_USER, _ENDED_SYSTEM)
    return sum(int(fields[place]) for place in spent) / _TICKS


def _resident(pid: int) -> int:
    try:
        pages = (_PROC / str(pid) / "statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * _PAGE


def own_seconds() -> float:
    """Of this process."""
    times = os.times()
    return times.user + times.system
