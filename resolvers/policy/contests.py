"""What a contest is bound by, as data.

The law gives everybody a right to have wrong data corrected, and has whoever keeps it check and
correct it in time (Personal Information Protection Law, art. 46); it counts no days. A city that
has promised a number of working days stands in `ANSWER_DAYS`; for the others nothing is promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

ANSWER_DAYS: Final[Mapping[str, int]] = {}
"""City → working days from the opening to the decision. None is known yet."""

MAX_STATEMENT_LENGTH: Final = 2_000
MAX_OPENED: Final = 20
OPENED_WITHIN: Final = timedelta(days=1)
"""How many contests a holder opens in how long."""


def answer_days(city: str) -> int | None:
    return ANSWER_DAYS.get(city)
