"""What a former employer files tells it nothing of today: every filing after the end is refused
alike, whatever became of the permit; what it had filed in time is judged as at the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.permit_status import shanghai_day, starts_at
from resolvers.vocabulary import ApplicationState, FilerKind
from tests.cases import Case, Scene
from tests.filing import ahead, applicant, application_of, put_papers
from tests.serving import Serving

TODAY: dict[str, dict[str, Any]] = {
    "it stands": {},
    "it was cancelled": {"state": "CANCELLED"},
    "it was superseded": {"state": "SUPERSEDED", "superseded_by": "pmt_" + "0" * 26},
}


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


async def end(case: Case, days: int = 1) -> None:
    """As where another employer's permit counts since then."""
    serving = case.scene.serving
    await serving.database["employments"].update_one(
        {"holder_id": case.person.holder_id},
        {"$set": {"ends_at": starts_at(shanghai_day(serving.clock()) - timedelta(days=days - 1))}},
    )


async def become(case: Case, today: dict[str, Any]) -> None:
    if today:
        await case.scene.serving.database["permits"].update_one(
            {"_id": case.person.permit_ids[0]}, {"$set": today}
        )


async def refusals(case: Case) -> list[tuple[str, str]]:
    """Of each way to file about the permit."""
    permit_id, serving = case.person.permit_ids[0], case.scene.serving
    gone = {"permitId": permit_id, "happenedOn": ahead(serving, -3), "reason": "CONTRACT_ENDED"}
    name = applicant()["name"]
    change = {"permitId": permit_id, "changedOn": ahead(serving, -1), "name": name}
    answers = [
        await case.filer.create({"cancellation": gone}),
        await case.filer.create({"change": change}),
        await case.act(ApplicationEvent.UPDATE),
        await case.act(ApplicationEvent.SUBMIT),
    ]
    return [(answer["code"], answer["message"]) for answer in answers]


async def test_every_filing_after_the_end_is_refused_alike_whatever_became_of_the_permit(
    scene: Scene,
) -> None:
    told = []
    for today in TODAY.values():
        case = await scene.case(ApplicationState.DRAFT, confirmed_at=scene.serving.clock())
        await end(case)
        await become(case, today)
        told.append(await refusals(case))
    case = await scene.case(ApplicationState.DRAFT, confirmed_at=scene.serving.clock())
    await end(case)
    await file_beside(case)
    told.append(await refusals(case))
    assert {one for answers in told for one in answers} == {told[0][0]}
    assert told[0][0][0] == "PERMIT_NOT_ELIGIBLE"


async def file_beside(case: Case) -> None:
    """What the holder files himself about the same permit."""
    document = case.scene.document(case.person, FilerKind.HOLDER, ApplicationState.SUBMITTED)
    await case.scene.serving.database["applications"].insert_one(document)
    await put_papers(case.scene.serving, document["_id"])


async def test_what_was_filed_in_time_and_returned_goes_on_whatever_became_of_the_permit(
    scene: Scene,
) -> None:
    for today in TODAY.values():
        case = await scene.case(ApplicationState.RETURNED)
        until = starts_at(shanghai_day(scene.serving.clock()))
        await become(case, {"valid_until": until, "shown.valid_until": until} | today)
        await end(case)
        stored = await scene.serving.database["permits"].find_one(
            {"_id": case.person.permit_ids[0]}
        )
        assert stored is not None
        assert stored["shown"]["state"] == "ISSUED"
        submitted = application_of(await case.act(ApplicationEvent.SUBMIT))
        assert submitted["state"] == ApplicationState.SUBMITTED


async def test_who_sponsors_now_is_told_what_is_filed_already(scene: Scene) -> None:
    case = await scene.case(ApplicationState.DRAFT, confirmed_at=scene.serving.clock())
    await file_beside(case)
    assert (await case.act(ApplicationEvent.SUBMIT))["code"] == "APPLICATION_OPEN"
