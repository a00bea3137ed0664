"""Many phones at once on one process, whose connections drop at random."""

from __future__ import annotations

import asyncio
import random

from api.ids import new_id
from api.settings import Settings
from resolvers.gateway import Gateway
from tests.live_clients import tell
from tests.live_phones import Phone, token_for
from tests.serving import Serving
from tests.test_live import posting

__all__ = ["posting"]

TOLD = [f"n{number}" for number in range(10)]


async def play(
    serving: Serving, settings: Settings, posting: Gateway, many: int, drops: int
) -> list[Phone]:
    """Each of `many` phones, every other one over WebSocket, is told ten notices."""
    holders = [new_id("hld") for _ in range(many)]
    phones = [
        Phone(
            serving,
            token_for(serving, settings, holder),
            is_web_socket=bool(number % 2),
            drops=drops,
            dice=random.Random(number),  # noqa: S311 - the same drops in every run
        )
        for number, holder in enumerate(holders)
    ]
    following = [asyncio.create_task(phone.follow_until(len(TOLD))) for phone in phones]
    for name in TOLD:
        for start in range(0, many, 50):
            await asyncio.gather(
                *(tell(posting, holder, name) for holder in holders[start : start + 50])
            )
    async with asyncio.timeout(120):
        await asyncio.gather(*following)
    return phones


async def test_fifty_phones_whose_connections_drop_have_each_its_own_notices_in_order(
    serving: Serving, settings: Settings, posting: Gateway
) -> None:
    phones = await play(serving, settings, posting, many=50, drops=3)
    assert [phone.names for phone in phones] == [TOLD] * 50
    assert all(phone.opened >= 4 for phone in phones)
