"""A process that ends when its parent does, `kill -9` of the parent included."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

SETTING = "ONECARD_END_WITH_PARENT"
PR_SET_PDEATHSIG = 1  # prctl(2)
POLL_SECONDS = 0.25


def end_with_parent(parent: int | None = None) -> bool:
    """From now on send ourselves SIGTERM when our parent ends. True when it was asked for.

    Asked for by `parent`, the process id of the parent, or by ONECARD_END_WITH_PARENT: `1` means
    whoever is our parent now; a greater number is the parent's process id, which also closes the
    gap in which it may have ended before we came here (`ONECARD_END_WITH_PARENT=$$PPID exec …`
    in a recipe of make).

    On Linux the kernel tells us when the *thread* that started us ends, so a parent starts us from
    its main thread. Elsewhere a daemon thread asks four times a second.
    """
    expected = parent if parent is not None else _parent_from_environment()
    if expected is None:
        return False
    present = os.getppid()
    if not _ask_kernel(signal.SIGTERM):
        watch = threading.Thread(target=_watch, args=(present,), name="lifeline", daemon=True)
        watch.start()
    if os.getppid() != (present if expected == 1 else expected):
        os.kill(os.getpid(), signal.SIGTERM)
    return True


def _parent_from_environment() -> int | None:
    value = os.environ.get(SETTING, "").strip()
    return int(value) if value.isascii() and value.isdigit() and int(value) > 0 else None


def _ask_kernel(number: signal.Signals) -> bool:
    """Whether the kernel will send us this signal when our parent ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) == 0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
