"""The revocation feed of one process: what it believes, for how long, and what it costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial

import pytest
from bson.timestamp import Timestamp
from pymongo.errors import AutoReconnect

from api.ids import new_id
from auth import revocation
from auth.collections import install
from auth.mongo import Database, connect, database_of, in_transaction
from auth.revocation import (
    BELIEVED_LIFETIME,
    OVERLAP,
    RevocationFeed,
    Verdict,
    seconds_since_boot,
)
from auth.revocation_documents import (
    BEGINNING,
    REVOCATION_LIFETIME,
    SPEC,
    Revocation,
    RevocationStore,
)
from tests.frozen_proxy import proxy_to

PATIENCE_SECONDS = 30.0


class Clock:
    """The real one, and as much more as the test says has passed."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> float:
        return seconds_since_boot() + self.ahead.total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - the feed tells nobody when it has read
            await asyncio.sleep(0.01)


@pytest.fixture
async def feed(database: Database, clock: Clock) -> AsyncIterator[RevocationFeed]:
    await install(database, [SPEC])
    running = RevocationFeed(database, clock=clock)
    await running.start()
    await eventually(running.is_alive)
    yield running
    await running.stop()


async def revoke(database: Database, *session_ids: str) -> None:
    store = RevocationStore(database)
    await in_transaction(database, lambda transaction: store.record(session_ids, transaction))


async def reads(database: Database) -> int:
    """Commands on the collection, further batches too, while the database was told to note all."""
    wanted = {"ns": f"{database.name}.{SPEC.name}", "op": {"$in": ["query", "getmore"]}}
    return await database["system.profile"].count_documents(wanted)


async def test_a_feed_that_is_alive_answers_without_a_command(own_database: Database) -> None:
    revoked, live = new_id("ses"), new_id("ses")
    await revoke(own_database, revoked)
    feed = RevocationFeed(own_database)
    await feed.start()
    await own_database.command("profile", 2)
    for _ in range(100):
        assert feed.is_alive()
        assert await feed.check(revoked) is Verdict.REVOKED
        assert await feed.check(live) is Verdict.LIVE
    await own_database.command("profile", 0)
    await feed.stop()
    assert await reads(own_database) <= 1  # the feed's own


async def test_memory_is_not_believed_once_it_is_too_old(
    feed: RevocationFeed, database: Database, clock: Clock
) -> None:
    session_id = new_id("ses")
    await revoke(database, session_id)
    await eventually(feed.is_alive)
    clock.ahead = BELIEVED_LIFETIME
    # Nothing was awaited since: as after a stop of the process or a sleep of the machine.
    assert not feed.is_alive()
    assert await feed.check(session_id) is Verdict.REVOKED
    await eventually(feed.is_alive)


