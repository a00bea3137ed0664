"""Cases of an employer's people that wait for nothing but an approval, and who walks its lists
while they are approved, each by the mutation of an officer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from auth.mongo import Document
from resolvers.vocabulary import ApplicationState, FilerKind
from tests.cases import Scene
from tests.employing import file_change_of_name
from tests.filing import Office, ahead, applicant, application_of, new_in_china, put_papers
from tests.rosters import Hired

APPROVERS = 4
"""How many approvals are under way at once."""
WALK = """query($first: Int!, $after: String, $sort: %sSort!) { employer {
  %s(first: $first, after: $after, sort: $sort) {
    edges { node { id } } pageInfo { hasNextPage endCursor } } } }"""
WALKS = {
    "employees": ("Employee", ("NEWEST", "OLDEST")),
    "permits": ("Permit", ("NEWEST", "OLDEST", "LAST_DAY_SOONEST", "ISSUED_NEWEST")),
}


async def waiting_cases(scene: Scene, hired: Sequence[Hired], new: int, renamed: int) -> list[str]:
    """Ids of applications under review: of everybody whose permit stands an extension, a
    cancellation, or the check of the originals; by turns with people who come, or take names."""
    permits = {
        one["_id"]: one
        async for one in scene.serving.database["permits"].find({"employer_id": scene.employer_id})
    }
    standing = [one for one in hired if permits[one.permit_id]["state"] != "CANCELLED"]
    now = scene.serving.clock()
    active = [
        one
        for one in standing
        if permits[one.permit_id]["state"] == "ISSUED"
        and permits[one.permit_id]["valid_until"] > now
    ]
    slow = [await _of_another_name(scene, one) for one in active[:renamed]]
    slow += [await _of_somebody_new(scene, number) for number in range(new)]
    made = [
        _case(scene, one, permits[one.permit_id], place)
        for place, one in enumerate(standing)
        if one not in active[:renamed]
    ]
    await scene.serving.database["applications"].insert_many(made)
    return list(_spread([one["_id"] for one in made], slow))


def _case(scene: Scene, person: Hired, permit: Document, place: int) -> Document:
    if permit["state"] == "AWAITING_ORIGINALS":
        case = scene.document(person, FilerKind.EMPLOYER, ApplicationState.UNDER_REVIEW)
        facts = {**dict.fromkeys(case["facts"]), "entered_on": ahead(scene.serving, -3)}
        return case | {"procedure": "ORIGINALS_CHECK", "facts": facts}
    filer = FilerKind.HOLDER if place % 3 == 0 else FilerKind.EMPLOYER
    if permit["valid_until"] <= scene.serving.clock():
        # Nothing but an extension that was filed in time is still decided.
        filer = FilerKind.EMPLOYER
    return scene.document(person, filer, ApplicationState.UNDER_REVIEW)


async def _of_another_name(scene: Scene, person: Hired) -> str:
    return await _reviewed(scene, await file_change_of_name(scene, person, person.permit_id))


async def _of_somebody_new(scene: Scene, number: int) -> str:
    stated = new_in_china(scene.serving, applicant=applicant(f"FW{number:07d}"))
    draft = application_of(await scene.employer.create(stated))
    await put_papers(scene.serving, draft["id"])
    return await _reviewed(
        scene, application_of(await scene.employer.step("submitApplication", draft))
    )


async def _reviewed(scene: Scene, submitted: Document) -> str:
    office = Office(scene.serving, scene.checker, scene.decider)
    reviewed: str = (await office.review(submitted))["id"]
    return reviewed


def _spread(many: Sequence[str], few: Sequence[str]) -> Iterator[str]:
    every = len(many) // (len(few) + 1)
    left = list(few)
    for place, one in enumerate(many, start=1):
        yield one
        if left and place % every == 0:
            yield left.pop()


@dataclass
class Walk:
    """`met` are ids in the order of the list, `seen_at` how many changes were done at each page."""

    listed: str
    sort: str
    met: list[str] = field(default_factory=list)
    seen_at: list[int] = field(default_factory=list)
    is_over: bool = False


@dataclass
class Changes:
    """The cases in their order; `done` counts those that were approved. Between two pages of a walk
    are `between` changes on average, and no walk is left far behind."""

    scene: Scene
    cases: Sequence[str]
    walks: Sequence[Walk] = ()
    between: int = 1
    done: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def go_on(self) -> None:
        """Until all walks are over, or no case is left."""
        cases = iter(self.cases)
        async with asyncio.TaskGroup() as group:
            for _ in range(APPROVERS):
                group.create_task(self._approve(cases))

    async def _approve(self, cases: Iterator[str]) -> None:
        for case_id in cases:
            found = await self.scene.serving.database["applications"].find_one({"_id": case_id})
            assert found is not None
            read = {"id": case_id, "revision": found["revision"]}
            application_of(await self.scene.decider.step("approveApplication", read))
            async with self.news:
                self.done += 1
                self.news.notify_all()
                await self.news.wait_for(lambda: self.done <= self._most())
            if self.walks and all(walk.is_over for walk in self.walks):
                return

    def _most(self) -> int:
        pages = [len(walk.seen_at) for walk in self.walks if not walk.is_over]
        return (min(pages) + 1) * self.between if pages else len(self.cases)

    async def walk(self, walk: Walk, first: int) -> None:
        query = WALK % (WALKS[walk.listed][0], walk.listed)
        page: dict[str, Any] = {"endCursor": None, "hasNextPage": True}
        while page["hasNextPage"]:
            variables = {"first": first, "after": page["endCursor"], "sort": walk.sort}
            shown = (await self.scene.employer.app.execute(query, variables))["employer"]
            walk.met += [edge["node"]["id"] for edge in shown[walk.listed]["edges"]]
            page = shown[walk.listed]["pageInfo"]
            async with self.news:
                walk.seen_at.append(self.done)
                walk.is_over = not page["hasNextPage"]
                self.news.notify_all()
                wanted = min(len(walk.seen_at) * self.between, len(self.cases))
                await self.news.wait_for(partial(self._is_time, walk, wanted))

    def _is_time(self, walk: Walk, wanted: int) -> bool:
        return walk.is_over or self.done >= wanted


def all_walks() -> list[Walk]:
    return [Walk(listed, sort) for listed, (_, sorts) in WALKS.items() for sort in sorts]
