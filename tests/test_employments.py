"""Employments stay in step with permits in every procedure, and an employer reads of one that is
over what there was at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from resolvers.gateway import Gateway
from resolvers.jobs.employment_filling import fill_employments
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.permit_status import shanghai_day, starts_at
from resolvers.store.applications import ApplicationStore
from resolvers.store.sponsored_permits import SponsoredPermitStore
from resolvers.vocabulary import ApplicationState, FilerKind
from tests.cases import Scene
from tests.employing import (
    change_name,
    changed_employers,
    employments_of,
    forget_employments,
    found_by,
    in_step,
    names_in,
    read,
)
from tests.filing import Office, applicant, application_of, new_in_china, put_papers
from tests.meeting import meet
from tests.serving import Serving

_S, _E = ApplicationState, ApplicationEvent
OLD_NAME, NEW_NAME = "N*** B***", "A*** E***"


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def test_an_extension_goes_on_with_the_employment(scene: Scene) -> None:
    case = await scene.case(_S.UNDER_REVIEW)
    [before] = await employments_of(scene.serving, case.person)
    application_of(await case.act(_E.APPROVE))
    [after] = await employments_of(scene.serving, case.person)
    assert (after["_id"], after["started_at"]) == (before["_id"], before["started_at"])
    assert after["ends_at"] > before["ends_at"]
    assert after["permit"]["id"] not in case.person.permit_ids


async def test_a_cancellation_by_the_holder_ends_it_at_once(scene: Scene) -> None:
    case = await scene.case(_S.UNDER_REVIEW, FilerKind.HOLDER)
    application_of(await case.act(_E.APPROVE))
    [ended] = await employments_of(scene.serving, case.person)
    now = scene.serving.clock()
    assert now - timedelta(seconds=30) < ended["ends_at"] <= now
    assert ended["permit"]["state"] == "CANCELLED"
    [permit] = await read(scene.serving, scene.employer, case.person)
    assert permit["status"] == "CANCELLED"


async def test_who_is_new_is_employed_by_the_approval(scene: Scene, gateway: Gateway) -> None:
    statement = new_in_china(scene.serving, applicant=applicant("FX7654321"))
    draft = application_of(await scene.employer.create(statement))
    await put_papers(scene.serving, draft["id"])
    submitted = application_of(await scene.employer.step("submitApplication", draft))
    await (await Office.of(scene.serving)).approve(submitted)
    await in_step(scene.serving)
    assert len(await found_by(gateway, scene.employer_id, "erf ada")) == 1
    assert len(await found_by(gateway, scene.employer_id, "艾")) == 1
    assert await found_by(gateway, scene.employer_id, "erfx") == set()


async def test_an_extension_that_outwaited_its_permit_is_another_employment(
    scene: Scene, gateway: Gateway
) -> None:
    """Of what was before, the employer reads no more than there was when it ended."""
    serving = scene.serving
    case = await scene.case(_S.UNDER_REVIEW)
    until = starts_at(shanghai_day(serving.clock()) - timedelta(days=2))
    await serving.database["permits"].update_one(
        {"_id": case.person.permit_ids[0]}, {"$set": {"valid_until": until}}
    )
    await forget_employments(serving)
    await fill_employments(gateway, serving.clock())
    application_of(await case.act(_E.APPROVE))
    first, second = await employments_of(serving, case.person)
    assert first["ends_at"] < second["started_at"]
    assert first["permit"]["state"] == "ISSUED"
    permit = await serving.database["permits"].find_one({"_id": case.person.permit_ids[0]})
    assert permit is not None
    assert permit["state"] == "SUPERSEDED"
    _, old, *_ = await read(serving, scene.employer, case.person)
    assert old["id"] == case.person.permit_ids[0]
    assert old["status"] == "EXPIRED"
    assert [one["event"] for one in old["history"]] == ["ISSUED"]


async def test_a_new_name_is_found_by_the_employer_of_now_and_never_shown_to_one_of_before(
    scene: Scene, gateway: Gateway
) -> None:
    """Whose permit had ended by mere expiry, without anybody's act."""
    former, serving = await Scene.of(scene.serving), scene.serving
    person = await changed_employers(gateway, former, scene)
    before = await read(serving, former.employer, person)
    assert names_in(before) == {OLD_NAME}
    await change_name(scene, person, person.permit_ids[1])
    for text, is_new in (("erfund", True), ("beisp", False), ("贝诺", False), ("艾达", True)):
        by_former = await found_by(gateway, former.employer_id, text)
        by_present = await found_by(gateway, scene.employer_id, text)
        assert (person.holder_id in by_former) is not is_new
        assert (person.holder_id in by_present) is is_new
    assert await read(serving, former.employer, person) == before
    assert names_in(await read(serving, scene.employer, person)) == {NEW_NAME}
    ended, live = await employments_of(serving, person)
    assert (ended["name"]["masked"], live["name"]) == (OLD_NAME, None)