async def test_a_read_counts_from_its_beginning(
    feed: RevocationFeed, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_after = feed._store.load_after

    async def sleep_in_between(position: Timestamp, limit: int) -> list[Revocation]:
        found = await load_after(position, limit)
        clock.ahead += BELIEVED_LIFETIME
        return found

    monkeypatch.setattr(feed._store, "load_after", sleep_in_between)
    slept = clock.ahead
    await eventually(lambda: clock.ahead > slept + BELIEVED_LIFETIME)
    assert not feed.is_alive()


async def test_the_wall_clock_may_jump_by_minutes(
    feed: RevocationFeed, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time

    def jumped(jump: float) -> float:
        return real() + jump

    for jump in (600.0, -600.0):
        monkeypatch.setattr(time, "time", partial(jumped, jump))
        session_id = new_id("ses")
        await revoke(database, session_id)
        await eventually(feed.is_alive)
        await eventually(partial(feed._revoked.__contains__, session_id))
        assert await feed.check(new_id("ses")) is Verdict.LIVE


async def test_a_revocation_that_commits_long_after_it_was_written_is_not_missed(
    feed: RevocationFeed, database: Database
) -> None:
    slow, quick = new_id("ses"), new_id("ses")
    store = RevocationStore(database)
    async with await database.client.start_session() as session, session.start_transaction():
        await store.record([slow], session)
        await revoke(database, quick)
        await eventually(lambda: quick in feed._revoked)
        assert slow not in feed._revoked
    first, second = await store.load_after(BEGINNING, 10)
    assert (first.session_id, second.session_id) == (slow, quick)
    await eventually(lambda: slow in feed._revoked)


async def test_each_read_goes_back_behind_what_a_transaction_may_last(
    feed: RevocationFeed, database: Database
) -> None:
    await revoke(database, new_id("ses"))
    await eventually(lambda: feed._newest > BEGINNING)
    seen = feed._newest
    start = revocation._behind(seen)
    assert seen.time - start.time == OVERLAP.total_seconds()
    server_limit = await database.client.admin.command(
        {"getParameter": 1, "transactionLifetimeLimitSeconds": 1}
    )
    lasts_at_most = server_limit["transactionLifetimeLimitSeconds"] * 1.5
    assert lasts_at_most < OVERLAP.total_seconds()


@pytest.mark.parametrize("page", [revocation.PAGE, 300, 1_000])
async def test_all_revocations_are_read_in_whatever_pages(
    database: Database, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    await install(database, [SPEC])
    session_ids = [new_id("ses") for _ in range(1_000)]
    await revoke(database, *session_ids)
    monkeypatch.setattr(revocation, "PAGE", page)
    feed = RevocationFeed(database)
    await feed.start()
    assert feed._revoked.keys() == set(session_ids)
    await feed.stop()


async def test_a_failed_read_blinds_in_time_and_all_is_read_again(
    feed: RevocationFeed, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await revoke(database, new_id("ses"))
    await eventually(lambda: feed.remembered == 1)
    positions: list[Timestamp] = []
    load_after = feed._store.load_after

    async def fail(position: Timestamp, limit: int) -> list[Revocation]:
        raise AutoReconnect

    async def note(position: Timestamp, limit: int) -> list[Revocation]:
        positions.append(position)
        return await load_after(BEGINNING, limit)

    monkeypatch.setattr(feed._store, "load_after", fail)
    await eventually(lambda: not feed.is_alive())
    assert await feed.check(new_id("ses")) is Verdict.LIVE
    monkeypatch.setattr(feed._store, "load_after", note)
    await eventually(feed.is_alive)
    assert positions[0] == BEGINNING


async def test_a_thousand_requests_of_a_blind_process_share_one_read(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is: how long one waits is another test's.
    monkeypatch.setattr(revocation, "LOOKUP_LIFETIME", timedelta(seconds=30))
    session_ids = [new_id("ses") for _ in range(1_000)]
    revoked = set(session_ids[::2])
    await revoke(own_database, *revoked)
    feed = RevocationFeed(own_database)
    await own_database.command("profile", 2)
    verdicts = await asyncio.gather(*(feed.check(session_id) for session_id in session_ids))
    await own_database.command("profile", 0)
    for session_id, verdict in zip(session_ids, verdicts, strict=True):
        assert verdict is (Verdict.REVOKED if session_id in revoked else Verdict.LIVE)
    assert await reads(own_database) == 1
    await feed.stop()


async def test_a_database_that_hangs_is_not_waited_for_and_nothing_is_served(
    database: Database, mongod_uri: str
) -> None:
    from_here = revocation.LOOKUP_LIFETIME.total_seconds()
    async with proxy_to(mongod_uri) as proxy:
        client = connect(proxy.uri)
        feed = RevocationFeed(database_of(client, database.name))
        await feed.start()
        await eventually(feed.is_alive)
        proxy.freeze()
        await eventually(lambda: not feed.is_alive())
        began = time.monotonic()
        assert await feed.check(new_id("ses")) is Verdict.UNKNOWN
        assert time.monotonic() - began < from_here + PATIENCE_SECONDS / 10
        proxy.thaw()
        await eventually(feed.is_alive)
        await feed.stop()
        # In a thread: the driver waits for answers that come through the proxy of this loop.
        await asyncio.to_thread(client.close)


async def test_what_this_process_ended_it_refuses_at_once_even_when_blind(
    feed: RevocationFeed, clock: Clock
) -> None:
    session_id = new_id("ses")
    feed.remember([session_id])
    clock.ahead = BELIEVED_LIFETIME
    assert await feed.check(session_id) is Verdict.REVOKED


async def test_a_revocation_is_forgotten_when_no_token_of_it_can_be_left(
    feed: RevocationFeed, clock: Clock
) -> None:
    feed.remember([new_id("ses")])
    clock.ahead = REVOCATION_LIFETIME - timedelta(seconds=10)
    await eventually(feed.is_alive)
    assert feed.remembered == 1
    clock.ahead = REVOCATION_LIFETIME
    await eventually(lambda: feed.remembered == 0)


async def test_a_memory_that_is_full_declares_itself_blind(
    feed: RevocationFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.remember(new_id("ses") for _ in range(3))
    monkeypatch.setattr(revocation, "MAX_REMEMBERED", 2)
    await eventually(lambda: not feed.is_alive())
    assert await feed.check(new_id("ses")) is Verdict.LIVE


async def test_a_feed_runs_once_and_may_be_stopped_twice(feed: RevocationFeed) -> None:
    with pytest.raises(RuntimeError, match="runs already"):
        await feed.start()
    await feed.stop()
    await feed.stop()
    assert not feed.is_alive()
    await feed.start()
    await eventually(feed.is_alive)
