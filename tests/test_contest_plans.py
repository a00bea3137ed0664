"""Every query of showing and checking a card, and of contests, is served by an index."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from tests.access_callers import employer_id_of, logged_in
from tests.commands import CommandLog
from tests.contesting import contest, contest_of, mine, on_desk, records_officer, step
from tests.employer_client import employer_client
from tests.officer_client import officer_client
from tests.record_lines import UPDATED, Importer, later, residence_line
from tests.serving import Serving
from tests.showing_cards import PRESSED, Showing, verify
from tests.test_contests import UNDER_REVIEW, decided
from tests.test_query_plans import scanned_by


@pytest.fixture
async def importer(
    serving: Serving, settings: Settings, mongod_uri: str
) -> AsyncIterator[Importer]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield Importer(runtime.gateway, serving.database, serving.key_set, serving.clock)


async def scans_of(serving: Serving, log: CommandLog) -> dict[str, list[str]]:
    """By shape of query, what it would read in full."""
    queries = {
        shape: command
        for shape, command in log.queries.items()
        if (command.get("find") or command.get("aggregate")) != "meta"
    }
    return {
        shape: scanned
        for shape, command in queries.items()
        if (scanned := await scanned_by(serving.database, command))
    }


async def test_every_query_of_showing_and_checking_a_card_is_served_by_an_index(
    serving: Serving, command_log: CommandLog
) -> None:
    shown = await Showing.of(serving)
    sponsor = await employer_client(serving, await employer_id_of(serving, shown.person))
    officer = await officer_client(serving)
    command_log.clear()
    await shown.hand.app.execute("{ cardCode { ... on CardCode { payload } } }")
    for checker in (sponsor, officer):
        await verify(checker, await shown.code())
    await serving.http.post(f"/check/{await shown.code()}", data=PRESSED)
    assert "cards" in {shape.partition(" ")[0] for shape in command_log.queries}
    assert await scans_of(serving, command_log) == {}


async def test_every_query_of_a_contest_is_served_by_an_index(
    serving: Serving, importer: Importer, command_log: CommandLog
) -> None:
    person = await importer.person()
    await importer.take(residence_line(person))
    record = await serving.database["residence_permits"].find_one({})
    assert record is not None
    app, officer = await logged_in(serving, person), await records_officer(serving)
    sponsor = await employer_client(serving, await employer_id_of(serving, person))
    command_log.clear()
    await contest(app, record["_id"], "NUMBER")
    opened = contest_of(await contest(app, person.permit_ids[0], "POST"))
    await importer.take(
        residence_line(person, number="RP00012346", updated_at=later(UPDATED, minutes=1))
    )
    await sponsor.execute(UNDER_REVIEW)
    assert len(await on_desk(officer)) == 1
    await decided(officer, contest_of(await step(officer, "takeContest", opened)))
    again = contest_of(await contest(app, person.permit_ids[0], "POST"))
    await step(app, "withdrawContest", again)
    assert len(await mine(app)) == 3
    assert "contests" in {shape.partition(" ")[0] for shape in command_log.queries}
    assert await scans_of(serving, command_log) == {}
