"""What a holder has said of being disturbed is kept when notices go out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from api.clock import utc_now
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.push_channel import EndpointKind, TryLater
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.notice_preferences import (
    NoticeChannel,
    NoticeGroup,
    NoticePreferences,
    QuietHours,
)
from resolvers.store.inboxes import encode_preferences
from tests.delivering import Delivering, delivering_gateway

QUIET = QuietHours.of("22:00", "07:30")
EVENING = datetime(2030, 5, 1, 14, 30, tzinfo=UTC)
"""Half past ten at night in Shanghai."""
MORNING = datetime(2030, 5, 1, 23, 30, tzinfo=UTC)
NOON = datetime(2030, 5, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
async def delivering(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Delivering]:
    async with delivering_gateway(settings, mongod_uri, key_set) as running:
        yield running


def put_clock(delivering: Delivering, at: datetime) -> None:
    delivering.clock.moved = at - utc_now()


async def wish(delivering: Delivering, holder_id: str, wishes: NoticePreferences) -> None:
    await delivering.gateway.database["inboxes"].update_one(
        {"_id": holder_id},
        {
            "$set": {"preferences": encode_preferences(wishes)},
            "$setOnInsert": {"revision": 1, "last_at": delivering.clock(), "unread": 0},
        },
        upsert=True,
    )


async def reachable(delivering: Delivering) -> str:
    """A holder with a browser and a mail address."""
    holder = await delivering.holder()
    await delivering.register(holder, f"https://push.example/{holder}")
    await delivering.register(holder, f"{holder}@example.com", kind=EndpointKind.EMAIL)
    return holder


def addresses(delivering: Delivering) -> list[str]:
    return [target.address for target, _ in delivering.channel.sent]


async def test_what_is_turned_off_goes_out_by_no_such_channel(delivering: Delivering) -> None:
    holder = await reachable(delivering)
    off = frozenset({(NoticeGroup.CARDS, NoticeChannel.PUSH)})
    await wish(delivering, holder, NoticePreferences(off=off))
    await delivering.post(holder, NoticeKind.CARD_CHANGED)
    assert await delivering.run() == 1
    assert addresses(delivering) == [f"{holder}@example.com"]
    await delivering.post(holder, NoticeKind.PERMIT_ISSUED)
    delivering.clock.advance(minutes=16)
    assert await delivering.run() == 2


async def test_in_quiet_hours_nothing_goes_out_and_after_them_all_of_it_at_once(
    delivering: Delivering,
) -> None:
    put_clock(delivering, EVENING)
    holder = await reachable(delivering)
    await wish(delivering, holder, NoticePreferences(quiet=QUIET))
    for _ in range(3):
        await delivering.post(holder)
        assert await delivering.run() == 0
    put_clock(delivering, MORNING - timedelta(seconds=5))
    assert await delivering.run() == 0
    put_clock(delivering, MORNING)
    assert await delivering.run() == 2
    assert len(set(addresses(delivering))) == 2
    assert await delivering.states() == ["SENT"] * 6


async def test_a_retry_falls_into_no_quiet_hours_and_a_new_wish_counts_at_once(
    delivering: Delivering,
) -> None:
    put_clock(delivering, EVENING)
    holder = await delivering.holder()
    await delivering.register(holder, "https://push.example/a")
    await delivering.post(holder)
    delivering.channel.outcomes = [TryLater()]
    await delivering.run()
    # Only now does the holder ask for quiet.
    await wish(delivering, holder, NoticePreferences(quiet=QUIET))
    delivering.clock.advance(minutes=2)
    assert await delivering.run() == 0
    assert len(delivering.channel.sent) == 1
    put_clock(delivering, NOON)
    assert await delivering.run() == 1


async def test_what_is_turned_off_while_it_waits_is_dropped(delivering: Delivering) -> None:
    put_clock(delivering, EVENING)
    holder = await delivering.holder()
    await delivering.register(holder, "https://push.example/a")
    await wish(delivering, holder, NoticePreferences(quiet=QUIET))
    await delivering.post(holder, NoticeKind.CARD_CHANGED)
    await delivering.run()
    off = frozenset({(NoticeGroup.CARDS, NoticeChannel.PUSH)})
    await wish(delivering, holder, NoticePreferences(off=off))
    put_clock(delivering, NOON)
    assert await delivering.run() == 0
    assert delivering.channel.sent == []
    assert await delivering.states() == ["DROPPED"]
