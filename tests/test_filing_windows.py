"""The window of an extension over HTTP at its edges: the days are those of Asia/Shanghai, whatever
day it is where the server runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest

from resolvers.rules.permit_status import SHANGHAI, shanghai_day
from resolvers.vocabulary import ApplicationState
from tests.cases import Case, Scene
from tests.factories import PermitPlan
from tests.filing import ahead, application_of, extension, put_papers
from tests.leaks import Watch, watched
from tests.refusing import expect_refused
from tests.serving import Serving


@pytest.fixture
async def watch(serving: Serving) -> AsyncIterator[Watch]:
    async with watched(serving) as watch:
        yield watch
        assert watch.found() == {}


def move_to(serving: Serving, hour: int, minute: int = 0) -> None:
    """To the next time that it is so late in Shanghai."""
    now = serving.clock().astimezone(SHANGHAI)
    wanted = datetime.combine(now.date(), time(hour, minute), SHANGHAI)
    if wanted <= now:
        wanted += timedelta(days=1)
    serving.clock.advance(seconds=(wanted - now).total_seconds())


async def confirmed_extension(scene: Scene, days_left: int) -> Case:
    """A draft that could be submitted, but for the window, of a permit whose printed day is so
    many days from today in Shanghai."""
    serving = scene.serving
    today, written_on = shanghai_day(serving.clock()), datetime.now(UTC).date()
    # A plan counts from the day of UTC on which the person is made, and ends with that day in
    # Shanghai.
    ends = days_left + (today - written_on).days
    person = await scene.person(PermitPlan(starts=-300, ends=ends))
    draft = application_of(await scene.employer.create(extension(serving, person.permit_ids[0])))
    await put_papers(serving, draft["id"])
    database = serving.database
    await database["applications"].update_one(
        {"_id": draft["id"]},
        {"$set": {"confirmed_at": serving.clock().replace(microsecond=0)}},
    )
    stored = await database["applications"].find_one({"_id": draft["id"]})
    permit = await database["permits"].find_one({"_id": person.permit_ids[0]})
    assert stored is not None
    assert permit is not None
    printed = shanghai_day(permit["valid_until"] - timedelta(seconds=1))
    assert printed.isoformat() == ahead(serving, days_left)
    return Case(scene, person, stored, scene.employer, scene.employer)


async def submit(case: Case) -> dict[str, object]:
    read = {"id": case.id, "revision": case.application["revision"]}
    return await case.filer.step("submitApplication", read)


async def test_an_extension_is_filed_from_day_90_to_day_30_and_on_no_other(
    serving: Serving, watch: Watch
) -> None:
    move_to(serving, 12)
    scene = await Scene.of(serving)
    for days_left, code in ((91, "TOO_EARLY"), (29, "TOO_LATE"), (0, "TOO_LATE")):
        case = await confirmed_extension(scene, days_left)
        await expect_refused(serving, watch, submit(case), code)
    for days_left in (90, 30):
        case = await confirmed_extension(scene, days_left)
        submitted = application_of(await submit(case))
        assert submitted["state"] == ApplicationState.SUBMITTED
        assert (await case.stored())["is_late"] is False


async def test_the_window_opens_and_closes_with_midnight_in_shanghai(
    serving: Serving, watch: Watch
) -> None:
    move_to(serving, 23, 59)
    scene = await Scene.of(serving)
    early, early_again = [await confirmed_extension(scene, 91) for _ in range(2)]
    last, too_late = [await confirmed_extension(scene, 30) for _ in range(2)]
    await expect_refused(serving, watch, submit(early), "TOO_EARLY")
    assert application_of(await submit(last))["state"] == ApplicationState.SUBMITTED
    utc_day = serving.clock().astimezone(UTC).date()
    serving.clock.advance(minutes=1, seconds=1)
    assert serving.clock().astimezone(UTC).date() == utc_day, "it is afternoon in UTC"
    assert application_of(await submit(early_again))["state"] == ApplicationState.SUBMITTED
    await expect_refused(serving, watch, submit(too_late), "TOO_LATE")


async def test_an_extension_filed_in_time_is_decided_after_the_permit_has_run_out(
    serving: Serving,
) -> None:
    move_to(serving, 12)
    scene = await Scene.of(serving)
    case = await confirmed_extension(scene, 30)
    application_of(await submit(case))
    serving.clock.advance(days=31)
    scene = await Scene.of(serving)
    application = await case.stored()
    for desk, mutation in (
        (scene.checker, "preCheckApplication"),
        (scene.checker, "acceptApplication"),
        (scene.decider, "startReview"),
        (scene.decider, "approveApplication"),
    ):
        read = {"id": case.id, "revision": application["revision"]}
        application = application_of(await desk.step(mutation, read))
    assert application["state"] == ApplicationState.APPROVED
