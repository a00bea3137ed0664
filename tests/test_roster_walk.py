"""A list walked to its end while others change it: none missed, none met twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.companies import Company, make_company
from tests.rosters import hire
from tests.serving import Serving


async def change(company: Company, count: int) -> set[str]:
    """New people, permits that go on longer, cancellations and other names, by turns, written as
    their causes write them; the ids of the employments that were there throughout."""
    database, now = company.serving.database, company.serving.clock()
    for place in range(count):
        person = company.hired[place % len(company.hired)]
        wanted = {"_id": person.employment_id}
        match place % 4:
            case 0:
                keys = company.serving.key_set
                await hire(database, keys, company.employer_id, 1, now, first=10_000 + place)
            case 1:
                until = now + timedelta(days=700 + place)
                moved = {"ends_at": until, "permit.valid_until": until}
                await database["employments"].update_one(wanted, {"$set": moved})
            case 2:
                over = {"ends_at": now, "permit.state": "CANCELLED"}
                await database["employments"].update_one(wanted, {"$set": over})
            case _:
                renamed = {"name_prefixes": [bytes([place % 256]) * 8]}
                await database["employments"].update_one(wanted, {"$set": renamed})
        await asyncio.sleep(0)
    return {one.employment_id for one in company.hired}


async def walk(company: Company, sort: str, first: int) -> list[str]:
    met: list[str] = []
    page = await company.page(first=first, sort=sort)
    while True:
        met += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return met
        after = page["pageInfo"]["endCursor"]
        page = await company.page(first=first, sort=sort, after=after)


async def assert_whole(company: Company, changes: int, first: int) -> None:
    throughout, newest, oldest = await asyncio.gather(
        change(company, changes), walk(company, "NEWEST", first), walk(company, "OLDEST", first)
    )
    for met in (newest, oldest):
        assert len(set(met)) == len(met)
        assert throughout <= set(met)


async def test_a_walk_during_changes_misses_none_and_repeats_none(serving: Serving) -> None:
    await assert_whole(await make_company(serving, 40), changes=60, first=3)


@pytest.mark.slow
async def test_a_long_walk_during_a_thousand_changes_misses_none_and_repeats_none(
    serving: Serving,
) -> None:
    await assert_whole(await make_company(serving, 1_500), changes=1_000, first=10)
