"""How many attempts, and how long the wait grows: data, to be set by whoever operates."""

from __future__ import annotations

from datetime import timedelta

from auth.throttle import ThrottlePolicy


def _delays(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=value) for value in seconds)


NUMBER = ThrottlePolicy(
    window=timedelta(hours=1),
    delays=_delays(0, 0, 2, 5, 15, 30, 60, 300, 900),
)
"""Attempts at one number, whoever makes them."""

ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 60), 1, 2, 5, 15, 60, 300),
)
"""Attempts from one network address; many holders can share one."""

FLOW_START = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 120), 1, 2, 5, 15, 60),
)
"""Flows started from one address."""

STEP_UP = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 10), 5, 15, 60, 300),
)
"""Step-ups of one holder."""
