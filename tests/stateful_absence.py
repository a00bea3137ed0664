"""An officer of the small world whose account is disabled for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from auth import officers
from auth.officers import OfficerState
from tests.stateful_world import World


@contextmanager
def away(world: World, officer_id: str) -> Iterator[None]:
    """How an administrator does it is another test's business; no step of the world is this."""
    _turn(world, officer_id, OfficerState.DISABLED)
    yield
    _turn(world, officer_id, OfficerState.ACTIVE)


def _turn(world: World, officer_id: str, state: OfficerState) -> None:
    async def turned() -> None:
        await world.runtime.database[officers.NAME].update_one(
            {"_id": officer_id}, {"$set": {"state": str(state)}}
        )

    world.run(turned())
    world.officers = [
        replace(one, state=state) if one.officer_id == officer_id else one for one in world.officers
    ]
    world.look_again()
