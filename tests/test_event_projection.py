"""Events become notices once each and in their order, wherever it is cut off, whoever does it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Database, Document, in_transaction
from auth.principal import PrincipalKind
from resolvers.gateway import Gateway
from resolvers.jobs.notice_retention import remove_old_notices
from resolvers.notices import projecting
from resolvers.notices.projecting import project_events
from resolvers.store.migrations import MIGRATIONS
from resolvers.store.notices import KEPT_LIFETIME
from resolvers.store.outgoing_events import (
    Consumer,
    Event,
    EventKind,
    OutgoingEventStore,
    encode_event,
)
from tests.access_callers import logged_in
from tests.factories import Person
from tests.flows import everything_stored
from tests.inboxes import nodes_of, put_notices, read_notices, stored_unread
from tests.killing import COMMIT, COMMITTED, Death, ProcessEnded
from tests.serving import Serving

_K = EventKind


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def put_events(
    gateway: Gateway, events: Sequence[tuple[Person, EventKind]], first_at: datetime
) -> list[Document]:
    """About some record each, a second apart."""
    documents = [
        encode_event(
            new_id("evt"),
            Event(kind, _object_of(kind, person), person.holder_id),
            first_at + timedelta(seconds=place),
            PrincipalKind.OFFICER,
        )
        for place, (person, kind) in enumerate(events)
    ]
    await in_transaction(
        gateway.database, lambda transaction: gateway.events.append(documents, transaction)
    )
    return documents


def _object_of(kind: EventKind, person: Person) -> str:
    return person.permit_ids[0] if kind.value.startswith("permit.") else new_id("crd")


async def awaited(database: Database) -> int:
    return await database["outgoing_events"].count_documents({"awaited_by": "INBOX"})


async def told_of(database: Database, person: Person) -> list[str]:
    """The keys of what was posted from events, in the order of the inbox."""
    found = database["notices"].find({"holder_id": person.holder_id, "due_on": None})
    return [notice["key"] async for notice in found.sort("at", 1)]


async def test_a_projection_that_dies_anywhere_tells_and_withdraws_everything_once(
    serving: Serving, gateway: Gateway
) -> None:
    database, now = serving.database, serving.clock()
    people = [await serving.person(), await serving.person()]
    for person in people:
        await put_notices(serving, person, person.permit_ids[0], days_left=[30, 14])
        # What they are reminded of is no more.
        await database["permits"].update_one(
            {"_id": person.permit_ids[0]}, {"$set": {"state": "CANCELLED"}}
        )
    kinds = (_K.CARD_CHANGED, _K.PERMIT_CANCELLED, _K.TASK_DONE)
    events = await put_events(gateway, [(one, kind) for kind in kinds for one in people], now)
    before = await everything_stored(database)
    points, at = list[str](), 1
    while True:
        with Death(at).awaited() as death:
            try:
                await project_events(gateway, now)
            except ProcessEnded:
                points.append(death.seen[-1])
                is_done = COMMITTED in points
                assert (await everything_stored(database) == before) is not is_done
        if not death.happened:
            break
        at += 1
        if COMMITTED in points:
            break
    assert points[-2:] == [COMMIT, COMMITTED]
    assert {point.partition(".")[0] for point in points[:-2]} == {
        *("inboxes", "notices", "outgoing_events"),
    }
    assert await project_events(gateway, now) == 0
    assert await awaited(database) == 0
    for place, person in enumerate(people):
        own = [event["_id"] for event in events[place::2]]
        assert await told_of(database, person) == own[:2]
        assert await stored_unread(serving, person) == (2, 2)


async def test_many_who_project_at_once_tell_everything_once_and_in_order(
    serving: Serving,
    gateway: Gateway,
    settings: Settings,
    mongod_uri: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projecting, "BATCH_SIZE", 7)
    database, now = serving.database, serving.clock()
    people = [await serving.person() for _ in range(3)]
    events = await put_events(gateway, [(one, _K.CARD_CHANGED) for one in people * 10], now)
    async with open_runtime(settings, mongod_uri, now=serving.clock) as other:
        gateways = [gateway, other.gateway] * 2
        while await awaited(database):
            await asyncio.gather(*(project_events(one, now) for one in gateways))
    for place, person in enumerate(people):
        assert await told_of(database, person) == [event["_id"] for event in events[place::3]]
        assert await stored_unread(serving, person) == (10, 10)


async def test_events_of_one_change_are_told_as_a_story(serving: Serving, gateway: Gateway) -> None:
    person, now = await serving.person(), serving.clock()
    kinds = (_K.CARD_ISSUED, _K.PERMIT_ISSUED, _K.APPLICATION_APPROVED)
    for kind in kinds:
        await put_events(gateway, [(person, kind)], now)
    await project_events(gateway, now)
    shown = nodes_of(await read_notices(await logged_in(serving, person)))
    assert [node["kind"] for node in reversed(shown)] == [
        *("APPLICATION_APPROVED", "PERMIT_ISSUED", "CARD_ISSUED"),
    ]


async def test_an_event_that_is_committed_late_is_told_late_and_not_lost(
    serving: Serving, gateway: Gateway
) -> None:
    person, now = await serving.person(), serving.clock()
    [second] = await put_events(gateway, [(person, _K.CARD_CHANGED)], now)
    assert await project_events(gateway, now) == 1
    # By the clock of its process it happened before.
    earlier = now - timedelta(minutes=1)
    [first] = await put_events(gateway, [(person, _K.CARD_CHANGED)], earlier)
    assert await project_events(gateway, now) == 1
    assert await told_of(serving.database, person) == [second["_id"], first["_id"]]


async def test_what_nobody_is_told_of_waits_for_nobody(serving: Serving, gateway: Gateway) -> None:
    person, now = await serving.person(), serving.clock()
    quiet = (_K.APPLICATION_PRE_CHECKED, _K.PROMISE_RECOMPUTED, _K.CARD_LOADED)
    await put_events(gateway, [(person, kind) for kind in quiet], now)
    assert await awaited(serving.database) == 0
    assert await gateway.events.is_awaited(Consumer.INBOX) is False


async def test_events_are_found_by_their_mark_alone(
    serving: Serving, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, now = await serving.person(), serving.clock()
    old = await put_events(gateway, [(person, _K.CARD_CHANGED)] * 60, now - timedelta(days=1))
    await project_events(gateway, now)
    await put_events(gateway, [(person, _K.CARD_CHANGED)] * 3, now)
    command: dict[str, Any] = {
        "find": "outgoing_events",
        "filter": {"awaited_by": "INBOX"},
        "sort": {"at": 1, "_id": 1},
        "limit": 100,
    }
    told = await serving.database.command("explain", command, verbosity="executionStats")
    stats = told["executionStats"]
    assert len(old) == 60
    assert (stats["totalKeysExamined"], stats["totalDocsExamined"]) == (3, 3)
    assert "awaited_by_inbox" in str(told["queryPlanner"]["winningPlan"])
    assert "'SORT'" not in str(told["queryPlanner"]["winningPlan"])


async def test_events_of_an_earlier_version_are_news_no_longer(database: Database) -> None:
    migrations = [one for one in MIGRATIONS if one.collection == "outgoing_events"]
    event = encode_event(
        new_id("evt"),
        Event(_K.CARD_CHANGED, new_id("crd"), new_id("hld")),
        datetime.fromisoformat("2026-11-01T00:00:00Z"),
        PrincipalKind.HOLDER,
    )
    old = {
        name: value for name, value in event.items() if name not in ("by", "detail", "awaited_by")
    }
    events = database["outgoing_events"]
    await events.insert_one(old, bypass_document_validation=True)
    for migration in migrations * 2:
        await migration.run(database)
    assert await events.find_one({}) == old | {"by": None, "detail": None, "awaited_by": []}
    for consumer in Consumer:
        assert await OutgoingEventStore(database).is_awaited(consumer) is False


async def test_notices_are_removed_after_two_years_and_no_longer_counted(
    serving: Serving, gateway: Gateway
) -> None:
    person = await serving.person()
    old = await put_notices(serving, person, person.permit_ids[0], days_left=[30, 14, 7])
    read_one = {"$set": {"read_at": serving.clock()}}
    await serving.database["notices"].update_one({"_id": old[0]["_id"]}, read_one)
    await serving.database["inboxes"].update_one({}, {"$inc": {"unread": -1}})
    later = old[-1]["at"] + KEPT_LIFETIME
    assert await remove_old_notices(gateway, later - timedelta(days=1)) == 0
    assert await remove_old_notices(gateway, later) == 2
    assert await stored_unread(serving, person) == (1, 1)
    assert await remove_old_notices(gateway, later + timedelta(seconds=1)) == 1
    assert await remove_old_notices(gateway, later + timedelta(seconds=1)) == 0
    assert await stored_unread(serving, person) == (0, 0)
