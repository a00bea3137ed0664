"""Who fails again and again is left alone for a while; then one call tries whether it is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FAILURES_TO_OPEN: Final = 5
OPEN_SECONDS: Final = 30.0


class CircuitBreaker:
    """Of one process. `seconds` is a clock that only goes forward."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._failures = 0
        self._opened_at: float | None = None

    def admits(self) -> bool:
        """Whether a call may be made now. The one that tries an open circuit keeps the others out
        for as long again."""
        if self._opened_at is None:
            return True
        if self._seconds() - self._opened_at < OPEN_SECONDS:
            return False
        self._opened_at = self._seconds()
        return True

    def succeeded(self) -> None:
        self._failures, self._opened_at = 0, None

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES_TO_OPEN:
            self._opened_at = self._seconds()
