"""Employees found by their numbers, and the figures of an employer, over HTTP."""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from resolvers.jobs.employment_filling import fill_employments
from resolvers.store.migrations import MIGRATIONS
from resolvers.vocabulary import IdentifierKind
from tests.access_records import put_party
from tests.app_client import AppClient
from tests.commands import CommandLog
from tests.companies import Company, make_company, sent_for
from tests.employer_client import employer_client
from tests.leaks import watching
from tests.serving import Serving


@pytest.fixture
async def company(serving: Serving) -> Company:
    return await make_company(serving)


LOOKUP = (
    "query($numbers: [String!]!) { employer { employeesByNumber(numbers: $numbers) { id name } } }"
)


async def looked_up(app: AppClient, numbers: list[str]) -> list[Any]:
    found: list[Any] = (await app.execute(LOOKUP, {"numbers": numbers}))["employer"][
        "employeesByNumber"
    ]
    return found


async def test_numbers_find_own_employees_and_nobody_elses_in_one_command(
    company: Company, command_log: CommandLog
) -> None:
    foreign = await company.serving.person()
    number = foreign.numbers[IdentifierKind.WORK_PERMIT]
    first, second = company.hired[3], company.hired[7]
    numbers = [second.number, number, "GD4400000000", "no number!", first.number, second.number]
    command_log.clear()
    found = await looked_up(company.app, numbers)
    assert [one and one["id"] for one in found] == [
        *(second.employment_id, None, None, None, first.employment_id, second.employment_id),
    ]
    assert found[4]["name"] == first.name
    sent = sent_for(command_log)
    assert sent == [("findAndModify", "throttle"), ("aggregate", "employers"), ("insert", "audit")]
    [line] = await company.trail()
    assert sorted(line["people"]) == sorted([first.holder_id, second.holder_id])
    for absent in (number, "GD4400000000"):
        command_log.clear()
        assert await looked_up(company.app, [absent]) == [None]
        assert sent_for(command_log) == sent[:2]
    assert len(await company.trail()) == 1


async def test_a_lookup_reads_as_much_of_a_stranger_as_of_nobody(
    company: Company, command_log: CommandLog
) -> None:
    stranger = await company.serving.person()
    examined = []
    for number in (stranger.numbers[IdentifierKind.WORK_PERMIT], "GD4400000000"):
        command_log.clear()
        await looked_up(company.app, [number] * 10)
        [command] = [one for one in command_log.queries.values() if "aggregate" in one]
        asked = {name: command[name] for name in ("aggregate", "pipeline", "cursor")}
        told = await company.serving.database.command("explain", asked, verbosity="executionStats")
        stages = [stage for stage in told["stages"] if "$lookup" in stage]
        assert all(stage["collectionScans"] == 0 for stage in stages)
        examined.append([stage["totalDocsExamined"] for stage in stages])
    # The list of numbers, and what is joined to the rows that it has not found.
    assert examined == [[0, 0, 0], [0, 0, 0]]


async def test_upkeep_makes_the_digests_that_an_earlier_version_had_not(
    company: Company, settings: Settings, mongod_uri: str
) -> None:
    """Nobody is found by number until then; whose number does not open, never."""
    employments = company.serving.database["employments"]
    expected = {one["_id"]: one["number_digest"] async for one in employments.find()}
    lost, *others = company.hired
    await company.serving.database["holders"].update_one(
        {"_id": lost.holder_id}, {"$set": {"work_permit_number": None}}
    )
    await employments.update_many(
        {}, {"$unset": {"number_digest": 1}}, bypass_document_validation=True
    )
    for _ in range(2):
        for migration in MIGRATIONS:
            await migration.run(company.serving.database)
    numbers = [one.number for one in company.hired]
    assert await looked_up(company.app, numbers) == [None] * len(numbers)
    now = company.serving.clock
    async with open_runtime(settings, mongod_uri, now=now) as runtime:
        await fill_employments(runtime.gateway, now())
        assert await fill_employments(runtime.gateway, now()) == 0
    found = await looked_up(company.app, numbers)
    assert found[0] is None
    assert [one["id"] for one in found[1:]] == [one.employment_id for one in others]
    expected[lost.employment_id] = b""
    assert {one["_id"]: one["number_digest"] async for one in employments.find()} == expected


