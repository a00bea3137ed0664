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


async def _consents_can_be_withdrawn(database: Database) -> None:
    """Version 2: a consent says when it was withdrawn, null while it stands."""
    await database["holders"].update_many(
        {
            "biometric_consent": {"$type": "object"},
            "biometric_consent.withdrawn_at": {"$exists": False},
        },
        {"$set": {"biometric_consent.withdrawn_at": None}},
        # The validator of the version before knows no such field.
        bypass_document_validation=True,
    )


async def _flows_count_codes_and_checks(database: Database) -> None:
    """Version 2: codes sent are counted beside the other attempts, and checks started too."""
    await database["login_flows"].update_many(
        {"code_sends": {"$exists": True}},
        [
            {"$set": {"attempts.send": "$code_sends", "attempts.check": 0}},
            {"$unset": "code_sends"},
        ],
        bypass_document_validation=True,
    )


async def _throttle_counts_refusals(database: Database) -> None:
    """Version 2: attempts refused during a block have a counter of their own."""
    await database["throttle"].update_many(
        {"refused": {"$exists": False}}, {"$set": {"refused": 0}}, bypass_document_validation=True
    )


MIGRATIONS: Sequence[Migration] = (
    Migration("holders", 2, _consents_can_be_withdrawn),
    Migration("login_flows", 2, _flows_count_codes_and_checks),
    Migration("throttle", 2, _throttle_counts_refusals),
)
