"""Notices reach the holder's endpoints: once, in one message, later if need be, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from api.settings import Settings
from api.worker import working
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.delivery.sending import send_due
from resolvers.policy.delivery import MAX_FAILURES, NEWS_BODY, RETRIES
from resolvers.push_channel import Gone, PushOutcome, Rejected, TryLater, Urgency
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.vocabulary import Language
from tests.delivering import Delivering, delivering_gateway
from tests.killing import Death, ProcessEnded

URL = "https://push.example/a"


@pytest.fixture
async def delivering(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Delivering]:
    async with delivering_gateway(settings, mongod_uri, key_set) as running:
        yield running


async def test_a_notice_goes_to_every_endpoint_of_its_holder_and_to_no_other(
    delivering: Delivering,
) -> None:
    holder, other = await delivering.holder(), await delivering.holder()
    for path in ("one", "two"):
        await delivering.register(holder, f"https://push.example/{path}")
    await delivering.register(other, "https://push.example/other")
    await delivering.post(holder)
    assert await delivering.run() == 2
    addresses = {target.address for target, _ in delivering.channel.sent}
    assert addresses == {"https://push.example/one", "https://push.example/two"}
    assert await delivering.states() == ["SENT", "SENT"]
    assert await delivering.run() == 0
    assert [one["last_success_at"] is None for one in await delivering.endpoints()].count(True) == 1


async def test_a_message_says_only_that_there_is_news_in_the_language_of_the_holder(
    delivering: Delivering,
) -> None:
    for language, body in ((Language.EN, NEWS_BODY.en), (Language.ZH, NEWS_BODY.zh)):
        holder = await delivering.holder()
        await delivering.gateway.database["holders"].update_one(
            {"_id": holder}, {"$set": {"language": str(language)}}
        )
        await delivering.register(holder, f"https://push.example/{language}")
        await delivering.post(holder, NoticeKind.PERMIT_CANCELLED)
        assert await delivering.run() == 1
        _, message = delivering.channel.sent[-1]
        assert (message.body, message.urgency, message.topic) == (body, Urgency.HIGH, "news")


async def test_what_waits_for_one_endpoint_is_told_by_one_message(delivering: Delivering) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder, count=7)
    assert await delivering.run() == 1
    assert await delivering.states() == ["SENT"] * 7
    # What comes right behind it waits for a moment, then goes out together.
    for _ in range(3):
        await delivering.post(holder)
        assert await delivering.run() == 0
    delivering.clock.advance(seconds=21)
    assert await delivering.run() == 1
    assert len(delivering.channel.sent) == 2


async def test_a_holder_without_endpoints_costs_one_mark(delivering: Delivering) -> None:
    await delivering.post(await delivering.holder(), count=3)
    assert await delivering.run() == 0
    assert await delivering.states() == []
    waiting = {"awaits_dispatch": True}
    assert await delivering.gateway.database["notices"].count_documents(waiting) == 0


@pytest.mark.parametrize("field", ["withdrawn_at", "read_at", "archived_at"])
async def test_what_no_longer_holds_or_was_read_is_not_sent(
    delivering: Delivering, field: str
) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder)
    delivering.channel.outcomes = [TryLater()]
    await delivering.run()
    settled = {"$set": {field: delivering.clock()}}
    await delivering.gateway.database["notices"].update_many({}, settled)
    delivering.clock.advance(minutes=2)
    assert await delivering.run() == 0
    assert len(delivering.channel.sent) == 1
    assert await delivering.states() == ["DROPPED"]


async def test_what_could_not_be_sent_is_tried_again_ever_later_for_a_day(
    delivering: Delivering,
) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder)
    began = delivering.clock()
    delivering.channel.outcomes = [TryLater()] * 99
    waits = []
    while await delivering.states() in ([], ["PENDING"]):
        before = len(delivering.channel.sent)
        await delivering.run()
        assert len(delivering.channel.sent) == before + 1
        [endpoint] = await delivering.endpoints()
        waits.append(round((endpoint["not_before"] - delivering.clock()).total_seconds()))
        # Not a moment before.
        assert await delivering.run() == 0
        assert len(delivering.channel.sent) == before + 1
        delivering.clock.advance(seconds=max(waits[-1], 0) + 1)
    assert waits[:9] == [30, 60, 120, 240, 480, 960, 1920, 3840, 7200]
    assert delivering.clock() - began < RETRIES.lifetime + timedelta(minutes=1)
    assert await delivering.states() == ["DEAD"]
    assert [one["failures"] for one in await delivering.endpoints()] == [1]


async def test_a_wait_that_is_asked_for_is_kept_by_what_comes_later_too(
    delivering: Delivering,
) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder)
    delivering.channel.outcomes = [TryLater(timedelta(hours=3))]
    await delivering.run()
    delivering.clock.advance(hours=2, minutes=59)
    await delivering.post(holder)
    assert await delivering.run() == 0
    delivering.clock.advance(minutes=2)
    assert await delivering.run() == 1
    assert await delivering.states() == ["SENT", "SENT"]


async def test_an_endpoint_that_is_gone_is_dropped_with_all_that_waits(
    delivering: Delivering,
) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder, count=2)
    delivering.channel.outcomes = [Gone()]
    assert await delivering.run() == 0
    assert await delivering.endpoints() == []
    assert await delivering.states() == ["DROPPED", "DROPPED"]
    lines = delivering.gateway.database["audit"]
    assert await lines.count_documents({"action": "push_endpoint.dropped"}) == 1


@pytest.mark.parametrize("outcome", [Rejected(), TryLater(timedelta(days=1))], ids=str)
async def test_an_endpoint_that_takes_nothing_again_and_again_is_dropped(
    delivering: Delivering, outcome: PushOutcome
) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    for number in range(MAX_FAILURES):
        assert len(await delivering.endpoints()) == 1, number
        await delivering.post(holder)
        delivering.channel.outcomes = [outcome]
        await delivering.run()
        delivering.clock.advance(days=1)
    assert await delivering.endpoints() == []
    assert await delivering.states() == ["DEAD"] * MAX_FAILURES


async def test_a_success_forgives_earlier_failures(delivering: Delivering) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    for outcome in [*[Rejected()] * (MAX_FAILURES - 1), None, Rejected()]:
        delivering.channel.outcomes = [] if outcome is None else [outcome]
        await delivering.post(holder)
        await delivering.run()
        delivering.clock.advance(minutes=1)
    [endpoint] = await delivering.endpoints()
    assert endpoint["failures"] == 1


async def test_many_workers_send_each_message_once(
    delivering: Delivering, settings: Settings, mongod_uri: str, key_set: KeySet
) -> None:
    holders = [await delivering.holder() for _ in range(12)]
    for number, holder in enumerate(holders):
        await delivering.register(holder, f"https://push.example/{number}")
        await delivering.post(holder, count=2)
    delivering.channel.pause = 0.02
    async with (
        delivering_gateway(settings, mongod_uri, key_set, delivering.clock) as second,
        delivering_gateway(settings, mongod_uri, key_set, delivering.clock) as third,
    ):
        workers = (delivering, second, third)
        for one in workers:
            one.channel.sent = delivering.channel.sent
        await asyncio.gather(*(one.run() for one in workers))
        await asyncio.gather(*(one.run() for one in workers))
    addresses = [target.address for target, _ in delivering.channel.sent]
    assert len(addresses) == len(set(addresses)) == len(holders)
    assert await delivering.states() == ["SENT"] * 24


class Killed(Exception):
    pass


async def test_a_worker_that_dies_while_sending_repeats_that_one_message_at_most(
    delivering: Delivering,
) -> None:
    """The push service may have taken it; our own write is missing. Nobody sends until the lease is
    over; then it goes out once more."""
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder)
    delivering.channel.outcomes = [Killed()]
    with pytest.raises(Killed):
        await delivering.run()
    assert await delivering.states() == ["PENDING"]
    delivering.clock.advance(seconds=30)
    assert await delivering.run() == 0
    delivering.clock.advance(seconds=31)
    assert await delivering.run() == 1
    assert len(delivering.channel.sent) == 2
    assert await delivering.states() == ["SENT"]


async def test_one_that_cannot_be_sent_keeps_no_other_waiting(delivering: Delivering) -> None:
    for path in "abc":
        holder = await delivering.holder()
        await delivering.register(holder, f"https://push.example/{path}")
        await delivering.post(holder)
    delivering.channel.outcomes = [Killed()]
    with pytest.raises(Killed):
        await delivering.run()
    assert await delivering.states() == ["PENDING", "SENT", "SENT"]


async def test_a_worker_whose_lease_has_passed_to_another_writes_nothing(
    delivering: Delivering,
) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder)
    delivering.channel.pause, delivering.channel.outcomes = 0.2, [Gone()]
    slow = asyncio.create_task(delivering.run())
    await delivering.channel.has_sent.wait()
    delivering.clock.advance(seconds=61)
    delivering.channel.pause = 0
    assert await send_due(delivering.gateway, delivering.clock()) == 1
    await slow
    assert len(await delivering.endpoints()) == 1
    assert await delivering.states() == ["SENT"]


async def test_a_worker_finds_out_by_itself_whom_to_tell(delivering: Delivering) -> None:
    holder = await delivering.holder()
    await delivering.register(holder, URL)
    await delivering.post(holder)
    async with working(delivering.gateway, at_once=True):
        await asyncio.wait_for(delivering.channel.has_sent.wait(), 30)
    assert len(delivering.channel.sent) == 1


async def test_a_worker_may_die_at_any_point_and_every_notice_is_told_all_the_same(
    delivering: Delivering,
) -> None:
    """Twice at most, and only where the push service had taken it and our own write was missing."""
    told, at = {}, 1
    while True:
        holder = await delivering.holder()
        await delivering.register(holder, f"https://push.example/{at}")
        await delivering.post(holder, count=2)
        delivering.channel.sent.clear()
        with Death(at).awaited() as death, suppress(ProcessEnded):
            await delivering.run()
        if not death.happened:
            break
        delivering.clock.advance(seconds=61)
        await delivering.run()
        assert await delivering.states() == ["SENT"] * 2 * at
        told[f"{at} {death.seen[-1]}"] = len(delivering.channel.sent)
        at += 1
    doubled = [place for place, count in told.items() if count != 1]
    claimed = next(place for place in told if place.endswith("push_endpoints.update_one"))
    assert len(told) > 8
    assert all(told[place] == 2 for place in doubled)
    assert all(int(place.split()[0]) > int(claimed.split()[0]) for place in doubled)
