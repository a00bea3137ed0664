"""What is stated otherwise after a return is judged by the first filing; and a passport that the
holder has already is no change of passport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from auth.tokens import SubjectKind
from resolvers.vocabulary import IdentifierKind
from tests.cases import SOON, Scene, minted
from tests.factories import Person
from tests.filing import (
    ahead,
    applicant,
    application_of,
    code_of,
    extension,
    new_from_abroad,
    put_papers,
)
from tests.leaks import Watch, watched
from tests.refusing import expect_refused
from tests.serving import Serving

GAPS = [{"reason": "WRONG_STATEMENT"}]
LATER = 20


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def watch(serving: Serving) -> AsyncIterator[Watch]:
    async with watched(serving) as watch:
        yield watch
        assert watch.found() == {}


def change(scene: Scene, person: Person, changed: int, **more: Any) -> dict[str, Any]:
    """Of the post, so many days from today."""
    [permit_id] = person.permit_ids
    given = {"permitId": permit_id, "changedOn": ahead(scene.serving, changed)}
    return {"change": given | (more or {"post": {"en": "Dean", "zh": "院长"}})}


async def returned(scene: Scene, statement: dict[str, Any], person: Person | None) -> Any:
    """Filed today with all papers, and returned; `LATER` days have gone by since."""
    serving = scene.serving
    draft = application_of(await scene.employer.create(statement))
    await put_papers(serving, draft["id"])
    if person is not None:
        draft = await confirmed(serving, person, draft)
    submitted = application_of(await scene.employer.step("submitApplication", draft))
    step = await scene.checker.step("returnApplication", submitted, gaps=GAPS)
    serving.clock.advance(days=LATER)
    scene.employer = minted(serving, SubjectKind.EMPLOYER, scene.employer_id)
    return application_of(step)


async def confirmed(serving: Serving, person: Person, read: dict[str, Any]) -> dict[str, Any]:
    holder = minted(serving, SubjectKind.HOLDER, person.holder_id)
    return application_of(await holder.step("confirmApplication", read))


async def restate(scene: Scene, read: dict[str, Any], statement: dict[str, Any]) -> dict[str, Any]:
    return await scene.employer.step("updateApplication", read, statement=statement)


async def is_late(serving: Serving, read: dict[str, Any]) -> bool:
    found = await serving.database["applications"].find_one({"_id": read["id"]})
    assert found is not None
    late: bool = found["is_late"]
    return late


async def test_days_that_stay_as_they_were_keep_the_window_that_they_were_filed_in(
    serving: Serving, scene: Scene
) -> None:
    person = await scene.person()
    read = await returned(scene, change(scene, person, -3), person)
    other = change(scene, person, -3 - LATER, post={"en": "Rector", "zh": "校长"})
    restated = application_of(await restate(scene, read, other))
    assert not await is_late(serving, read)
    restated = await confirmed(serving, person, restated)
    again = application_of(await scene.employer.step("submitApplication", restated))
    assert again["state"] == "SUBMITTED"
    assert not await is_late(serving, read)


async def test_another_day_is_in_the_window_of_the_first_filing_or_marked_or_refused(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    person = await scene.person()
    read = await returned(scene, change(scene, person, -3), person)
    # Changed on a day after the filing: nobody could have filed that then.
    for since_filing in (1, LATER):
        attempt = restate(scene, read, change(scene, person, since_filing - LATER))
        await expect_refused(serving, watch, attempt, "TOO_EARLY")
    # Ten working days are over: late, as it would have been then.
    for since_filing, late in ((-40, True), (0, False), (-40, True), (-2, False)):
        restated = await restate(scene, read, change(scene, person, since_filing - LATER))
        read = application_of(restated)
        assert await is_late(serving, read) is late, since_filing
    read = await confirmed(serving, person, read)
    again = await scene.employer.step("submitApplication", read)
    assert application_of(again)["state"] == "SUBMITTED"


async def test_an_entry_is_planned_for_a_day_after_the_first_filing(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    read = await returned(scene, new_from_abroad(serving), None)
    # Back to the day of the filing, so that the day itself can be stated.
    serving.clock.advance(days=-LATER)
    scene.employer = minted(serving, SubjectKind.EMPLOYER, scene.employer_id)
    statement = new_from_abroad(serving, plannedEntryOn=ahead(serving, 0))
    await expect_refused(serving, watch, restate(scene, read, statement), "TOO_LATE")
    statement = new_from_abroad(serving, plannedEntryOn=ahead(serving, 1))
    assert application_of(await restate(scene, read, statement))["state"] == "RETURNED"


async def test_an_extension_hangs_on_its_permit_and_is_restated_after_its_last_day(
    serving: Serving, scene: Scene
) -> None:
    person = await scene.person(SOON)
    [permit_id] = person.permit_ids
    read = await returned(scene, extension(serving, permit_id), person)
    serving.clock.advance(days=25)
    scene.employer = minted(serving, SubjectKind.EMPLOYER, scene.employer_id)
    other = extension(serving, permit_id, requestedUntil=ahead(serving, 500))
    assert application_of(await restate(scene, read, other))["state"] == "RETURNED"


def with_passport(number: str) -> dict[str, Any]:
    passport: dict[str, Any] = applicant(number)["passport"]
    return passport


async def test_a_passport_on_the_holders_own_record_is_refused_when_it_is_stated(
    serving: Serving, scene: Scene, watch: Watch
) -> None:
    person, other = await scene.person(), await scene.person()
    own, anothers = (one.numbers[IdentifierKind.PASSPORT] for one in (person, other))
    watch.known.add(own, anothers)
    spelled = f" {own[:3].lower()}-{own[3:]} "
    for number in (own, spelled):
        attempt = scene.employer.create(change(scene, person, -1, passport=with_passport(number)))
        assert code_of(await attempt) == "PASSPORT_ON_RECORD"
    # Whose another one is, is told by the approval alone.
    statement = change(scene, person, -1, passport=with_passport(anothers))
    read = application_of(await scene.employer.create(statement))
    statement = change(scene, person, -1, passport=with_passport(own))
    assert code_of(await restate(scene, read, statement)) == "PASSPORT_ON_RECORD"
    # A former one is none to change to either.
    await serving.database["identity_documents"].update_many(
        {"holder_id": person.holder_id}, {"$set": {"superseded_at": serving.clock()}}
    )
    assert code_of(await restate(scene, read, statement)) == "PASSPORT_ON_RECORD"


async def test_each_changed_passport_is_counted_as_an_applicant_is(
    serving: Serving, scene: Scene
) -> None:
    person = await scene.person()
    numbers = [person.numbers[IdentifierKind.PASSPORT]] * 2
    for number in numbers:
        await scene.employer.create(change(scene, person, -1, passport=with_passport(number)))
    counted = await serving.database["throttle"].find({"attempts": 2}).to_list(None)
    assert len(counted) == 1
