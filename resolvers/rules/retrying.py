"""When something that could not be sent is sent again. Pure.

The wait doubles with each attempt up to a ceiling. Half of it is drawn at random, so that what
failed together does not come back together; whoever was sent to may ask for a longer wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class RetryPolicy:
    first: timedelta
    ceiling: timedelta
    lifetime: timedelta
    """From the moment it was first due."""


def next_attempt(
    policy: RetryPolicy,
    *,
    attempts: int,
    asked_wait: timedelta | None,
    fraction: float,
    now: datetime,
    give_up_at: datetime,
) -> datetime | None:
    """After so many `attempts`, this one included; None when it is to be given up. `fraction` is
    random, from 0 to 1."""
    doubled = policy.first * 2 ** min(attempts - 1, 30)
    wait = min(doubled, policy.ceiling) * (0.5 + fraction / 2)
    at = now + max(wait, asked_wait or timedelta(0))
    return at if at < give_up_at else None
