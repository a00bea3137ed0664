"""Holders are told of last days: of which records, on which days, at which hours, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from api.ids import new_id
from api.settings import Settings
from auth.mongo import Database, Document, in_transaction
from resolvers.policy.reminders import POLICIES
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import ends_at
from resolvers.store import (
    application_documents,
    holders,
    identity_documents,
    permits,
    residence_permits,
    tasks,
)
from resolvers.store.due_records import DueRecordStore
from tests.due_records import (
    BY_EMPLOYER,
    draft,
    passport,
    permit,
    residence_permit,
    task,
)
from tests.reminding import Reminding, reminding_on

DAY = timedelta(days=1)
LAST = date(2028, 2, 29)
DUE_AGAIN = {"day": LAST.isoformat(), "leased_until": ends_at(LAST - DAY)}
Made = Callable[..., Document]

SOURCES: dict[NoticeKind, tuple[str, Made]] = {
    NoticeKind.PERMIT_EXPIRING: (permits.NAME, permit),
    NoticeKind.RESIDENCE_PERMIT_EXPIRING: (residence_permits.NAME, residence_permit),
    NoticeKind.IDENTITY_DOCUMENT_EXPIRING: (identity_documents.NAME, passport),
    NoticeKind.TASK_DUE: (tasks.NAME, task),
    NoticeKind.APPLICATION_LAPSING: (application_documents.NAME, draft),
}


@pytest.fixture
async def reminding(
    settings: Settings, mongod_uri: str, database: Database
) -> AsyncIterator[Reminding]:
    async with reminding_on(settings, mongod_uri, database) as made:
        yield made


async def test_a_record_is_told_of_on_the_days_that_policy_names_and_on_no_other(
    reminding: Reminding,
) -> None:
    """Of each kind one, over a leap day."""
    policy = POLICIES[0].thresholds
    every = sorted({one for thresholds in policy.values() for one in thresholds}, reverse=True)
    await reminding.begin_on(LAST - (every[0] + 2) * DAY)
    records = {}
    for kind, (collection, made) in SOURCES.items():
        records[kind] = made(await reminding.new_holder(), LAST)
        await reminding.add(collection, records[kind])
    near = {threshold + near for threshold in every for near in (-1, 0)}
    for left in sorted(near, reverse=True):
        sent = sum(left in thresholds for thresholds in policy.values())
        assert await reminding.run_on(LAST - left * DAY) == sent, left
    assert await reminding.told() == sorted(
        (records[kind]["_id"], threshold, "2028-02-29")
        for kind, thresholds in policy.items()
        for threshold in thresholds
    )
    for kind, record in records.items():
        found = await reminding.database["notices"].find({"object_id": record["_id"]}).to_list(9)
        assert {(one["kind"], one["holder_id"]) for one in found} == {
            (str(kind), record["holder_id"])
        }


async def test_what_no_longer_holds_or_is_nobody_s_to_hear_is_not_told(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST)
    one = await reminding.new_holder()
    stranger = new_id("hld")
    later = LAST + 300 * DAY
    await reminding.add(
        permits.NAME,
        permit(one, LAST, state="SUPERSEDED"),
        permit(one, LAST, state="CANCELLED"),
        permit(one, LAST, state="AWAITING_ORIGINALS"),
        permit(stranger, LAST),
    )
    await reminding.add(residence_permits.NAME, residence_permit(one, LAST, state="CANCELLED"))
    await reminding.add(
        identity_documents.NAME,
        passport(one, LAST, superseded_at=ends_at(LAST - 50 * DAY)),
        passport(one, LAST),
        passport(one, later),
    )
    await reminding.add(
        tasks.NAME,
        task(one, LAST, state="DONE"),
        task(one, LAST, responsible=BY_EMPLOYER),
    )
    filed = {"filed_by": BY_EMPLOYER, "procedure": "EXTENSION"}
    await reminding.add(
        application_documents.NAME,
        draft(one, LAST, lapses_at=None),
        draft(one, LAST, **filed, confirmed_at=ends_at(LAST - 50 * DAY)),
        draft(stranger, LAST, **filed, is_registered=False),
        draft(one, LAST, filed_by=BY_EMPLOYER, procedure="CANCELLATION"),
    )
    assert await reminding.run_on(LAST) == 0
    await reminding.add(application_documents.NAME, draft(one, later, **filed))
    assert await reminding.run_on(later) == 2, "the passport, and the draft to be confirmed"
    assert await reminding.database["inboxes"].count_documents({}) == 1


async def test_a_permit_whose_extension_is_issued_is_not_told_of_but_the_extension_is(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST - 7 * DAY)
    one, other = await reminding.new_holder(), await reminding.new_holder()
    ahead = permit(one, LAST + 365 * DAY, valid_from=ends_at(LAST))
    alone = permit(other, LAST)
    await reminding.add(permits.NAME, permit(one, LAST), ahead, alone)
    assert await reminding.run_on(LAST - 7 * DAY) == 1
    assert await reminding.run_on(LAST + 358 * DAY) == 1
    assert [told[:2] for told in await reminding.told()] == sorted(
        [(alone["_id"], 7), (ahead["_id"], 7)]
    )


async def test_outside_day_hours_of_shanghai_nothing_is_sent(reminding: Reminding) -> None:
    await reminding.begin_on(LAST)
    for at, sent in (
        (time(0, 0), 0),
        (time(8, 59, 59), 0),
        (time(9, 0, 30), 0),
        (time(9, 1), 1),
        (time(19, 58), 1),
        (time(19, 59), 0),
        (time(23, 59, 59), 0),
    ):
        await reminding.database["reminder_progress"].update_many({}, {"$set": DUE_AGAIN})
        await reminding.add(permits.NAME, permit(await reminding.new_holder(), LAST))
        assert await reminding.run_on(LAST, at) >= sent, at
        assert bool(await reminding.database["notices"].count_documents({})) is bool(sent), at
        for collection in (permits.NAME, "notices", "inboxes"):
            await reminding.database[collection].delete_many({})


async def test_hours_that_end_while_a_batch_is_under_way_end_it_too(
    reminding: Reminding, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reminding.begin_on(LAST)
    await reminding.add(permits.NAME, permit(await reminding.new_holder(), LAST))
    claim = reminding.gateway.reminder_progress.claim

    async def late(*args: Any) -> bool:
        reminding.clock.now += timedelta(hours=1)
        return await claim(*args)

    monkeypatch.setattr(type(reminding.gateway.reminder_progress), "claim", lambda _, *a: late(*a))
    assert await reminding.run_on(LAST, time(19, 30)) == 0
    monkeypatch.undo()
    assert await reminding.run_on(LAST + DAY) == 1, "the one that fits by then"
    assert [told[1] for told in await reminding.told()] == [-1]


async def test_after_days_without_a_worker_each_record_is_told_of_once_by_the_nearest(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST - 110 * DAY)
    ends = {
        "soon": LAST,
        "ended": LAST - 8 * DAY,
        "long ended": LAST - 14 * DAY,
        "far": LAST + 22 * DAY,
    }
    made = {name: permit(await reminding.new_holder(), last) for name, last in ends.items()}
    await reminding.add(permits.NAME, *made.values())
    assert await reminding.run_on(LAST - 95 * DAY) == 2, "89 and 83 days left"
    # 90 and 60 days of the others pass unheard, and what else there was.
    assert await reminding.run_on(LAST - 6 * DAY) == 3
    assert await reminding.run_on(LAST - 5 * DAY) == 0
    names = {record["_id"]: name for name, record in made.items()}
    assert sorted((names[told[0]], told[1]) for told in await reminding.told()) == [
        ("ended", -1),
        ("ended", 90),
        ("far", 30),
        ("long ended", 90),
        ("soon", 7),
    ]


async def test_a_permit_that_is_extended_in_between_is_told_of_no_more(
    reminding: Reminding,
) -> None:
    holder_id = await reminding.new_holder()
    await reminding.begin_on(LAST - 30 * DAY)
    old, new = permit(holder_id, LAST), permit(holder_id, LAST + 365 * DAY)
    await reminding.add(permits.NAME, old)
    assert await reminding.run_on(LAST - 30 * DAY) == 1
    superseded = {"state": "SUPERSEDED", "superseded_by": new["_id"]}
    await reminding.database[permits.NAME].update_one({"_id": old["_id"]}, {"$set": superseded})
    await reminding.add(permits.NAME, new)
    assert await reminding.run_on(LAST - 14 * DAY) == 0
    assert await reminding.run_on(LAST + DAY) == 0
    assert await reminding.run_on(LAST + 335 * DAY) == 1
    assert [told[1:] for told in await reminding.told() if told[0] == new["_id"]] == [
        (30, "2029-02-28")
    ]


async def test_an_extension_that_is_decided_while_a_batch_is_read_wins(
    reminding: Reminding, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder_id = await reminding.new_holder()
    await reminding.begin_on(LAST)
    old = permit(holder_id, LAST)
    await reminding.add(permits.NAME, old)
    load = DueRecordStore.load_ending
    decided: list[Document] = []

    async def decide(transaction: Any) -> None:
        await reminding.gateway.holders.lock(holder_id, transaction)
        await reminding.gateway.database[permits.NAME].update_one(
            {"_id": old["_id"]}, {"$set": {"state": "SUPERSEDED"}}, session=transaction
        )

    async def read(*args: Any) -> list[Document]:
        found = await load(*args)
        if found and not decided:
            decided.append(found[0])
            await in_transaction(reminding.gateway.database, decide)
        return found

    monkeypatch.setattr(DueRecordStore, "load_ending", read)
    assert await reminding.run_on(LAST) == 0
    assert decided
    assert await reminding.told() == []


async def test_a_holder_who_is_removed_is_told_nothing_and_gets_no_inbox(
    reminding: Reminding,
) -> None:
    await reminding.begin_on(LAST)
    gone, there = await reminding.new_holder(), await reminding.new_holder()
    await reminding.add(permits.NAME, permit(gone, LAST), permit(there, LAST))
    await reminding.database[holders.NAME].delete_one({"_id": gone})
    assert await reminding.run_on(LAST) == 1
    inboxes = await reminding.database["inboxes"].find().to_list(9)
    assert [one["_id"] for one in inboxes] == [there]


async def test_a_residence_permit_that_is_stated_anew_is_told_of_by_its_new_last_day(
    reminding: Reminding,
) -> None:
    """The exit-entry police says the same record again, with another end."""
    await reminding.begin_on(LAST)
    record = residence_permit(await reminding.new_holder(), LAST)
    await reminding.add(residence_permits.NAME, record)
    assert await reminding.run_on(LAST) == 1
    extended = {"valid_until": ends_at(LAST + 365 * DAY)}
    await reminding.database[residence_permits.NAME].update_one({}, {"$set": extended})
    assert await reminding.run_on(LAST + DAY) == 0
    assert await reminding.run_on(LAST + 365 * DAY) == 1
    assert await reminding.told() == [
        (record["_id"], 0, "2028-02-29"),
        (record["_id"], 0, "2029-02-28"),
    ]
