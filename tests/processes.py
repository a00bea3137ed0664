"""Real processes and ports for tests: started, watched and ended within bounds."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATIENCE_SECONDS = 30.0
ROOT = Path(__file__).parent.parent


@contextlib.contextmanager
def python(script: str, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process at the head of its own group, as a shell starts it; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def first_line(process: subprocess.Popen[str]) -> str:
    """What the process prints first; fails with its errors when it ends without a word."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return line.strip()


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it comes true while we are patient."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that only waits to be buried does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # ended between the two, or a system without /proc
        return not Path("/proc/self").exists()
    return state != "Z"


@contextlib.contextmanager
def listener(port: int) -> Iterator[int]:
    """Hold a port on loopback (0: any), and hang up on everybody who calls."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", port))
        held.listen(16)
        thread = threading.Thread(target=_hang_up, args=(held,))
        thread.start()
        try:
            yield held.getsockname()[1]
        finally:
            held.shutdown(socket.SHUT_RDWR)
            thread.join()


def _hang_up(held: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            held.accept()[0].close()


def peak_mib() -> int:
    """The most memory that this process has had, from its exec on; `ru_maxrss` begins with what
    the process had that started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) // 1024
