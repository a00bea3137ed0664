"""An employer's webhooks are told that a permit ends: as often as its holder, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from api.ids import new_id
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database, Transaction, in_transaction
from resolvers.jobs.expiry_events import tell_employers
from resolvers.notices.posting import NewNotice
from resolvers.policy.reminders import POLICIES
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.reminders import EXPIRED
from resolvers.store import permits, tasks
from resolvers.store.reminder_progress import NAME as PROGRESS
from tests.due_records import permit, task
from tests.reminding import Reminding, reminding_on
from tests.webhooking import hooked

DAY = timedelta(days=1)
LAST = date(2028, 2, 29)
THRESHOLDS = [one for one in POLICIES[0].thresholds[NoticeKind.PERMIT_EXPIRING] if one != EXPIRED]


@pytest.fixture
async def reminding(
    settings: Settings, mongod_uri: str, database: Database
) -> AsyncIterator[Reminding]:
    async with reminding_on(settings, mongod_uri, database) as made:
        yield made


async def test_an_employer_is_told_at_each_threshold_once_and_not_after_the_last_day(
    reminding: Reminding,
) -> None:
    events = reminding.database["outgoing_events"]
    await reminding.begin_on(LAST - 100 * DAY)
    employer_id, holder_id = new_id("emp"), await reminding.new_holder()
    ending = permit(holder_id, LAST, employer_id=employer_id)
    await reminding.add(permits.NAME, ending)
    await reminding.add(tasks.NAME, task(await reminding.new_holder(), LAST))
    for told, threshold in enumerate(THRESHOLDS, start=1):
        for _ in range(2):
            await reminding.run_on(LAST - threshold * DAY)
            found = await events.find({}).to_list(None)
            assert len(found) == told, threshold
    await reminding.run_on(LAST + DAY)
    found = await events.find({}).to_list(None)
    assert {
        (one["kind"], one["object_id"], one["employer_id"], *one["awaited_by"]) for one in found
    } == {("permit.expiring", ending["_id"], employer_id, "WEBHOOKS")}
    assert len(found) == len(THRESHOLDS)


async def test_a_day_that_is_gone_through_again_by_two_workers_tells_nobody_twice(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST - 30 * DAY)
    holders = [await reminding.new_holder() for _ in range(5)]
    await reminding.add(
        permits.NAME, *(permit(one, LAST, employer_id=new_id("emp")) for one in holders)
    )
    today = LAST - 30 * DAY
    assert await reminding.run_on(today) == 5
    again = {
        "$set": {"day": today.isoformat(), "position": None, "leased_until": reminding.clock()}
    }
    await reminding.database[PROGRESS].update_many({}, again)
    assert sum(await asyncio.gather(*(reminding.run_on(today) for _ in range(2)))) == 0
    assert await reminding.database["outgoing_events"].count_documents({}) == 5


async def test_a_permit_that_a_later_one_outlasts_is_no_news_to_its_employer(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST - 30 * DAY)
    holder_id = await reminding.new_holder()
    later = permit(holder_id, LAST + 400 * DAY)
    await reminding.add(permits.NAME, permit(holder_id, LAST), later)
    assert await reminding.run_on(LAST - 30 * DAY) == 0
    assert await reminding.database["outgoing_events"].count_documents({}) == 0


async def test_a_webhook_gets_it_signed_with_the_permit_it_is_about(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    async with hooked(settings, mongod_uri, database, key_set) as one:
        hook = await one.create("PERMIT_EXPIRING")
        stored = await database["permits"].find_one({"employer_id": one.employer_id})
        assert stored is not None
        posted = NewNotice(
            stored["holder_id"], NoticeKind.PERMIT_EXPIRING, stored["_id"], "key", LAST, 30
        )
        one.clock.advance(seconds=1)

        async def tell(transaction: Transaction) -> None:
            await tell_employers(one.gateway, [posted], [stored], one.clock(), transaction)

        await in_transaction(one.gateway.database, tell)
        assert await one.run() == 1
        [message] = one.taken(hook)
        assert (message["type"], message["data"]["permitId"]) == ("permit.expiring", stored["_id"])
        # Another employer's permit counts from now on, while this one still stands.
        employment = {"_id": stored["employment_id"]}
        over = {"$set": {"ends_at": one.clock()}}
        assert (await database["employments"].update_one(employment, over)).modified_count == 1
        one.clock.advance(seconds=1)
        await in_transaction(one.gateway.database, tell)
        assert await one.run() == 0
