"""What the system does by itself when a time is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from api.clock import utc_now
from api.runtime import open_runtime
from api.settings import Settings
from resolvers.gateway import Gateway
from resolvers.jobs.application_upkeep import (
    forget_strangers,
    lapse_applications,
    recompute_promises,
)
from resolvers.jobs.upkeep import JOBS, Job, run_upkeep
from resolvers.notices.projecting import project_events
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.policy.procedures import policy_for
from resolvers.rules.permit_status import ends_at
from resolvers.rules.working_days import WorkingDayCalendar
from resolvers.store import reminder_progress
from resolvers.vocabulary import ApplicationState
from resolvers.webhooks.projecting import project_to_webhooks
from tests.factories import CITY
from tests.filing import (
    Office,
    application_of,
    code_of,
    employer_desk,
    employer_of,
    new_in_china,
    put_papers,
    today,
)
from tests.flows import everything_stored
from tests.serving import Serving

DAY = timedelta(days=1)


async def draft_of(serving: Serving, **changes: Any) -> dict[str, Any]:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    return application_of(await employer.create(new_in_china(serving, **changes)))


async def stored(serving: Serving, application_id: str) -> dict[str, Any]:
    found = await serving.database["applications"].find_one({"_id": application_id})
    assert found is not None
    return dict(found)


async def test_a_returned_application_lapses_after_its_last_day_and_not_before(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    office = await Office.of(serving)
    draft = application_of(await employer.create(new_in_china(serving)))
    await put_papers(serving, draft["id"])
    submitted = application_of(await employer.step("submitApplication", draft))
    gaps = [{"paper": "CONTRACT", "reason": "EXPIRED"}]
    returned = application_of(await office.checker.step("returnApplication", submitted, gaps=gaps))
    days = policy_for(CITY, today(serving)).returned_lapse_days
    last_instant = ends_at(today(serving) + days * DAY)
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        gateway = runtime.gateway
        assert await lapse_applications(gateway, last_instant - timedelta(seconds=1)) == 0
        assert await lapse_applications(gateway, last_instant) == 1
        assert await lapse_applications(gateway, last_instant) == 0
    lapsed = await stored(serving, draft["id"])
    assert (lapsed["state"], lapsed["steps"][-1]["party"]) == ("WITHDRAWN", "SYSTEM")
    lines = await serving.database["audit"].find({"action": "application.lapsed"}).to_list(9)
    assert [(line["actor"]["kind"], line["objects"]) for line in lines] == [
        ("system", [draft["id"]])
    ]
    events = serving.database["outgoing_events"]
    assert await events.count_documents({"kind": "application.lapsed"}) == 1
    assert code_of(await employer.step("submitApplication", returned)) == "STALE_REVISION"


async def test_a_promise_of_an_unpublished_year_is_counted_again_when_the_calendar_arrives(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    draft = await draft_of(serving)
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        gateway = runtime.gateway
        published = gateway.calendar
        before = {
            "stage": "PRE_CHECK",
            "began_on": "2027-01-29",
            "days": 10,
            "due_on": "2027-02-12",
            "due_at": ends_at(date(2027, 2, 12)),
            "provisional": True,
            "calendar": published.version,
        }
        await serving.database["applications"].update_one(
            {"_id": draft["id"]}, {"$set": {"promise": before}}
        )
        assert await recompute_promises(gateway, serving.clock()) == 0
        # A made-up notice: a week off from 5 February, with a Sunday worked before it.
        off = frozenset(date(2027, 2, 5) + n * DAY for n in range(8))
        arrived = WorkingDayCalendar(
            "CN-2027-made-up",
            published.published | {2027, 2028},
            published.days_off | {day for day in off if day.weekday() < 5},
            published.worked_weekends | {date(2027, 1, 31)},
        )
        later = replace(gateway, calendar=arrived)
        assert await recompute_promises(later, serving.clock()) == 1
        assert await recompute_promises(later, serving.clock()) == 0
    promise = (await stored(serving, draft["id"]))["promise"]
    # 31 January, 1 to 4 February, then 15 to 19 February.
    assert promise["due_on"] == "2027-02-19"
    assert promise["due_at"] == ends_at(date(2027, 2, 19))
    assert (promise["provisional"], promise["calendar"]) == (False, "CN-2027-made-up")
    audit = serving.database["audit"]
    assert await audit.count_documents({"action": "application.promise_recomputed"}) == 1


async def test_who_was_never_registered_is_forgotten_with_key_and_statements(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    draft = application_of(await employer.create(new_in_china(serving)))
    withdrawn = application_of(await employer.step("withdrawApplication", draft))
    before = await stored(serving, withdrawn["id"])
    assert before["particulars"]["full_name"] is not None
    keys = serving.database["holder_keys"]
    assert await keys.count_documents({"_id": before["holder_id"]}) == 1
    kept = timedelta(days=RETENTION_DAYS[ApplicationState.WITHDRAWN])
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        gateway = runtime.gateway
        assert await forget_strangers(gateway, before["updated_at"] + kept - DAY) == 0
        assert await forget_strangers(gateway, before["updated_at"] + kept) == 1
    after = await stored(serving, withdrawn["id"])
    assert after["particulars"] is None
    assert await keys.count_documents({"_id": before["holder_id"]}) == 0


async def test_upkeep_on_a_fresh_database_finds_nothing_and_changes_nothing(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    await draft_of(serving)
    async with open_runtime(settings, mongod_uri, now=utc_now) as runtime:
        # That there is a draft is told to those whom it concerns.
        assert await project_events(runtime.gateway, utc_now()) == 1
        assert await project_to_webhooks(runtime.gateway, utc_now()) == 1
        before = await everything_stored(serving.database, reminder_progress.NAME)
        done = [one async for one in run_upkeep(runtime.gateway)]
    assert [(one.count, one.fault) for one in done] == [(0, None)] * len(JOBS)
    assert await everything_stored(serving.database, reminder_progress.NAME) == before


async def test_a_job_that_fails_is_told_and_keeps_no_other_from_running(
    serving: Serving, settings: Settings, mongod_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_gateway: Gateway, _now: object) -> int:
        raise ConnectionError

    first = next(iter(JOBS))
    monkeypatch.setitem(JOBS, first, Job(fails))
    async with open_runtime(settings, mongod_uri, now=utc_now) as runtime:
        done = [one async for one in run_upkeep(runtime.gateway)]
    assert [isinstance(one.fault, ConnectionError) for one in done] == [True] + [False] * (
        len(JOBS) - 1
    )
