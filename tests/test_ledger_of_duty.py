"""What an employer sees by duty stands in the ledger of whom it sees, masked or in full: every
list and every record of its desk, one line for all who were shown the same."""

from __future__ import annotations

from typing import Any

import pytest

from auth.audit import MAX_FIELDS
from auth.tokens import SubjectKind
from resolvers.graph import RELATIONS
from resolvers.policy.access_texts import ledger_field_label
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.seen import is_about_a_person, seen_names
from resolvers.store import employers
from resolvers.store.registry import SPECS
from resolvers.vocabulary import ApplicationState, LetterKind
from schema.access import access_rules
from schema.build import build_gateway_schema
from schema.employer_access import reachable
from schema.field import EDGE, READS, RULE_EDGES, SHOWS
from schema.selection import TELL_WHO
from tests.app_client import AppClient
from tests.cases import Scene, minted
from tests.commands import CommandLog
from tests.companies import Company, make_company, sent_for
from tests.filing import application_of
from tests.letter_asking import make_subjects
from tests.serving import Serving
from tests.test_ledger import ledger

LIST_50 = """{ employer { permits(first: 50) { edges { node {
  id number { masked } category status validUntil holder { fullName { masked } }
  employer { name } } } } } }"""
COLLECTIONS = {
    "Application": "applications",
    "ApplicationDecision": "applications",
    "ApplicationParticulars": "applications",
    "ApplicationPaper": "papers",
    "CasePerson": "holders",
    "Employee": "employments",
    "Letter": "letters",
    "Permit": "permits",
    "PermitHolder": "holders",
    "Task": "tasks",
}
APPLICATIONS = """{ employer { applications { edges { node { state
  resultPermit { status } holder { fullName { masked } } } } } } }"""
APPLICATION_SHOWS = ["applications.progress"]
BELOW = [
    "holders.full_name.masked",
    *("permits.status", "permits.valid_from", "permits.valid_until"),
]
TASKS = "{ employer { tasks { edges { node { kind } } } } }"
LIST_50_SHOWS = [
    "holders.full_name.masked",
    "permits.category",
    "permits.employer",
    "permits.number.masked",
    "permits.status",
    "permits.valid_from",
    "permits.valid_until",
]


@pytest.fixture
async def company(serving: Serving) -> Company:
    return await make_company(serving, 7)


def ledger_of(company: Company, place: int) -> AppClient:
    holder_id = company.hired[place].holder_id
    return minted(company.serving, SubjectKind.HOLDER, holder_id).app


async def named(company: Company, query: str, **variables: Any) -> list[tuple[list[str], int]]:
    """Fields and number of people of each line that the query leaves."""
    before = {line["_id"] for line in await company.trail()}
    await company.app.execute(query, variables)
    lines = [line for line in await company.trail() if line["_id"] not in before]
    return sorted((line["fields"], len(line["people"])) for line in lines)


async def test_a_list_of_masks_is_told_to_each_holder_by_one_insert(
    company: Company, command_log: CommandLog
) -> None:
    command_log.clear()
    await company.app.execute(LIST_50)
    assert sent_for(command_log) == [("aggregate", "employers"), ("insert", "audit")]
    for place in (0, 6):
        [line] = await ledger(ledger_of(company, place))
        assert (line["actorKind"], line["action"], line["result"]) == (
            *("EMPLOYER", "employee.read", "OK"),
        )
        assert [one["name"] for one in line["fields"]] == LIST_50_SHOWS
        assert line["fields"][0]["label"] == "Name as in the passport (masked)"
    [line] = await company.trail()
    assert line["people"] == sorted(one.holder_id for one in company.hired)
    masked = str(company.hired[0].name.split()[0])
    assert masked not in str(line)


async def test_whom_the_page_does_not_show_is_not_told(company: Company) -> None:
    """One row more is read, to know whether there are others."""
    three = "{ employer { permits(first: 3) { edges { node { id } } } } }"
    assert await named(company, three) == [([], 3)]
    assert [len(await ledger(ledger_of(company, place))) for place in range(7)].count(1) == 3


