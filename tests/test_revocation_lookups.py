"""Many requests of a blind process share one read at a time, and wait within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pymongo.errors import AutoReconnect

from auth.revocation_lookups import MAX_WAITING, RevocationLookups


async def test_a_request_is_answered_by_a_read_that_began_after_it() -> None:
    began: list[Sequence[str]] = []
    under_way, gate = asyncio.Event(), asyncio.Event()

    async def lookup(session_ids: Sequence[str]) -> set[str]:
        began.append(session_ids)
        under_way.set()
        await gate.wait()
        return set()

    lookups = RevocationLookups(lookup)
    first = asyncio.create_task(lookups.is_revoked("a", within=5))
    await under_way.wait()
    later = [asyncio.create_task(lookups.is_revoked(name, within=5)) for name in "abc"]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(first, *later) == [False] * 4
    assert began == [["a"], ["a", "b", "c"]]


async def test_requests_beyond_the_bound_are_not_answered() -> None:
    async def lookup(session_ids: Sequence[str]) -> set[str]:
        raise AutoReconnect

    lookups = RevocationLookups(lookup)
    calls = [lookups.is_revoked(str(at), within=5) for at in range(MAX_WAITING + 1)]
    assert set(await asyncio.gather(*calls)) == {None}
    assert not lookups._waiting


async def test_a_request_does_not_wait_longer_than_it_said() -> None:
    async def lookup(session_ids: Sequence[str]) -> set[str]:
        await asyncio.Event().wait()
        raise AssertionError

    lookups = RevocationLookups(lookup)
    assert await lookups.is_revoked("a", within=0.01) is None
    await lookups.stop()
    assert not lookups._waiting
