"""The small process between us and `mongod`, so that no death of ours leaves it behind.

    serving process ──lifeline (a pipe)──▶ keeper ──parent of──▶ mongod

The keeper holds the reading end of a pipe whose writing end only the serving process holds. When
that process ends, in whatever way, the kernel closes the pipe and the keeper stops mongod. A word
on the pipe asks for an unhurried stop. Should the keeper itself be killed, Linux kills mongod: the
keeper has one thread, so `PR_SET_PDEATHSIG`, which fires at the end of a *thread*, is safe here.
A child that the serving process forked may hold the pipe open: so the parent's id is watched too.

Run as a file, `python -I -S keeper.py PARENT COMMAND...`; imports nothing but the standard library.
It prints mongod's process id, and exits as mongod does (128 + n after signal n, as shells do).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from types import FrameType

STOP_WORD = b"stop\n"
# An asked stop may write a whole checkpoint; after a death the journal will do that later.
ASKED_SECONDS = 20.0
ORPHANED_SECONDS = 1.5
POLL_SECONDS = 0.25
CANNOT_RUN = 127
PR_SET_PDEATHSIG = 1  # prctl(2)


def spawn(command: list[str]) -> int:
    """Start the command in the background; its process id."""
    keeper = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(2, 1)  # our standard output belongs to the serving process
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() == keeper:
            os.execv(command[0], command)  # noqa: S606 - the path that find_mongod chose
    except OSError as error:
        os.write(2, f"cannot run: {error.strerror}\n".encode())
    os._exit(CANNOT_RUN)


class Keeper:
    """One child, kept until it ends or is to be stopped."""

    def __init__(self, parent: int, child: int) -> None:
        self._parent = parent
        self._child = child
        self._lifeline_open = True
        self._stop_asked = False
        self._kill_at: float | None = None
        self._wake, wake_writer = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake_writer, False)
        signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)

    def keep(self) -> int:
        """Until the child has ended: its exit code."""
        while True:
            ended, status = os.waitpid(self._child, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
            self._read_lifeline()
            self._press()

    def _read_lifeline(self) -> None:
        watched = [self._wake, 0] if self._lifeline_open else [self._wake]
        ready, _, _ = select.select(watched, [], [], POLL_SECONDS)
        if self._wake in ready:
            os.read(self._wake, 512)
        if 0 in ready:
            word = os.read(0, 64)
            self._stop_asked = self._stop_asked or word.startswith(STOP_WORD)
            self._lifeline_open = bool(word)

    def _press(self) -> None:
        """Ask the child to end, more firmly as time passes."""
        orphaned = os.getppid() != self._parent
        if not (self._stop_asked or orphaned or not self._lifeline_open):
            return
        patient = self._stop_asked and not orphaned
        now = time.monotonic()
        limit = now + (ASKED_SECONDS if patient else ORPHANED_SECONDS)
        if self._kill_at is None:
            os.kill(self._child, signal.SIGTERM)
            self._kill_at = limit
        self._kill_at = min(self._kill_at, limit)
        if now >= self._kill_at:
            os.kill(self._child, signal.SIGKILL)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        # What wakes us is the byte that Python writes to the wake-up pipe.
        self._stop_asked = self._stop_asked or number != signal.SIGCHLD


def main(arguments: list[str]) -> int:
    os.umask(0o077)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    child = spawn(arguments[1:])
    keeper = Keeper(int(arguments[0]), child)
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{child}\n".encode())
    return keeper.keep()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
