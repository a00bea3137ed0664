"""What an employer sees of its people as lists, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from resolvers.rules.permit_status import shanghai_day
from tests.commands import CommandLog
from tests.companies import PAGE, PEOPLE, Company, make_company, sent_for
from tests.examined import examined
from tests.serving import Serving

WITHOUT_COUNT = PAGE.replace("    totalCount\n", "").replace("$first: Int!", "$first: Int! = 100")


@pytest.fixture
async def company(serving: Serving) -> Company:
    return await make_company(serving)


async def test_names_and_numbers_are_shown_in_full_and_the_trail_names_everybody_once(
    company: Company, command_log: CommandLog
) -> None:
    command_log.clear()
    shown = await company.page()
    assert sent_for(command_log) == [("aggregate", "employers"), ("insert", "audit")]
    assert shown["totalCount"] == PEOPLE
    by_id = {person.employment_id: person for person in company.hired}
    for node in (edge["node"] for edge in shown["edges"]):
        person = by_id.pop(node["id"])
        assert (node["name"], node["number"]) == (person.name, person.number)
        assert node["permit"]["holderName"] == person.name
        assert node["permit"]["numberInFull"] == person.number
    assert by_id == {}
    [line] = await company.trail()
    assert sorted(line["people"]) == sorted(one.holder_id for one in company.hired)
    assert {"holders.full_name", "permits.number", "permits.status"} < set(line["fields"])
    assert line["actor"]["subject"] == company.employer_id


async def test_one_and_twenty_people_cost_the_same_commands_and_who_is_counted_is_not_named(
    company: Company, command_log: CommandLog
) -> None:
    sent = []
    for first in (1, 20):
        command_log.clear()
        await company.page(first=first)
        sent.append(sent_for(command_log))
    assert sent[0] == sent[1]
    command_log.clear()
    await company.app.execute("{ employer { employees { totalCount pageInfo { hasNextPage } } } }")
    assert sent_for(command_log) == [("aggregate", "employers")]
    assert [len(line["people"]) for line in await company.trail()] == [1, 20]


async def test_a_page_reads_as_much_among_many_people_as_among_few(serving: Serving) -> None:
    """What is joined to its rows too, by the plans that MongoDB remembers after some rounds."""
    few, many = await make_company(serving, 110), await make_company(serving, 800)
    for _ in range(4):
        for company in (few, many):
            await company.app.execute(WITHOUT_COUNT)
    read = [
        await examined(serving.database, "employers", partial(company.app.execute, WITHOUT_COUNT))
        for company in (few, many)
    ]
    (documents, keys), (of_many, keys_of_many) = read
    assert documents == of_many < 1_000
    assert max(keys, keys_of_many) < 1.1 * min(keys, keys_of_many)


@pytest.mark.parametrize("sort", ["NEWEST", "OLDEST"])
async def test_pages_walk_the_list_in_either_direction(company: Company, sort: str) -> None:
    whole = [node["id"] for node in await company.nodes(sort=sort)]
    walked: list[str] = []
    after: str | None = None
    while True:
        page = await company.page(first=7, after=after, sort=sort)
        walked += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert walked == whole
    assert len(set(walked)) == PEOPLE
    starts = [node["startedOn"] for node in await company.nodes(sort=sort)]
    assert starts == sorted(starts, reverse=sort == "NEWEST")


async def test_a_cursor_belongs_to_its_list_and_order(company: Company) -> None:
    cursor = (await company.page(first=1))["pageInfo"]["endCursor"]
    assert await company.refused(after=cursor, sort="OLDEST") == "BAD_USER_INPUT"
    for listed in ("permits", "applications", "tasks"):
        query = f'{{ employer {{ {listed}(after: "{cursor}") {{ edges {{ cursor }} }} }} }}'
        answer = (await company.app.post(query)).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_filters_leave_those_that_fit_and_count_them(company: Company) -> None:
    everybody = await company.nodes()

    async def fit(wanted: dict[str, Any], fits: Any) -> int:
        page = await company.page(filter=wanted)
        ids = [edge["node"]["id"] for edge in page["edges"]]
        assert ids == [node["id"] for node in everybody if fits(node)], wanted
        assert page["totalCount"] == len(ids)
        return len(ids)

    for status in {node["permit"]["status"] for node in everybody}:
        assert await fit({"status": status}, lambda one, s=status: one["permit"]["status"] == s)
    assert await fit({"isCurrent": True}, lambda one: one["isCurrent"])
    assert await fit({"isCurrent": False}, lambda one: one["endedOn"] is not None)
    assert await fit({"category": "B"}, lambda one: one["permit"]["category"] == "B")
    cities = ["440100", "310000"]
    assert await fit({"cities": cities}, lambda one: one["permit"]["city"]["code"] in cities)
    assert await fit(
        {"cities": "440300", "category": "C"},
        lambda one: (one["permit"]["city"]["code"], one["permit"]["category"]) == ("440300", "C"),
    )
    assert await fit({"name": "kal"}, lambda one: any(w.startswith("Kal") for w in words(one)))
    given, surname = company.hired[5].name.split()
    both = {"name": f"{given[:2].upper()}, {surname[:3].lower()}"}
    assert await fit(
        both, lambda one: one["name"].startswith(given[:2]) and f" {surname[:3]}" in one["name"]
    )
    for days in (100, 300):
        last = day_ahead(company.serving, days)
        assert await fit(
            {"expiringWithin": days},
            lambda one, last=last: (
                one["permit"]["status"] == "ACTIVE" and one["permit"]["validUntil"] <= last
            ),
        )


def words(node: dict[str, Any]) -> list[str]:
    return str(node["name"]).split()


def day_ahead(serving: Serving, days: int) -> str:
    return (shanghai_day(serving.clock()) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    "wanted",
    [
        *({"name": text} for text in ("", "x", "ö", "a b", "a" * 3_000)),
        *({"expiringWithin": days} for days in (0, -1, 367)),
        *({"cities": cities} for cities in ([], ["44"], ["440100"] * 21, ["44010x"])),
    ],
)
async def test_a_filter_that_means_nothing_is_refused(
    company: Company, wanted: dict[str, Any]
) -> None:
    assert await company.refused(filter=wanted) in ("BAD_USER_INPUT", "LIST_TOO_LONG")


SORTS = {
    "NEWEST": ("validFrom", True),
    "OLDEST": ("validFrom", False),
    "LAST_DAY_SOONEST": ("validUntil", False),
    "LAST_DAY_LATEST": ("validUntil", True),
    "ISSUED_NEWEST": ("issuedAt", True),
    "ISSUED_OLDEST": ("issuedAt", False),
}


@pytest.mark.parametrize("sort", list(SORTS))
async def test_permits_are_walked_in_every_order_and_narrowed_as_employees_are(
    company: Company, sort: str
) -> None:
    query = """query($after: String, $filter: PermitFilter, $sort: PermitSort!) { employer {
      permits(first: 9, after: $after, filter: $filter, sort: $sort) { totalCount
        edges { node { id validFrom validUntil issuedAt holderName } }
        pageInfo { hasNextPage endCursor } } } }"""
    field, falling = SORTS[sort]
    for wanted, count in ({}, PEOPLE), ({"name": "kalan"}, None), ({"expiringWithin": 366}, None):
        walked: list[dict[str, Any]] = []
        page: dict[str, Any] = {"endCursor": None, "hasNextPage": True}
        while page["hasNextPage"]:
            variables = {"after": page["endCursor"], "filter": wanted, "sort": sort}
            shown = (await company.app.execute(query, variables))["employer"]["permits"]
            walked += [edge["node"] for edge in shown["edges"]]
            page = shown["pageInfo"]
            assert shown["totalCount"] > 0
        assert len({one["id"] for one in walked}) == len(walked) == (count or shown["totalCount"])
        keys = [one[field] for one in walked]
        assert keys == sorted(keys, reverse=falling)
