"""What the law ties to a permit becomes a task, and a record of the other authority ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database, Document, Transaction, in_transaction
from resolvers.policy.procedures import ProcedurePolicy, policy_for
from resolvers.rules.tasks import NewTask, ResponsibleParty, TaskKind, is_enrolled
from resolvers.tasks import (
    Told,
    open_task,
    tasks_for_cancelled_permit,
    tasks_for_entry,
    tasks_for_issued_permit,
)
from resolvers.vocabulary import InsuranceKind, InsuranceState
from tests.access_callers import logged_in
from tests.employer_client import employer_client
from tests.factories import CITY, PermitPlan, Person
from tests.record_lines import BUREAU, Importer, importer_on, residence_line, told
from tests.serving import Serving

PERMIT = {"_id": "pmt_1", "holder_id": "hld_1", "employer_id": "emp_1"}
POLICY = policy_for(CITY, date(2026, 3, 1))
KINDS = tuple(InsuranceKind)


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        yield made


async def permit_of(database: Database, person: Person) -> Document:
    permit = await database["permits"].find_one({"_id": person.permit_ids[0]})
    assert permit is not None
    return permit


async def opened(importer: Importer, task: NewTask, days_ago: int = 0) -> Told | None:
    gateway = importer.gateway
    at = gateway.now() - timedelta(days=days_ago)

    async def work(transaction: Transaction) -> Told | None:
        return await open_task(gateway, task, at, transaction)

    return await in_transaction(gateway.database, work)


async def states(database: Database) -> Sequence[tuple[str, str]]:
    tasks = await database["tasks"].find().sort("kind", 1).to_list(99)
    return [(task["kind"], task["state"]) for task in tasks]


def said(importer: Importer, **ago: float) -> str:
    return (importer.clock() - timedelta(**ago)).isoformat().replace("+00:00", "Z")


def policy(importer: Importer) -> ProcedurePolicy:
    return policy_for(CITY, importer.clock().date())


def test_the_employer_has_thirty_days_from_the_permit_counted_in_shanghai() -> None:
    late_in_the_evening = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # 2 March, 01:00 there
    task = tasks_for_issued_permit(PERMIT, POLICY, late_in_the_evening)
    assert (task.kind, task.responsible) == (
        TaskKind.ENROL_SOCIAL_INSURANCE,
        ResponsibleParty.EMPLOYER,
    )
    assert (task.subject, task.due_on) == ("emp_1", date(2026, 4, 1))


def test_the_holder_applies_for_residence_after_entry_and_settles_it_after_a_cancellation() -> None:
    applies = tasks_for_entry(PERMIT, POLICY, date(2028, 2, 1))
    assert (applies.kind, applies.subject) == (TaskKind.APPLY_RESIDENCE_PERMIT, "hld_1")
    assert applies.due_on == date(2028, 3, 2)  # a leap year
    settles = tasks_for_cancelled_permit(PERMIT, POLICY, datetime(2026, 3, 1, 1, tzinfo=UTC))
    assert (settles.kind, settles.subject) == (TaskKind.SETTLE_RESIDENCE_PERMIT, "hld_1")
    assert settles.due_on == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("states_of_five", "enrolled"),
    [
        (["ENROLLED"] * 5, True),
        (["EXEMPT_BY_TREATY"] * 2 + ["ENROLLED"] * 3, True),
        (["ENROLLED"] * 4, False),
        (["ENROLLED"] * 4 + ["PENDING"], False),
        (["ENROLLED"] * 4 + ["ENDED"], False),
        ([], False),
    ],
)
def test_an_employer_has_enrolled_when_each_of_the_five_kinds_is_enrolled_or_exempt(
    states_of_five: list[str], enrolled: bool
) -> None:
    said_of = dict(zip(KINDS, map(InsuranceState, states_of_five), strict=False))
    assert is_enrolled(said_of) is enrolled


async def test_a_permit_opens_a_task_once_also_at_a_barrier(
    importer: Importer, database: Database
) -> None:
    permit = await permit_of(database, await importer.person())
    task = tasks_for_issued_permit(permit, policy(importer), importer.clock())
    results = await asyncio.gather(
        *(opened(importer, task) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, tuple) for one in results) == 1
    assert await states(database) == [("ENROL_SOCIAL_INSURANCE", "OPEN")]
    assert await opened(importer, task) is None


async def test_an_extension_asks_for_no_enrolment_while_one_is_open_or_done(
    importer: Importer, database: Database
) -> None:
    plans = (PermitPlan(), PermitPlan(starts=300, ends=600))
    person = await importer.person(permit_plans=plans)
    first, second = await database["permits"].find().sort("valid_from", 1).to_list(9)
    rules = policy(importer)
    await opened(importer, tasks_for_issued_permit(first, rules, importer.clock()))
    later = tasks_for_issued_permit(second, rules, importer.clock())
    assert await opened(importer, later) is None
    await importer.take(await importer.insurance(person), source=BUREAU)
    assert await opened(importer, later) is None
    assert await states(database) == [("ENROL_SOCIAL_INSURANCE", "DONE")]


async def test_only_the_enrolment_with_the_same_employer_ends_the_employers_task(
    importer: Importer, database: Database
) -> None:
    person, other = await importer.person(), await importer.person()
    permit = await permit_of(database, person)
    await opened(importer, tasks_for_issued_permit(permit, policy(importer), importer.clock()))
    pending = [{"kind": str(kind), "state": "PENDING"} for kind in KINDS]
    elsewhere = (await importer.insurance(other))["employer"]
    for line in (
        await importer.insurance(person, employer=elsewhere),
        await importer.insurance(other),
        await importer.insurance(person, enrolments=pending),
    ):
        assert told(await importer.take(line, source=BUREAU)) == ["stored"]
        assert await states(database) == [("ENROL_SOCIAL_INSURANCE", "OPEN")]
    enrolled = await importer.insurance(person, updated_at=said(importer, days=1))
    assert told(await importer.take(enrolled, source=BUREAU)) == ["stored"]
    [task] = await database["tasks"].find().to_list(9)
    assert (task["state"], task["revision"]) == ("DONE", 2)
    done = {"action": "task.done", "holder_id": person.holder_id, "objects": task["_id"]}
    assert await database["audit"].count_documents(done) == 1
    event = await database["outgoing_events"].find_one({"kind": "task.done"})
    assert event is not None
    assert (event["object_id"], event["employer_id"]) == (task["_id"], permit["employer_id"])


async def test_after_a_cancellation_another_residence_permit_settles_it_and_the_same_one_does_not(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    permit = await permit_of(database, person)
    await importer.take(residence_line(person))
    now = importer.clock()
    await opened(importer, tasks_for_cancelled_permit(permit, policy(importer), now), days_ago=2)
    for line in (
        residence_line(person, updated_at=said(importer, days=3), state="CANCELLED"),
        residence_line(person, updated_at=said(importer, days=2.5)),
        residence_line(person, updated_at=said(importer, days=1)),
    ):
        assert told(await importer.take(line)) == ["stored"]
        assert await states(database) == [("SETTLE_RESIDENCE_PERMIT", "OPEN")]
    shorter = residence_line(person, updated_at=said(importer, hours=1), valid_until="2026-02-04")
    assert told(await importer.take(shorter)) == ["stored"]
    assert await states(database) == [("SETTLE_RESIDENCE_PERMIT", "DONE")]


@pytest.mark.parametrize(("state", "ends"), [("ISSUED", "DONE"), ("CANCELLED", "OPEN")])
async def test_a_residence_permit_that_is_issued_ends_the_task_to_apply_for_one(
    state: str, ends: str, importer: Importer, database: Database
) -> None:
    person = await importer.person()
    permit = await permit_of(database, person)
    entered = importer.clock().date()
    await opened(importer, tasks_for_entry(permit, policy(importer), entered), days_ago=9)
    await importer.take(residence_line(person, updated_at=said(importer, days=1), state=state))
    assert await states(database) == [("APPLY_RESIDENCE_PERMIT", ends)]


async def test_a_change_that_fails_leaves_no_task(importer: Importer, database: Database) -> None:
    permit = await permit_of(database, await importer.person())
    task = tasks_for_issued_permit(permit, policy(importer), importer.clock())

    async def work(transaction: Transaction) -> None:
        await open_task(importer.gateway, task, importer.clock(), transaction)
        raise LookupError

    with pytest.raises(LookupError):
        await in_transaction(importer.gateway.database, work)
    assert await states(database) == []


TASKS = """{ me { tasks { edges { node { kind kindLabel permitId dueOn daysLeft state openedAt
  doneAt } } pageInfo { hasNextPage } } } }"""


async def test_a_holder_sees_own_tasks_with_the_days_left_and_not_those_of_the_employer(
    importer: Importer, serving: Serving, database: Database
) -> None:
    person, other = await importer.person(), await importer.person()
    permit, rules = await permit_of(database, person), policy(importer)
    now = importer.clock()
    for task in (
        tasks_for_issued_permit(permit, rules, now),
        tasks_for_cancelled_permit(permit, rules, now),
        tasks_for_cancelled_permit(await permit_of(database, other), rules, now),
    ):
        await opened(importer, task)

    async def shown(person: Person) -> list[dict[str, Any]]:
        app = await logged_in(serving, person)
        edges = (await app.execute(TASKS))["me"]["tasks"]["edges"]
        return [edge["node"] for edge in edges]

    [one] = await shown(person)
    assert (one["kind"], one["permitId"]) == ("SETTLE_RESIDENCE_PERMIT", permit["_id"])
    assert (one["daysLeft"], one["state"], one["doneAt"]) == (10, "OPEN", None)
    assert one["kindLabel"].startswith("Settle your residence permit")
    serving.clock.advance(days=11)
    assert [each["daysLeft"] for each in await shown(person)] == [-1]
    await importer.take(residence_line(person, updated_at=said(importer), state="CANCELLED"))
    [one] = await shown(person)
    assert (one["daysLeft"], one["state"]) == (None, "DONE")
    assert one["doneAt"] is not None


async def test_an_employer_sees_its_own_tasks_alone(
    importer: Importer, serving: Serving, database: Database
) -> None:
    permits = [await permit_of(database, await importer.person()) for _ in range(2)]
    for permit in permits:
        task = tasks_for_issued_permit(permit, policy(importer), importer.clock())
        await opened(importer, task)
    app = await employer_client(serving, permits[0]["employer_id"])
    query = "{ employer { tasks { edges { node { kind permitId daysLeft } } } } }"
    edges = (await app.execute(query))["employer"]["tasks"]["edges"]
    assert [edge["node"] for edge in edges] == [
        {"kind": "ENROL_SOCIAL_INSURANCE", "permitId": permits[0]["_id"], "daysLeft": 30}
    ]
