"""The process may die between any two writes: the paper is there, or nothing that counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from auth.audit_store import AuditStore
from auth.mongo import Document, Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.jobs.paper_sweep import PaperSweep, prefix_at, sweep_papers
from resolvers.papers.receiving import MIN_CHUNK_BYTES
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.store.applications import ApplicationStore
from resolvers.store.outgoing_events import OutgoingEventStore
from resolvers.store.paper_files import PaperFileStore
from resolvers.store.paper_parts import PaperPartStore
from resolvers.store.papers import PaperStore
from resolvers.vocabulary import ApplicationState
from tests.paper_contents import ARCHIVE, pdf
from tests.paper_filing import AUTHORITY, Filing, audited, codes_of, new_filing
from tests.serving import Serving

PART = MIN_CHUNK_BYTES
CONTRACT = pdf(2 * PART)

Place = tuple[type, str]
STAGING: tuple[Place, ...] = ((PaperStore, "receive"), (PaperPartStore, "append"))
STORING: tuple[Place, ...] = (
    (PaperStore, "store"),
    (ApplicationStore, "advance"),
    (PaperPartStore, "remove"),
    (PaperFileStore, "insert"),
    (AuditStore, "append"),
    (OutgoingEventStore, "append"),
)
DISCARDING: tuple[Place, ...] = (
    (PaperStore, "remove"),
    (PaperPartStore, "remove"),
    (AuditStore, "append"),
)
REMOVING: tuple[Place, ...] = (
    (PaperStore, "remove"),
    (ApplicationStore, "advance"),
    (PaperFileStore, "remove"),
    (AuditStore, "append"),
    (OutgoingEventStore, "append"),
)


class Killed(Exception):
    pass


@pytest.fixture
async def filing(serving: Serving) -> Filing:
    return await new_filing(serving)


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


def kill_after(place: Place, patch: pytest.MonkeyPatch) -> None:
    """The write is made, and nothing behind it."""
    store, name = place
    write = getattr(store, name)

    async def killed(*args: Any, **kwargs: Any) -> None:
        await write(*args, **kwargs)
        raise Killed

    patch.setattr(store, name, killed)


async def test_killed_while_a_part_is_kept_the_upload_stands_where_it_stood(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    before = await filing.everything()
    for place in STAGING:
        with pytest.MonkeyPatch.context() as patch:
            kill_after(place, patch)
            assert (await employer.send(path, 0, CONTRACT[:PART])).status_code == 500
        assert await filing.everything() == before, place
    assert (await employer.send(path, 0, CONTRACT[:PART])).status_code == 204


async def test_killed_while_a_paper_is_stored_there_is_none_and_the_last_part_is_sent_again(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    await employer.send(path, 0, CONTRACT[:PART])
    before = await filing.everything()
    for place in STORING:
        with pytest.MonkeyPatch.context() as patch:
            kill_after(place, patch)
            assert (await employer.send(path, PART, CONTRACT[PART:])).status_code == 500
        assert await filing.everything() == before, place
        assert await employer.offset(path) == PART
    assert await audited(filing.database, "paper.stored") == []
    assert (await employer.send(path, PART, CONTRACT[PART:])).status_code == 204
    assert (await employer.download(path)).content == CONTRACT


async def test_killed_after_a_paper_is_stored_it_is_whole(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))

    async def then_killed(database: Any, work: Any) -> None:
        await in_transaction(database, work)
        raise Killed

    monkeypatch.setattr("resolvers.papers.finishing.in_transaction", then_killed)
    assert (await employer.send(path, 0, CONTRACT)).status_code == 500
    assert await employer.offset(path) == len(CONTRACT)
    assert (await employer.download(path)).content == CONTRACT


async def test_killed_while_a_refused_file_is_thrown_away_it_is_refused_again(
    filing: Filing,
) -> None:
    nothing = await filing.everything()
    bad = pdf(2 * PART) + ARCHIVE
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(bad))
    await employer.send(path, 0, bad[:PART])
    before = await filing.everything()
    for place in DISCARDING:
        with pytest.MonkeyPatch.context() as patch:
            kill_after(place, patch)
            assert (await employer.send(path, PART, bad[PART:])).status_code == 500
        assert await filing.everything() == before, place
    assert codes_of(await employer.send(path, PART, bad[PART:])) == ["TRAILING_DATA"]
    assert await filing.everything() == nothing


async def test_killed_while_a_paper_is_taken_back_it_is_still_there(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.stored(filing.application_id, CONTRACT)
    before = await filing.everything()
    for place in REMOVING:
        with pytest.MonkeyPatch.context() as patch:
            kill_after(place, patch)
            assert (await employer.remove(path)).status_code == 500
        assert await filing.everything() == before, place
    assert (await employer.download(path)).content == CONTRACT


async def test_an_application_is_not_submitted_while_its_paper_is_taken_back(
    filing: Filing, gateway: Gateway
) -> None:
    advance = ApplicationStore.advance
    endings = set()
    for _ in range(4):
        await filing.move(ApplicationState.DRAFT)
        path = await filing.employer().stored(filing.application_id, CONTRACT)
        barrier, met = asyncio.Barrier(2), 0

        async def meeting(*args: Any, barrier: asyncio.Barrier = barrier) -> Document | None:
            nonlocal met
            met += 1
            if met <= 2:
                await barrier.wait()
            return await advance(*args)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ApplicationStore, "advance", meeting)
            is_submitted, removed = await asyncio.gather(
                submitted(gateway, filing), filing.employer().remove(path)
            )
        is_removed = removed.status_code == 204
        assert is_submitted is not is_removed
        assert is_removed or codes_of(removed) == ["WRONG_STATE"]
        endings.add(is_submitted)
        await filing.move(ApplicationState.DRAFT)
        await filing.employer().remove(path)
    assert endings


async def submitted(gateway: Gateway, filing: Filing) -> bool:
    """As submitting does it: reads the papers and writes the application, in one transaction."""

    async def work(transaction: Transaction) -> bool:
        scope = {"authority": AUTHORITY}
        application = await gateway.applications.find(filing.application_id, scope, transaction)
        assert application is not None
        if not await gateway.papers.load_of_application(filing.application_id, transaction):
            return False
        changes = {"state": str(ApplicationState.SUBMITTED)}
        after = await gateway.applications.advance(
            application, changes, None, gateway.now(), transaction
        )
        return after is not None

    return await in_transaction(gateway.database, work)


async def test_what_nobody_finished_and_what_belongs_to_nothing_is_swept(
    filing: Filing, gateway: Gateway
) -> None:
    nothing = await filing.everything()
    path = await filing.employer().begun(filing.application_id, len(CONTRACT))
    await filing.employer().send(path, 0, CONTRACT[:PART])
    under_way = await filing.everything()
    assert await sweep_papers(gateway, gateway.now()) == PaperSweep(0, 0, 0)
    assert await filing.everything() == under_way
    tomorrow = gateway.now() + timedelta(hours=24)
    assert await sweep_papers(gateway, tomorrow) == PaperSweep(uploads=1, orphans=0, papers=0)
    assert await filing.everything() == nothing
    kept = await filing.employer().stored(filing.application_id, CONTRACT)
    lost = await filing.employer().stored(filing.application_id, CONTRACT)
    lost_id = lost.rpartition("/")[2]
    await filing.database["papers"].delete_one({"_id": lost_id})
    midnight = gateway.now().replace(hour=0, minute=0)
    day = [midnight + timedelta(minutes=minute) for minute in range(1_440)]
    [turn, *_] = [minute for minute in day if lost_id.startswith(prefix_at(minute))]
    assert len({prefix_at(minute) for minute in day}) == 1_024
    assert await sweep_papers(gateway, turn) == PaperSweep(0, 1, 0)
    assert await filing.database["paper_files.files"].count_documents({}) == 1
    assert (await filing.employer().download(kept)).content == CONTRACT


@pytest.mark.parametrize("state", RETENTION_DAYS, ids=str)
async def test_papers_go_when_their_retention_is_over_and_not_a_second_sooner(
    filing: Filing, gateway: Gateway, state: ApplicationState
) -> None:
    for _ in range(2):
        await filing.employer().stored(filing.application_id, CONTRACT)
    await filing.move(state, updated_at=(ended_at := gateway.now()))
    over = ended_at + timedelta(days=RETENTION_DAYS[state], milliseconds=1)
    before = await filing.everything()
    assert (await sweep_papers(gateway, over - timedelta(seconds=1))).papers == 0
    after = await filing.everything()
    assert after["paper_files.chunks"] == before["paper_files.chunks"]
    assert after["applications"] == before["applications"]
    assert (await sweep_papers(gateway, over)).papers == 2
    left = await filing.everything()
    assert left["papers"] == left["paper_files.files"] == left["paper_files.chunks"] == {}
    lines = await audited(filing.database, "paper.deleted")
    assert [(one["actor"]["kind"], one["holder_id"]) for one in lines] == [
        ("system", filing.holder_id)
    ] * 2


async def test_papers_of_an_application_that_goes_on_stay(filing: Filing, gateway: Gateway) -> None:
    path = await filing.employer().stored(filing.application_id, CONTRACT)
    await filing.move(ApplicationState.UNDER_REVIEW)
    assert (await sweep_papers(gateway, gateway.now() + timedelta(days=4_000))).papers == 0
    assert (await filing.holder().download(path)).content == CONTRACT
