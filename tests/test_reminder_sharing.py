"""Workers share the work by leases, and one that dies anywhere leaves nothing twice or undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, time, timedelta
from typing import Any

import pytest

from api.settings import Settings
from auth.mongo import Collection, Database
from resolvers.jobs import reminders
from resolvers.jobs.reminders import LEASE_LIFETIME, RUN_LIFETIME, Lane, send_reminders
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store import permits, residence_permits
from resolvers.store.notices import NAME as NOTICES
from tests.due_records import permit, residence_permit
from tests.killing import COMMIT, COMMITTED, Death, ProcessEnded
from tests.reminding import Reminding, Told, reminding_on

DAY = timedelta(days=1)
LAST = date(2027, 6, 30)
LANE = Lane(NoticeKind.PERMIT_EXPIRING, 0)


@pytest.fixture
async def reminding(
    settings: Settings, mongod_uri: str, database: Database
) -> AsyncIterator[Reminding]:
    async with reminding_on(settings, mongod_uri, database) as made:
        yield made


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH_SIZE", 3)


async def due_permits(reminding: Reminding, count: int) -> list[Told]:
    """So many permits of as many holders end on `LAST`: what is to be told."""
    await reminding.begin_on(LAST)
    made = [permit(await reminding.new_holder(), LAST) for _ in range(count)]
    await reminding.add(permits.NAME, *made)
    return sorted((one["_id"], 0, LAST.isoformat()) for one in made)


async def test_a_worker_that_dies_before_any_write_or_commit_leaves_each_to_be_sent_once(
    reminding: Reminding, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await due_permits(reminding, 7)
    monkeypatch.setattr(reminders, "lanes_of", lambda _policy: [LANE])
    points = []
    at = 1
    while True:
        with Death(at).awaited() as death:
            try:
                await reminding.run_on(LAST)
            except ProcessEnded:
                points.append(death.seen[-1])
        if not death.happened:
            break
        told = await reminding.told()
        assert len(set(told)) == len(told)
        assert len(told) % 3 in (0, 1), "whole batches, of three"
        # Another begins when the lease has run out: here at once, as on another day.
        await reminding.database["reminder_progress"].update_many(
            {}, {"$set": {"leased_until": reminding.clock.now}}
        )
        # Behind a commit another batch begins, which dies at each of its own points.
        at = 1 if points[-1] == COMMITTED else at + 1
    assert await reminding.told() == expected
    # Employers are told with the holders, or neither is.
    events = await reminding.database["outgoing_events"].find().to_list(None)
    assert sorted(one["object_id"] for one in events) == sorted(one[0] for one in expected)
    assert points.count(COMMITTED) == 3, "batches of 3, 3 and 1"
    written = ("holders.update_many", "notices.insert_many", "reminder_progress.update_one")
    assert {COMMIT, *written} <= {*points}


async def test_while_a_lease_lives_others_keep_off_and_then_go_on_from_where_it_stood(
    reminding: Reminding, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await due_permits(reminding, 7)
    insert, batches = Collection.insert_many, []

    async def dying(collection: Any, documents: Any, **given: Any) -> Any:
        if collection.name == NOTICES:
            batches.append(len(documents))
            if len(batches) == 2:
                raise ProcessEnded
        return await insert(collection, documents, **given)

    monkeypatch.setattr(Collection, "insert_many", dying)
    with pytest.raises(ProcessEnded):
        await reminding.run_on(LAST)
    lane = await reminding.database["reminder_progress"].find_one({"_id": LANE.lane_id})
    assert lane is not None
    assert lane["position"] == expected[2][0]
    reminding.clock.now += LEASE_LIFETIME - timedelta(seconds=1)
    assert await send_reminders(reminding.gateway) == 0
    reminding.clock.now += timedelta(seconds=1)
    assert await send_reminders(reminding.gateway) == 4
    assert await reminding.told() == expected
    assert batches == [3, 3, 3, 1]


async def test_a_run_ends_in_time_and_the_next_one_goes_on_at_once(
    reminding: Reminding, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await due_permits(reminding, 7)
    insert = Collection.insert_many

    async def slow(collection: Any, documents: Any, **given: Any) -> Any:
        if collection.name == NOTICES:
            reminding.clock.now += RUN_LIFETIME / 2
        return await insert(collection, documents, **given)

    monkeypatch.setattr(Collection, "insert_many", slow)
    assert await reminding.run_on(LAST) == 6
    assert await send_reminders(reminding.gateway) == 1
    assert await reminding.told() == expected


async def test_a_worker_that_lost_its_lease_unawares_sends_nothing_twice(
    settings: Settings, mongod_uri: str, reminding: Reminding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sleeps in the middle of a batch until another has done all."""
    expected = await due_permits(reminding, 7)
    insert, asleep, woken = Collection.insert_many, asyncio.Event(), asyncio.Event()

    async def sleepy(collection: Any, documents: Any, **given: Any) -> Any:
        if not asleep.is_set():
            asleep.set()
            await woken.wait()
        return await insert(collection, documents, **given)

    async with reminding_on(settings, mongod_uri, reminding.database) as other:
        monkeypatch.setattr(Collection, "insert_many", sleepy)
        first = asyncio.create_task(reminding.run_on(LAST))
        await asleep.wait()
        # Its holders stay locked while it sleeps, so the other waits for it on these three alone.
        second = asyncio.create_task(other.run_on(LAST, time(9, 45)))
        woken.set()
        assert await first + await second == 7
    assert await reminding.told() == expected


async def test_three_workers_at_once_whose_clocks_differ_send_each_once(
    settings: Settings, mongod_uri: str, reminding: Reminding
) -> None:
    """Permit and residence permit of a holder end on one day, so lanes meet in an inbox."""
    expected = await due_permits(reminding, 12)
    holder_ids = await reminding.database["holders"].distinct("_id")
    made = [residence_permit(holder_id, LAST) for holder_id in holder_ids]
    await reminding.add(residence_permits.NAME, *made)
    expected += [(one["_id"], 0, LAST.isoformat()) for one in made]
    async with AsyncExitStack() as stack:
        workers = [reminding]
        for _ in range(2):
            another = reminding_on(settings, mongod_uri, reminding.database)
            workers.append(await stack.enter_async_context(another))
        at = (time(9, 30), time(9, 30, 30), time(9, 29, 30))
        sent = await asyncio.gather(
            *(worker.run_on(LAST, when) for worker, when in zip(workers, at, strict=True))
        )
    assert sum(sent) == 24
    assert await reminding.told() == sorted(expected)
