"""Where log lines go: those of requests in batches, since each write costs as much as the line."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import Final, TextIO

from api.logs import ACCESS_LOGGER

MAX_SECONDS: Final = 0.1
"""How long a line may wait. What a process that is killed has not told is of this time at most."""

MAX_BYTES: Final = 4_096
"""What waits at most: as much as a pipe takes in one piece (PIPE_BUF), so that lines of several
workers never mix."""


class LineHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes each line at once and in order; only lines of requests wait for others of their kind.

    What waits is written when it would be more than MAX_BYTES, when it has waited for MAX_SECONDS
    (by a thread of its own, so that a busy loop holds nothing back), before any other line, and
    when the process ends.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._waiting: list[str] = []
        self._waiting_bytes = 0
        self._has_waiting = threading.Event()
        self._writer: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record) + self.terminator
            if self._waiting_bytes + len(line) > MAX_BYTES:
                self.flush()
            self._waiting.append(line)
            self._waiting_bytes += len(line)  # lines are ASCII
            if record.name != ACCESS_LOGGER:
                self.flush()
            elif not self._has_waiting.is_set():
                self._write_soon()
        except Exception:  # noqa: BLE001 - as logging has it: a line that fails ends no request
            self.handleError(record)

    def flush(self) -> None:
        self.acquire()
        try:
            lines, self._waiting, self._waiting_bytes = self._waiting, [], 0
            if lines:
                self.stream.write("".join(lines))
            super().flush()
        finally:
            self.release()

    def _write_soon(self) -> None:
        if self._writer is None or not self._writer.is_alive():
            self._writer = threading.Thread(target=self._write, name="log-lines", daemon=True)
            self._writer.start()
        self._has_waiting.set()

    def _write(self) -> None:
        while True:
            self._has_waiting.wait()
            time.sleep(MAX_SECONDS)
            self._has_waiting.clear()
            # Where nobody reads any more lines are lost, as those are that are written at once.
            with contextlib.suppress(OSError, ValueError):
                self.flush()