async def test_after_the_end_the_next_name_is_not_shown_and_the_second_one_stays(
    scene: Scene, gateway: Gateway
) -> None:
    """The name is frozen once, at the first change after the end."""
    former = await Scene.of(scene.serving)
    person = await changed_employers(gateway, former, scene)
    await change_name(scene, person, person.permit_ids[1])
    [frozen, _] = await employments_of(scene.serving, person)
    newest = await scene.serving.database["permits"].find_one(
        {"holder_id": person.holder_id, "state": "ISSUED", "employer_id": scene.employer_id}
    )
    assert newest is not None
    await change_name(scene, person, newest["_id"])
    [still, _] = await employments_of(scene.serving, person)
    assert still == frozen


async def test_permits_of_an_earlier_version_find_their_employments_though_the_job_is_stopped(
    scene: Scene, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = scene.serving
    people = [await scene.person() for _ in range(5)]
    before = {one["_id"]: one async for one in serving.database["employments"].find()}
    await forget_employments(serving)
    monkeypatch.setattr("resolvers.jobs.employment_filling.BATCH_SIZE", 2)
    monkeypatch.setattr("resolvers.jobs.employment_filling.MAX_BATCHES", 1)
    assert await fill_employments(gateway, serving.clock()) == 2
    assert await serving.database["employments"].count_documents({}) == 2
    monkeypatch.setattr("resolvers.jobs.employment_filling.MAX_BATCHES", 50)
    counts = await asyncio.gather(*(fill_employments(gateway, serving.clock()) for _ in range(3)))
    assert sum(counts) == len(before) - 2
    await in_step(serving)
    after = [one async for one in serving.database["employments"].find()]
    assert len(after) == len(before)
    found = await found_by(gateway, scene.employer_id, "beispiel")
    assert found >= {person.holder_id for person in people}


async def test_an_approval_before_the_job_finds_the_employments_itself(scene: Scene) -> None:
    case = await scene.case(_S.UNDER_REVIEW)
    await forget_employments(scene.serving)
    application_of(await case.act(_E.APPROVE))
    found = scene.serving.database["employments"].find({"holder_id": case.person.holder_id})
    [employment] = await found.to_list(None)
    permits = scene.serving.database["permits"].find({"holder_id": case.person.holder_id})
    assert {one["employment_id"] async for one in permits} == {employment["_id"]}


@pytest.mark.parametrize("filer", FilerKind)
async def test_an_approval_that_meets_the_job_leaves_employments_in_step(
    scene: Scene, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, filer: FilerKind
) -> None:
    """Both have read what there is to do before one locks the holder."""
    for _ in range(3):
        case = await scene.case(_S.UNDER_REVIEW, filer)
        await fill_employments(gateway, scene.serving.clock())
        await forget_employments(scene.serving)
        with monkeypatch.context() as patch:
            reads = (SponsoredPermitStore, "load_holders_without_employment")
            meet(patch, (ApplicationStore, "find"), reads, count=2)
            payload, _ = await asyncio.gather(
                case.act(_E.APPROVE), fill_employments(gateway, scene.serving.clock())
            )
        application_of(payload)
        await fill_employments(gateway, scene.serving.clock())
        await in_step(scene.serving)
