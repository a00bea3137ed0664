"""Documents of an earlier version, brought forward. One entry for each version of a collection.

A migration runs before the new validators are installed, may be stopped at any point and run
again, and touches only documents that still have the old shape.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from auth.mongo import Database


@dataclass(frozen=True)
class Migration:
    collection: str
    to_version: int
    run: Callable[[Database], Awaitable[None]]


MIGRATIONS: Sequence[Migration] = ()
