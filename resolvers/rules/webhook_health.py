"""How a webhook is doing, from how its attempts ended: the circuit breaker. Pure.

Closed it lets everything through. After failures in a row it opens: nothing is sent but a probe,
each later than the one before, until one succeeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class WebhookState(StrEnum):
    ACTIVE = "ACTIVE"
    BROKEN = "BROKEN"
    """The circuit is open: one delivery at a time goes out as a probe."""
    PAUSED = "PAUSED"
    """Nothing goes out until it is resumed; what happens meanwhile is kept."""


class PauseReason(StrEnum):
    ASKED = "ASKED"
    GONE = "GONE"
    """The receiver answered 410: it wants no more."""
    ADDRESS_NOT_REGISTERED = "ADDRESS_NOT_REGISTERED"
    """The address is no callback of the client any more."""
    SCOPE_LOST = "SCOPE_LOST"
    """The client may manage no webhooks any more."""


class DeliveryFault(StrEnum):
    """Why an attempt did not deliver."""

    UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"
    """It is under way, or whoever sent it died before it could write down how it ended."""
    HTTP_STATUS = "HTTP_STATUS"
    REDIRECTED = "REDIRECTED"
    GONE = "GONE"
    TIMED_OUT = "TIMED_OUT"
    NOT_REACHED = "NOT_REACHED"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"


def fault_of_status(status: int) -> DeliveryFault | None:
    """None for a status that says that it was taken."""
    if 200 <= status < 300:
        return None
    if status == 410:
        return DeliveryFault.GONE
    return DeliveryFault.REDIRECTED if 300 <= status < 400 else DeliveryFault.HTTP_STATUS


@dataclass(frozen=True)
class Health:
    """`failures` and `openings` are those in a row; `probe_at` is when the open circuit lets one
    through."""

    state: WebhookState
    failures: int = 0
    openings: int = 0
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_fault: DeliveryFault | None = None
    probe_at: datetime | None = None
    pause_reason: PauseReason | None = None

    def succeeded(self, at: datetime) -> Health:
        return replace(self.resumed(), last_success_at=at)

    def failed(
        self,
        fault: DeliveryFault,
        at: datetime,
        max_failures: int,
        wait: Callable[[int], timedelta],
    ) -> Health:
        """`wait` gives the time to the next probe by the number of openings in a row."""
        after = replace(self, failures=self.failures + 1, last_failure_at=at, last_fault=fault)
        if fault is DeliveryFault.GONE:
            return after.paused(PauseReason.GONE)
        if self.state is WebhookState.ACTIVE and after.failures < max_failures:
            return after
        openings = self.openings + 1
        return replace(
            after, state=WebhookState.BROKEN, openings=openings, probe_at=at + wait(openings)
        )

    def paused(self, reason: PauseReason) -> Health:
        return replace(self, state=WebhookState.PAUSED, probe_at=None, pause_reason=reason)

    def resumed(self) -> Health:
        """As if nothing had failed; what happened last is still told."""
        return Health(
            WebhookState.ACTIVE,
            last_success_at=self.last_success_at,
            last_failure_at=self.last_failure_at,
            last_fault=self.last_fault,
        )
