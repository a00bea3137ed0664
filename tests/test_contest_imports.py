"""What an authority says of a contested record, by a later import, is marked on the contest."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from tests.access_callers import logged_in
from tests.contesting import code_of, contest, contest_of, mine, step
from tests.record_lines import BUREAU, UPDATED, Importer, later, residence_line, told
from tests.serving import Serving


@pytest.fixture
async def importer(
    serving: Serving, settings: Settings, mongod_uri: str
) -> AsyncIterator[Importer]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield Importer(runtime.gateway, serving.database, serving.key_set, serving.clock)


async def test_a_later_import_that_says_otherwise_what_is_contested_marks_the_contest(
    serving: Serving, importer: Importer
) -> None:
    person = await importer.person()
    assert told(await importer.take(residence_line(person))) == ["stored"]
    record = await serving.database["residence_permits"].find_one({})
    assert record is not None
    app = await logged_in(serving, person)
    opened = contest_of(await contest(app, record["_id"], "NUMBER"))

    async def marked() -> bool:
        [one] = await mine(app)
        return one["sourceChangedAt"] is not None

    for minutes, changes, is_marked in (
        (1, {}, False),
        (2, {"valid_until": "2027-02-04"}, False),
        (3, {"valid_until": "2027-02-04", "number": "RP00012346"}, True),
    ):
        line = residence_line(person, updated_at=later(UPDATED, minutes=minutes), **changes)
        assert told(await importer.take(line)) == ["stored"]
        assert await marked() is is_marked, changes
    # Whoever has read it before the mark reads it again before the next step.
    assert code_of(await step(app, "withdrawContest", opened)) == "STALE_REVISION"
    [read] = await mine(app)
    assert read["state"] == "OPEN"
    withdrawn = contest_of(await step(app, "withdrawContest", read))
    assert withdrawn["endedAt"] is not None


async def test_a_dry_run_and_another_record_mark_nothing(
    serving: Serving, importer: Importer
) -> None:
    person = await importer.person()
    assert told(await importer.take(await importer.insurance(person), source=BUREAU)) == ["stored"]
    record = await serving.database["insurance_enrolments"].find_one({})
    assert record is not None
    app = await logged_in(serving, person)
    await contest(app, record["_id"], "ENROLMENTS")
    at = later(UPDATED, minutes=1)
    line = await importer.insurance(person, updated_at=at)
    line["enrolments"] = line["enrolments"][:1]
    await importer.take(line, source=BUREAU, dry_run=True)
    assert (await mine(app))[0]["sourceChangedAt"] is None
    other = residence_line(person, updated_at=at)
    await importer.take(other)
    assert (await mine(app))[0]["sourceChangedAt"] is None
    assert told(await importer.take(line, source=BUREAU)) == ["stored"]
    assert (await mine(app))[0]["sourceChangedAt"] is not None
