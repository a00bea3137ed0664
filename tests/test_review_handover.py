"""A review goes on when its officer is gone: another decider of the authority takes it over, and
only then."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from auth.officers import Duty
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.vocabulary import ApplicationState
from tests.cases import Case, Scene
from tests.filing import Desk, application_of, code_of
from tests.leaks import Watch, watched
from tests.officer_client import officer_clients, officers_away
from tests.refusing import expect_refused
from tests.serving import Serving

UNDER_REVIEW, TAKE_OVER = ApplicationState.UNDER_REVIEW, ApplicationEvent.TAKE_OVER_REVIEW
ACTIONS = "query($id: ID!) { officer { case(id: $id) { nextActions { code } } } }"


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def watch(serving: Serving) -> AsyncIterator[Watch]:
    async with watched(serving) as watch:
        yield watch
        assert watch.found() == {}


async def change_officer(scene: Scene, **changes: Any) -> None:
    """The decider of the scene, as an administrator would."""
    await scene.serving.database["officers"].update_one(
        {"_id": scene.decider_id}, {"$set": changes}
    )


async def deciders(serving: Serving, number: int = 1) -> list[Desk]:
    return [Desk(app) for app in await officer_clients(serving, number, duties=(Duty.DECIDE,))]


async def actions(desk: Desk, case: Case) -> list[str]:
    shown = (await desk.app.execute(ACTIONS, {"id": case.id}))["officer"]["case"]
    return [action["code"] for action in shown["nextActions"]]


def read_of(case: Case, **changes: Any) -> dict[str, Any]:
    return {"id": case.id, "revision": case.application["revision"]} | changes


@pytest.mark.parametrize("gone", [{"state": "DISABLED"}, {"duties": ["CHECK"]}], ids=str)
async def test_who_takes_over_from_an_officer_who_is_gone_decides_and_that_one_no_more(
    serving: Serving, scene: Scene, gone: dict[str, Any]
) -> None:
    case = await scene.case(UNDER_REVIEW)
    [other] = await deciders(serving)
    assert await actions(other, case) == []
    assert await actions(scene.decider, case) == ["APPROVE", "REJECT"]
    assert code_of(await other.step("approveApplication", read_of(case))) == "ANOTHER_REVIEWER"
    await change_officer(scene, **gone)
    assert await actions(other, case) == ["TAKE_OVER_REVIEW"]
    assert await actions(scene.checker, case) == []
    taken = application_of(await other.step("takeOverReview", read_of(case)))
    assert taken["state"] == "UNDER_REVIEW"
    assert await actions(other, case) == ["APPROVE", "REJECT"]
    await change_officer(scene, state="ACTIVE", duties=["DECIDE"])
    assert code_of(await scene.decider.step("approveApplication", taken)) == "ANOTHER_REVIEWER"
    assert code_of(await scene.decider.step("takeOverReview", taken)) == "REVIEWER_AVAILABLE"
    decided = application_of(await other.step("approveApplication", taken))
    assert decided["state"] == "APPROVED"
    stored = await case.stored()
    assert stored["reviewer"] != scene.decider_id
    assert stored["steps"][-1]["actor"] == stored["reviewer"]
    assert stored["promise"] is None


async def test_a_review_stays_with_an_officer_who_can_decide_it(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    case = await scene.case(UNDER_REVIEW)
    [other] = await deciders(serving)
    for desk in (other, scene.decider):
        attempt = desk.step("takeOverReview", read_of(case))
        await expect_refused(serving, watch, attempt, "REVIEWER_AVAILABLE")


async def test_who_checked_the_case_does_not_take_its_review_over(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    [away] = await officers_away(serving, 1)
    checked = await scene.case(UNDER_REVIEW, reviewer=away, checkers=[scene.decider_id])
    await expect_refused(serving, watch, checked.act(TAKE_OVER), "CHECKER_CANNOT_DECIDE")
    assert await actions(scene.decider, checked) == []


async def test_an_officer_of_another_city_takes_no_review_over(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    [away] = await officers_away(serving, 1)
    case = await scene.case(UNDER_REVIEW, reviewer=away)
    elsewhere = "foreign-experts-440300"
    [app] = await officer_clients(serving, 1, elsewhere, (Duty.DECIDE,))
    attempt = Desk(app).step("takeOverReview", read_of(case))
    await expect_refused(serving, watch, attempt, "NOT_FOUND")


async def test_of_many_who_take_over_at_once_one_has_the_case(
    serving: Serving, scene: Scene
) -> None:
    [away] = await officers_away(serving, 1)
    case = await scene.case(UNDER_REVIEW, reviewer=away)
    desks = await deciders(serving, 10)
    payloads = await asyncio.gather(*(desk.step("takeOverReview", read_of(case)) for desk in desks))
    outcomes = Counter(payload.get("code", "taken") for payload in payloads)
    assert outcomes == {"taken": 1, "STALE_REVISION": 9}
    assert (await case.stored())["revision"] == case.application["revision"] + 1