async def test_numbers_are_not_looked_up_without_end_nor_over_an_address(company: Company) -> None:
    response = await company.serving.http.get(
        "/graphql",
        params={"query": '{ employer { employeesByNumber(numbers: ["GD44"]) { id } } }'},
        headers={"authorization": f"Bearer {company.app.token}"},
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "PERSONAL_DATA_IN_URL"
    many = " ".join(f'a{n}: employeesByNumber(numbers: ["GD44"]) {{ id }}' for n in range(20))
    for _ in range(3):
        assert "errors" not in (await company.app.post(f"{{ employer {{ {many} }} }}")).json()
    await looked_up(company.app, ["GD44"])
    refused = (await company.app.post(LOOKUP, {"numbers": ["GD44"]})).json()["errors"][0]
    assert refused["extensions"]["code"] == "RATE_LIMITED"
    assert refused["extensions"]["retryAfterSeconds"] >= 1


async def test_too_many_numbers_are_refused(company: Company) -> None:
    for numbers in ([], ["GD44"] * 101):
        answer = (await company.app.post(LOOKUP, {"numbers": numbers})).json()
        code = answer["errors"][0]["extensions"]["code"]
        assert code in ("BAD_USER_INPUT", "LIST_TOO_LONG")


FIGURES = """{ employer { dashboard { current byStatus { status count label }
  byCategory { category count label } byCity { city { code } count } soon: expiring(within: 90)
  later: expiring(within: 366) openApplications { state count label }
  openTasks { kind count overdue label } overdueTasks }
  again: dashboard { expiring(within: 1) } } }"""


async def test_figures_agree_with_the_lists_and_cost_one_command(
    company: Company, command_log: CommandLog
) -> None:
    command_log.clear()
    shown = (await company.app.execute(FIGURES))["employer"]
    assert sent_for(command_log) == [("aggregate", "employers")]
    figures = shown["dashboard"]
    people = await company.nodes(filter={"isCurrent": True})
    assert figures["current"] == len(people)

    def counted(of: Any) -> dict[str, int]:
        return dict(Counter(of(one["permit"]) for one in people))

    by_status = {one["status"]: one["count"] for one in figures["byStatus"]}
    assert by_status == counted(lambda permit: permit["status"])
    by_category = {one["category"]: one["count"] for one in figures["byCategory"]}
    assert by_category == counted(lambda permit: permit["category"])
    by_city = {one["city"]["code"]: one["count"] for one in figures["byCity"]}
    assert by_city == counted(lambda permit: permit["city"]["code"])
    for field, days in (("soon", 90), ("later", 366)):
        wanted = {"isCurrent": True, "expiringWithin": days}
        assert figures[field] == len(await company.nodes(filter=wanted))
    assert shown["again"]["expiring"] <= figures["soon"] < figures["later"]
    assert (figures["openApplications"], figures["openTasks"]) == ([], [])


async def test_open_cases_and_tasks_are_counted_and_listed_by_what_is_due(
    serving: Serving,
) -> None:
    party = await put_party(serving)
    app = await employer_client(serving, party.employer_id)
    query = """{ employer { dashboard { openApplications { state count }
      openTasks { kind count overdue } overdueTasks }
      due: tasks(filter: {state: OPEN, dueWithin: 40}, sort: DUE_SOONEST) {
        edges { node { kind state daysLeft } } }
      later: tasks(filter: {dueWithin: 1}) { edges { node { kind } } }
      done: tasks(filter: {state: DONE}) { edges { node { kind } } }
      submitted: applications(filter: {state: SUBMITTED, procedure: CANCELLATION}) {
        edges { node { promise { dueOn } } } }
      drafts: applications(filter: {state: DRAFT}) { edges { node { id } } } } }"""
    shown = (await app.execute(query))["employer"]
    assert shown["dashboard"]["openApplications"] == [{"state": "SUBMITTED", "count": 1}]
    kind = "ENROL_SOCIAL_INSURANCE"
    assert shown["dashboard"]["openTasks"] == [{"kind": kind, "count": 1, "overdue": 0}]
    assert [edge["node"]["kind"] for edge in shown["due"]["edges"]] == [kind]
    assert len(shown["submitted"]["edges"]) == 1
    for empty in ("later", "done", "drafts"):
        assert shown[empty]["edges"] == []
    serving.clock.advance(days=35)
    app = await employer_client(serving, party.employer_id)
    shown = (await app.execute(query))["employer"]
    assert shown["dashboard"]["openTasks"] == [{"kind": kind, "count": 1, "overdue": 1}]
    assert shown["dashboard"]["overdueTasks"] == 1
    assert shown["due"]["edges"][0]["node"]["daysLeft"] < 0


async def test_another_employer_sees_none_of_them_by_any_argument(company: Company) -> None:
    other = await make_company(company.serving, people=2)
    cursor = (await company.page(first=1))["edges"][0]["cursor"]
    own = {person.employment_id for person in other.hired}
    name = company.hired[5].name
    for wanted in ({"name": name}, {"status": "ACTIVE"}, {"isCurrent": True}, {}, None):
        for after in (cursor, None):
            for node in await other.nodes(filter=wanted, after=after):
                assert node["id"] in own
    assert await looked_up(other.app, [one.number for one in company.hired]) == [None] * 60
    # The same name has another digest with every employer.
    [mine] = [
        one
        async for one in company.serving.database["employments"].aggregate(
            [
                {"$match": {"employer_id": company.employer_id}},
                {"$unwind": "$name_prefixes"},
                {"$group": {"_id": None, "digests": {"$addToSet": "$name_prefixes"}}},
            ]
        )
    ]
    theirs = company.serving.database["employments"].find(
        {"employer_id": other.employer_id, "name_prefixes": {"$in": mine["digests"]}}
    )
    assert [one async for one in theirs] == []


async def test_no_name_or_number_is_in_a_cursor_or_a_log(company: Company) -> None:
    with watching() as watch:
        for person in company.hired[:10]:
            watch.known.add(person.name, person.number)
        page = await company.page(filter={"name": company.hired[0].name})
        await looked_up(company.app, [person.number for person in company.hired[:10]])
        await company.refused(filter={"name": "q"})
    assert watch.found() == {}
    cursors = [base64.urlsafe_b64decode(edge["cursor"]).decode() for edge in page["edges"]]
    assert cursors
    assert watch.known.found_in(" ".join(cursors)) == set()
