"""TERM as an orderly end of a command that runs until it is told to stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopping_on_term() -> Iterator[None]:
    """TERM unwinds like Ctrl-C, so that the local MongoDB is stopped on the way out."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
