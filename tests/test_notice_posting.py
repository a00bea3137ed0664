"""A notice is posted once, and whoever has seen one has seen all before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Database
from resolvers.gateway import Gateway
from resolvers.notices.posting import NewNotice, post
from resolvers.rules.notice_kinds import NoticeKind

DUE = date(2027, 1, 31)


@pytest.fixture
async def gateway(
    settings: Settings, mongod_uri: str, database: Database
) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri) as runtime:
        yield runtime.gateway


def reminder(holder_id: str, threshold: int, permit_id: str = "pmt_a") -> NewNotice:
    key = f"{permit_id}/{threshold}/{DUE.isoformat()}"
    return NewNotice(holder_id, NoticeKind.PERMIT_EXPIRING, permit_id, key, DUE, threshold)


async def test_the_same_is_told_once_however_often_it_is_posted(gateway: Gateway) -> None:
    holder = new_id("hld")
    now = gateway.now()
    assert await post(gateway, [reminder(holder, 30), reminder(holder, 30)], now) == 1
    assert await post(gateway, [reminder(holder, 30), reminder(holder, 14)], now) == 1
    assert await post(gateway, [], now) == 0
    inbox = await gateway.database["inboxes"].find_one({"_id": holder})
    assert inbox is not None
    assert (inbox["unread"], inbox["revision"]) == (2, 2)


async def test_notices_posted_at_once_from_many_sides_stand_in_one_line(
    gateway: Gateway,
) -> None:
    holder, other = new_id("hld"), new_id("hld")
    now = gateway.now()
    batches = [
        [reminder(one, threshold, f"pmt_{side}") for one in (holder, other) for threshold in (9, 8)]
        for side in range(12)
    ]
    for batch in batches:
        batch[2:] = [reminder(other, n.threshold_days or 0, f"{n.object_id}x") for n in batch[2:]]
    posted = await asyncio.gather(*(post(gateway, batch, now) for batch in batches))
    assert posted == [4] * 12
    found = await gateway.database["notices"].find({"holder_id": holder}).to_list(99)
    assert len({notice["at"] for notice in found}) == 24
    inbox = await gateway.database["inboxes"].find_one({"_id": holder})
    assert inbox is not None
    assert inbox["last_at"] == max(notice["at"] for notice in found)
    assert inbox["unread"] == 24


async def test_a_clock_that_is_behind_still_posts_after_what_was_posted(gateway: Gateway) -> None:
    holder = new_id("hld")
    now = gateway.now()
    for number, behind in enumerate((0, 30, 86_400)):
        notice = reminder(holder, number)
        assert await post(gateway, [notice], now - timedelta(seconds=behind)) == 1
    found = await gateway.database["notices"].find({"holder_id": holder}).sort("at", 1).to_list(9)
    assert [notice["threshold_days"] for notice in found] == [0, 1, 2]
