"""Requests that meet, and what must hold of them afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from resolvers.rules.permit_status import permit_status
from resolvers.vocabulary import PermitState, PermitStatus
from tests.serving import Serving

CONFLICTS = {"WRONG_STATE", "STALE_REVISION"}


def meet(patch: pytest.MonkeyPatch, *places: tuple[type, str], count: int) -> None:
    """The first `count` calls of these reads, all of them together, go on when all have read."""
    barrier, calls = asyncio.Barrier(count), iter(range(count))

    def met(read: Any) -> Any:
        async def waiting(*args: Any, **given: Any) -> Any:
            found = await read(*args, **given)
            if next(calls, None) is not None:
                async with asyncio.timeout(20):
                    await barrier.wait()
            return found

        return waiting

    for store, name in places:
        patch.setattr(store, name, met(getattr(store, name)))


def outcomes_of(payloads: Sequence[dict[str, Any]]) -> Counter[str]:
    """How many changed it, and how many were refused with which code."""
    return Counter(payload.get("code", "CHANGED") for payload in payloads)


async def active_permits(serving: Serving, **owner: Any) -> int:
    now = serving.clock()
    permits = await serving.database["permits"].find(owner).to_list(None)
    return sum(
        permit_status(PermitState(one["state"]), one["valid_from"], one["valid_until"], now)
        is PermitStatus.ACTIVE
        for one in permits
    )
