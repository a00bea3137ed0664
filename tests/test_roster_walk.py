"""Lists walked to their ends while the people in them change: none missed, none met twice."""

from __future__ import annotations

import asyncio

import pytest

from resolvers.rules.permit_status import starts_at
from tests.cases import Scene
from tests.employing import in_step
from tests.factories import CITY
from tests.filing import today
from tests.roster_changes import Changes, all_walks, waiting_cases
from tests.rosters import hire
from tests.serving import Serving


async def stored(scene: Scene, collection: str) -> set[str]:
    wanted = {"employer_id": scene.employer_id}
    return set(await scene.serving.database[collection].distinct("_id", wanted))


async def walk_during_changes(
    serving: Serving, people: int, first: int, between: int, slow_cases: int
) -> int:
    """Every list in every order at once; how many changes there were until the last page."""
    scene = await Scene.of(serving)
    # A portal that is in more of a hurry than usual.
    await serving.database["employer_clients"].update_many(
        {}, {"$set": {"limits.operations_per_minute": 60_000}}
    )
    now = serving.clock()
    place = (serving.database, serving.key_set, scene.employer_id)
    hired = await hire(*place, people, now, cities=(CITY,))
    cases = await waiting_cases(scene, hired, new=slow_cases, renamed=slow_cases)
    changes = Changes(scene, cases, all_walks(), between)
    lists = {"employees": "employments", "permits": "permits"}
    before = {listed: await stored(scene, name) for listed, name in lists.items()}
    walked = (changes.walk(walk, first) for walk in changes.walks)
    await asyncio.gather(changes.go_on(), *walked)
    await in_step(serving)
    # There was always another change to come: so they went on until the last page.
    assert changes.done < len(cases)
    for walk in changes.walks:
        throughout = before[walk.listed] & await stored(scene, lists[walk.listed])
        assert len(throughout) >= people
        assert len(set(walk.met)) == len(walk.met), (walk.listed, walk.sort)
        assert throughout <= set(walk.met), (walk.listed, walk.sort)
        assert all(at >= page * between for page, at in enumerate(walk.seen_at))
    return changes.done


async def test_a_check_of_the_originals_moves_nobody_in_a_list(serving: Serving) -> None:
    """Though the permit is good from another day on."""
    scene = await Scene.of(serving)
    place = (serving.database, serving.key_set, scene.employer_id)
    hired = await hire(*place, 12, serving.clock(), cities=(CITY,))
    orders = []
    for cases in ([], await waiting_cases(scene, hired[-1:], new=0, renamed=0)):
        changes = Changes(scene, cases)
        await changes.go_on()
        walks = all_walks()
        for walk in walks:
            await changes.walk(walk, first=20)
        orders.append([walk.met for walk in walks])
    checked = await serving.database["permits"].find_one({"_id": hired[-1].permit_id})
    assert checked is not None
    assert (checked["state"], checked["valid_from"]) == ("ISSUED", starts_at(today(serving)))
    assert orders[0] == orders[1]


async def test_a_walk_during_approvals_misses_none_and_repeats_none(serving: Serving) -> None:
    assert await walk_during_changes(serving, 44, first=4, between=1, slow_cases=1) >= 11


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_long_walk_during_a_thousand_approvals_misses_none_and_repeats_none(
    serving: Serving,
) -> None:
    done = await walk_during_changes(serving, 1_400, first=10, between=5, slow_cases=30)
    assert done >= 1_000