async def test_each_is_told_what_was_shown_of_him_and_nothing_that_was_shown_of_others(
    company: Company,
) -> None:
    query = """{ employer {
      some: employees(first: 2) { edges { node { isCurrent } } }
      others: permits(first: 100) { edges { node { category } } } } }"""
    assert await named(company, query) == [
        (["employments.ends_at", "employments.started_at", "permits.category"], 2),
        (["permits.category"], 5),
    ]


@pytest.mark.parametrize("counted", ["totalCount", "pageInfo { hasNextPage }", "__typename"])
async def test_who_is_only_counted_is_not_told_but_who_is_searched_by_name_is(
    company: Company, counted: str
) -> None:
    everybody = f"{{ employer {{ employees {{ {counted} }} permits {{ {counted} }} }} }}"
    assert await named(company, everybody) == []
    search = f"""query($filter: EmployeeFilter) {{
      employer {{ employees(filter: $filter) {{ {counted} }} }} }}"""
    word = company.hired[0].name.split()[0][:4]
    found = await named(company, search, filter={"name": word})
    assert [fields for fields, _ in found] == [["employments.started_at", "holders.full_name"]]


async def test_a_look_up_by_number_and_filters_are_told_by_what_they_tell(
    company: Company,
) -> None:
    query = """query($numbers: [String!]!) { employer {
      employeesByNumber(numbers: $numbers) { id } } }"""
    numbers = [company.hired[2].number, company.hired[4].number]
    assert await named(company, query, numbers=numbers) == [(["permits.number"], 2)]
    filtered = """{ employer { employees(filter: { isCurrent: true, cities: ["440100"] }) {
      edges { node { id } } } } }"""
    for fields, _ in await named(company, filtered):
        assert fields == ["employments.ends_at", "employments.started_at", "permits.city"]


async def test_an_application_with_what_is_below_it_and_what_follows_from_it_is_told(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    case = await scene.case(ApplicationState.UNDER_REVIEW)
    application_of(await case.act(ApplicationEvent.APPROVE))
    for query, told in (
        (APPLICATIONS, {"application.read": APPLICATION_SHOWS, "employee.read": BELOW}),
        (TASKS, {"employee.read": ["tasks.task"]}),
    ):
        known = len(await ledger(case.holder.app))
        await scene.employer.app.execute(query)
        lines = (await ledger(case.holder.app))[: len(told)]
        assert len(await ledger(case.holder.app)) == known + len(told)
        assert {line["action"]: [one["name"] for one in line["fields"]] for line in lines} == told


async def test_a_letter_that_an_employer_asks_for_and_lists_is_told(serving: Serving) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    kind = LetterKind.DECISION
    await subjects.employer().letter(kind, subjects.about[kind])
    await subjects.employer().app.execute("{ employer { letters { edges { node { kind } } } } }")
    lines = await ledger(subjects.holder().app)
    names = [[one["name"] for one in line["fields"]] for line in lines]
    assert names == [["letters.letter"], ["letters.letter"]]


def test_whatever_an_employer_can_read_of_a_person_has_a_name_in_words() -> None:
    """And no record that is about one can be read past the ledger."""
    schema = build_gateway_schema()._schema
    told: set[str] = set()
    for type_name, field in reachable(schema, access_rules(schema)):
        declared = schema.type_map[type_name].fields[field].extensions  # type: ignore[attr-defined]
        metadata = declared["strawberry-definition"].metadata
        relations = [*filter(None, (metadata.get(EDGE),)), *metadata.get(RULE_EDGES, ())]
        told |= set(metadata.get(SHOWS, ()))
        if type_name in COLLECTIONS:
            told |= seen_names(COLLECTIONS[type_name], metadata[READS], relations)
            continue
        for relation in set(relations) & RELATIONS[employers.NAME].keys():
            leads_to = RELATIONS[employers.NAME][relation].collection
            assert is_about_a_person(leads_to) is ((type_name, relation) in TELL_WHO)
    assert [name for name in sorted(told) if ledger_field_label(name) is None] == []
    masks = sum(name.startswith("applications.particulars.") for name in told)
    assert len(told) + masks < MAX_FIELDS
    own = {"grants", "exports", "webhooks", "webhook_deliveries", "webhook_secrets", "employers"}
    people = {spec.name for spec in SPECS if "holder_id" in str(spec.validator)}
    reached = {one.collection for one in RELATIONS[employers.NAME].values()}
    assert {name for name in reached & people if not is_about_a_person(name)} <= own
