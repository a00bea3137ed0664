"""Ctrl-C and TERM as a wish to stop, for work that ends at a clean place."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_wish() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C or TERM sets; a second one interrupts as usual.

    Outside the main thread, where Python allows no signal handler, nothing sets it.
    """
    wish = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        if wish.is_set():
            raise KeyboardInterrupt
        wish.set()

    former = [(number, signal.signal(number, note)) for number in _SIGNALS]
    try:
        yield wish
    finally:
        for number, handler in former:
            signal.signal(number, handler)
