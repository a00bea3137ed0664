"""People whom one employer sponsors now and another did before, and what each of them reads."""

from __future__ import annotations

from typing import Any

from auth.mongo import Document
from auth.tokens import SubjectKind
from resolvers.employments.name_digests import searched_digests
from resolvers.gateway import Gateway
from resolvers.jobs.employment_filling import fill_employments
from tests.cases import SOON, Scene, minted
from tests.factories import PermitPlan, Person
from tests.filing import Desk, Office, ahead, applicant, application_of, put_papers
from tests.rosters import Hired
from tests.serving import Serving
from tests.stateful_employments import check_employments

LEFT = PermitPlan(starts=-700, ends=-400)
READ = (
    "{ employer { permits(first: 10) { edges { node { id status history { event } source"
    " { updatedAt } holder { fullName { masked } } } } }"
    " applications(first: 10) { edges { node { holder { fullName { masked } } } } } } }"
)


async def in_step(serving: Serving) -> None:
    database = serving.database
    permits = {one["_id"]: one async for one in database["permits"].find()}
    check_employments(permits, {one["_id"]: one async for one in database["employments"].find()})


async def employments_of(serving: Serving, person: Person) -> list[Document]:
    """Oldest first; everybody's are in step."""
    await in_step(serving)
    found = serving.database["employments"].find({"holder_id": person.holder_id})
    return await found.sort("started_at", 1).to_list(None)


async def found_by(gateway: Gateway, employer_id: str, text: str) -> set[str]:
    """Holders whom the employer finds by this text, among its people as among its permits."""
    words = searched_digests(gateway.digester, employer_id, text)
    assert words
    wanted: dict[str, Any] = {
        "employer_id": employer_id,
        "$and": [{"name_prefixes": {"$in": list(word)}} for word in words],
    }
    people = [
        {one["holder_id"] async for one in gateway.database[name].find(wanted)}
        for name in ("employments", "permits")
    ]
    assert people[0] == people[1]
    return people[0]


async def forget_employments(serving: Serving) -> None:
    """As a database of an earlier version."""
    await serving.database["employments"].delete_many({})
    unknown: Document = {
        "employment_id": None,
        "shown": None,
        "name_key_version": None,
        "name_prefixes": [],
    }
    await serving.database["permits"].update_many({}, {"$set": unknown})


async def changed_employers(gateway: Gateway, former: Scene, now: Scene) -> Person:
    """Sponsored by `former` once, by `now` after a while without anybody."""
    serving = former.serving
    person = await serving.person(permit_plans=(LEFT, SOON), employer_id=former.employer_id)
    await serving.database["permits"].update_one(
        {"_id": person.permit_ids[1]}, {"$set": {"employer_id": now.employer_id}}
    )
    await forget_employments(serving)
    await fill_employments(gateway, serving.clock())
    return person


async def file_change_of_name(scene: Scene, person: Person | Hired, permit_id: str) -> Document:
    """Ada Erfunden from now on: submitted."""
    name = applicant()["name"]
    change = {"permitId": permit_id, "changedOn": ahead(scene.serving, -1), "name": name}
    draft = application_of(await scene.employer.create({"change": change}))
    await put_papers(scene.serving, draft["id"])
    holder = minted(scene.serving, SubjectKind.HOLDER, person.holder_id)
    confirmed = application_of(await holder.step("confirmApplication", draft))
    return application_of(await scene.employer.step("submitApplication", confirmed))


async def change_name(scene: Scene, person: Person, permit_id: str) -> None:
    submitted = await file_change_of_name(scene, person, permit_id)
    await (await Office.of(scene.serving)).approve(submitted)


async def read(serving: Serving, desk: Desk, person: Person) -> list[dict[str, Any]]:
    """What the employer is shown of a person's permits, and of all applications of its own."""
    employer = (await desk.app.execute(READ))["employer"]
    known = await serving.database["permits"].distinct("_id", {"holder_id": person.holder_id})
    permits = [one["node"] for one in employer["permits"]["edges"]]
    applications = [one["node"] for one in employer["applications"]["edges"]]
    return [*(one for one in permits if one["id"] in known), *applications]


def names_in(shown: list[dict[str, Any]]) -> set[str]:
    return {one["holder"]["fullName"]["masked"] for one in shown}
