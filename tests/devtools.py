"""A Chromium process that speaks its DevTools protocol over a pair of pipes.

No port is opened. The browser leaves when its pipe closes; its process group is killed at the end.
Protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import IO, Any

Message = dict[str, Any]

TIME_LIMIT = 30.0
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--metrics-recording-only",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
# Chromium takes its commands from descriptor 3 and answers on descriptor 4.
_LAUNCHER = (
    "import os, sys\n"
    "os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)


class BrowserError(Exception):
    """Chromium is missing, ended, refused a command or did not show what was waited for."""


def find_chromium() -> str:
    """The executable: `CHROMIUM`, else the first known name on PATH."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    for name in filter(None, names):
        if found := shutil.which(name):
            return found
    raise BrowserError("No Chromium: install the package `chromium` or set CHROMIUM to its path.")


class Connection:
    """One Chromium with an empty profile, and the commands and events that pass between us."""

    def __init__(
        self, take_event: Callable[[Message], None], more_flags: Sequence[str] = ()
    ) -> None:
        """Starts it. `take_event` is called on the listening thread, so it must never wait."""
        self._take_event = take_event
        self._flags = (*_FLAGS, *more_flags)
        self._chromium = find_chromium()
        self._profile = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        self._last_id = 0
        self._answers: dict[int, Future[Message]] = {}
        self._process, self._commands, self._events = self._start()
        threading.Thread(target=self._listen, daemon=True).start()

    def _start(self) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
        their_end, commands = os.pipe()
        events, their_answers = os.pipe()
        # Above 4, so that moving one to its place cannot overwrite the other.
        passed = tuple(fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (their_end, their_answers))
        launcher = (sys.executable, "-c", _LAUNCHER, *map(str, passed))
        profile = f"--user-data-dir={self._profile.name}"
        try:
            process = subprocess.Popen(
                [*launcher, self._chromium, *self._flags, profile, "about:blank"],
                env={**os.environ, "HOME": self._profile.name},
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            for end in (their_end, their_answers, *passed):
                os.close(end)
        return process, os.fdopen(commands, "wb", 0), os.fdopen(events, "rb", 65536)

    def close(self) -> None:
        """Ends Chromium, gently first."""
        with contextlib.suppress(BrowserError):
            self.call("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(5)
        with contextlib.suppress(OSError):
            self._commands.close()
        self._profile.cleanup()

    def _listen(self) -> None:
        with self._events:
            buffer = b""
            while chunk := os.read(self._events.fileno(), 65536):
                *messages, buffer = (buffer + chunk).split(b"\0")
                for message in map(json.loads, messages):
                    if "id" not in message:
                        self._take_event(message)
                    elif answer := self._answers.pop(message["id"], None):
                        answer.set_result(message)
        for answer in list(self._answers.values()):
            answer.set_exception(BrowserError("Chromium ended."))

    def post(self, method: str, session: str = "", **parameters: object) -> Future[Message]:
        """Sends one command without waiting for its answer."""
        message: Message = {"method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        answer: Future[Message] = Future()
        with self._lock:
            self._last_id += 1
            message["id"] = self._last_id
            self._answers[self._last_id] = answer
            try:
                self._commands.write(json.dumps(message).encode() + b"\0")
            except OSError as error:
                answer.set_exception(BrowserError(f"Chromium is gone: {error}"))
        return answer

    def call(self, method: str, session: str = "", **parameters: object) -> Message:
        """Sends one command and gives its result."""
        try:
            message = self.post(method, session, **parameters).result(TIME_LIMIT)
        except TimeoutError as late:
            raise BrowserError(f"{method} was not answered within {TIME_LIMIT} s.") from late
        if "error" in message:
            raise BrowserError(f"{method}: {message['error']['message']}")
        result: Message = message["result"]
        return result
