"""Contests over HTTP: what a holder says is wrong, what its authority answers, who sees what."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Document
from auth.officers import Duty
from resolvers.contests import opening
from resolvers.gateway import Gateway
from resolvers.notices.projecting import project_events
from resolvers.rules.contests import ContestOutcome
from tests.access_callers import employer_id_of, logged_in, rich_person
from tests.app_client import AppClient
from tests.contesting import (
    STATEMENT,
    code_of,
    contest,
    contest_of,
    mine,
    on_desk,
    records_officer,
    step,
)
from tests.employer_client import employer_client
from tests.factories import AUTHORITY, CITY, Person
from tests.leaks import assert_nothing_left, new_person, watched
from tests.officer_client import officer_client
from tests.serving import Serving

UNDER_REVIEW = "{ employer { permits { edges { node { id underReview status } } } } }"


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


@pytest.fixture
async def person(serving: Serving) -> Person:
    return await rich_person(serving)


@pytest.fixture
async def app(serving: Serving, person: Person) -> AppClient:
    return await logged_in(serving, person)


async def stored(serving: Serving, collection: str, person: Person) -> Document:
    found = await serving.database[collection].find_one({"holder_id": person.holder_id})
    assert found is not None
    return found


async def decided(officer: AppClient, one: dict[str, Any], **given: Any) -> dict[str, Any]:
    answer = {"outcome": "CORRECTED", "ground": "CORRECTED_AS_STATED"} | given
    return await step(officer, "decideContest", one, **answer)


async def test_a_contest_goes_to_the_authority_of_the_record_and_comes_back_decided(
    serving: Serving, person: Person, app: AppClient
) -> None:
    opened = contest_of(await contest(app, person.permit_ids[0], "POST", "VALID_UNTIL"))
    assert (opened["state"], opened["recordKind"], opened["statement"]) == (
        *("OPEN", "PERMIT"),
        STATEMENT,
    )
    assert (opened["authority"]["code"], opened["dueOn"]) == (AUTHORITY, None)
    assert "you may go on working" in opened["note"]
    officer = await records_officer(serving)
    [waiting] = await on_desk(officer)
    assert waiting["statement"] == STATEMENT
    values = {one["code"]: one for one in waiting["values"]}
    assert {code for code, one in values.items() if one["isContested"]} == {"POST", "VALID_UNTIL"}
    assert values["POST"]["value"] == "Engineer / 工程师"
    assert values["NUMBER"]["value"] == person.identifier()["workPermitNumber"]
    assert not {"FULL_NAME", "BIRTH_DATE"} & set(values)
    taken = contest_of(await step(officer, "takeContest", waiting))
    assert (taken["state"], taken["takenAt"] is not None) == ("UNDER_REVIEW", True)
    answer = contest_of(await decided(officer, taken, text="Registered anew. 已重新登记。"))
    assert answer["state"] == "CORRECTED"
    [read] = await mine(app)
    assert read["decision"] == {
        "outcome": "CORRECTED",
        "ground": "CORRECTED_AS_STATED",
        "groundLabel": "The record was wrong and is corrected as you stated.",
        "text": "Registered anew. 已重新登记。",
    }
    assert await on_desk(officer) == []
    zh = {"Accept-Language": "zh-CN"}
    query = "{ me { contests { edges { node { note decision { groundLabel } } } } } }"
    [edge] = (await app.execute(query, headers=zh))["me"]["contests"]["edges"]
    assert "原记录有误" in edge["node"]["decision"]["groundLabel"]
    assert "您可以继续工作" in edge["node"]["note"]


async def test_while_it_runs_the_sponsor_sees_that_alone_and_nothing_else_changes(
    serving: Serving, person: Person, app: AppClient
) -> None:
    sponsor = await employer_client(serving, await employer_id_of(serving, person))

    async def shown() -> tuple[bool, str]:
        [edge] = (await sponsor.execute(UNDER_REVIEW))["employer"]["permits"]["edges"]
        return edge["node"]["underReview"], edge["node"]["status"]

    before = {name: await stored(serving, name, person) for name in ("permits", "cards")}
    assert await shown() == (False, "ACTIVE")
    await contest(app, person.holder_id, "BIRTH_DATE")
    assert await shown() == (False, "ACTIVE")
    opened = contest_of(await contest(app, person.permit_ids[0], "POST"))
    assert await shown() == (True, "ACTIVE")
    assert before == {name: await stored(serving, name, person) for name in before}
    assert (await app.execute("{ cardCode { ... on CardCode { payload } } }"))["cardCode"]
    await step(app, "withdrawContest", opened)
    assert await shown() == (False, "ACTIVE")
    # What happens after the employment is over is not the sponsor's to know.
    await contest(app, person.permit_ids[0], "STATE")
    cancelled = {"$set": {"state": "CANCELLED", "shown.state": "CANCELLED"}}
    await serving.database["permits"].update_one({"_id": person.permit_ids[0]}, cancelled)
    assert await shown() == (False, "CANCELLED")
    own = "{ me { permits { edges { node { underReview } } } } }"
    [edge] = (await app.execute(own))["me"]["permits"]["edges"]
    assert edge["node"]["underReview"] is True


@pytest.mark.parametrize(
    ("collection", "fields", "authority"),
    [
        ("identity_documents", ["NUMBER", "COUNTRY"], f"exit-entry-{CITY}"),
        ("residence_permits", ["NUMBER", "STATE"], f"exit-entry-{CITY}"),
        ("insurance_enrolments", ["ENROLMENTS"], f"human-resources-{CITY}"),
        ("cards", ["NUMBER", "STATE"], f"human-resources-{CITY}"),
        ("holders", ["FULL_NAME", "BIRTH_DATE"], AUTHORITY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_kind_of_record_reaches_its_own_source(
    serving: Serving,
    person: Person,
    app: AppClient,
    collection: str,
    fields: Sequence[str],
    authority: str,
) -> None:
    whose = "_id" if collection == "holders" else "holder_id"
    record = await serving.database[collection].find_one({whose: person.holder_id})
    assert record is not None
    opened = contest_of(await contest(app, record["_id"], *fields))
    assert opened["authority"]["code"] == authority
    [waiting] = await on_desk(await records_officer(serving, authority))
    assert waiting["id"] == opened["id"]
    shown = {one["code"]: one["value"] for one in waiting["values"]}
    assert set(fields) <= set(shown)
    other = f"exit-entry-{CITY}" if authority != f"exit-entry-{CITY}" else AUTHORITY
    assert await on_desk(await records_officer(serving, other)) == []


async def test_what_cannot_be_contested_is_refused_with_its_code(
    serving: Serving, person: Person, app: AppClient
) -> None:
    permit_id = person.permit_ids[0]
    other = await serving.person(given_names="Oto", surname="Fremd")
    for record_id in (other.permit_ids[0], other.holder_id, "tsk_1", "pmt_1", ""):
        assert code_of(await contest(app, record_id, "POST")) == "NOT_FOUND"
    for fields in ((), ("FULL_NAME",), ("POST", "POST"), ("POST", "ENROLMENTS")):
        assert code_of(await contest(app, permit_id, *fields)) == "FIELDS_NOT_OF_RECORD"
    assert code_of(await contest(app, permit_id, "POST", statement=" \n")) == "TEXT_EMPTY"
    assert code_of(await contest(app, permit_id, "POST", statement="x" * 2_001)) == "TEXT_TOO_LONG"
    assert await serving.database["contests"].count_documents({}) == 0
    contest_of(await contest(app, permit_id, "POST", statement="名" * 2_000))
    assert code_of(await contest(app, permit_id, "CATEGORY")) == "CONTEST_RUNNING"


async def test_of_contests_of_one_record_that_meet_one_runs(
    serving: Serving, person: Person, app: AppClient
) -> None:
    payloads = await asyncio.gather(*(contest(app, person.permit_ids[0], "POST") for _ in range(8)))
    found = Counter(one.get("code", "OPENED") for one in payloads)
    assert found == {"OPENED": 1, "CONTEST_RUNNING": 7}
    assert await serving.database["contests"].count_documents({}) == 1


async def test_a_holder_opens_a_bounded_number_in_a_day(
    serving: Serving, person: Person, app: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MAX_OPENED", 2)
    for _ in range(2):
        opened = contest_of(await contest(app, person.permit_ids[0], "POST"))
        await step(app, "withdrawContest", opened)
    assert code_of(await contest(app, person.permit_ids[0], "POST")) == "TOO_MANY_CONTESTS"
    await serving.database["contests"].update_many(
        {}, [{"$set": {"opened_at": {"$subtract": ["$opened_at", 86_400_001]}}}]
    )
    contest_of(await contest(app, person.permit_ids[0], "POST"))


async def test_only_an_active_officer_of_the_authority_who_has_it_decides_with_a_fitting_ground(
    serving: Serving, person: Person, app: AppClient
) -> None:
    opened = contest_of(await contest(app, person.permit_ids[0], "POST"))
    officer, colleague = await records_officer(serving), await records_officer(serving)
    stranger = await records_officer(serving, "foreign-experts-440300")
    assert code_of(await step(stranger, "takeContest", opened)) == "NOT_FOUND"
    taken = contest_of(await step(officer, "takeContest", opened))
    assert code_of(await step(officer, "takeContest", taken)) == "WRONG_STATE"
    assert code_of(await decided(colleague, taken)) == "ANOTHER_REVIEWER"
    wrong = {"outcome": "UPHELD", "ground": "CORRECTED_AS_STATED"}
    assert code_of(await decided(officer, taken, **wrong)) == "GROUNDS_MISSING"
    assert code_of(await decided(officer, taken, text=" ")) == "TEXT_EMPTY"
    over = contest_of(await step(colleague, "takeContest", taken))
    assert code_of(await decided(officer, over)) == "ANOTHER_REVIEWER"
    await serving.database["officers"].update_many({}, {"$set": {"duties": [str(Duty.DECIDE)]}})
    assert code_of(await decided(colleague, over)) == "DUTY_MISSING"
    await serving.database["officers"].update_many({}, {"$set": {"duties": [str(Duty.RECORDS)]}})
    upheld = contest_of(
        await decided(colleague, over, outcome="UPHELD", ground="MATCHES_ORIGINALS")
    )
    assert (upheld["state"], upheld["decision"]["outcome"]) == ("UPHELD", ContestOutcome.UPHELD)


async def test_an_officer_without_the_duty_sees_no_contest(
    serving: Serving, person: Person, app: AppClient
) -> None:
    await contest(app, person.permit_ids[0], "POST")
    other = await officer_client(serving, AUTHORITY, (Duty.CHECK, Duty.DECIDE))
    answer = await other.post("{ officer { contests { edges { node { id } } } } }")
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_the_holder_is_told_and_finds_every_look_in_the_trail(
    serving: Serving, gateway: Gateway, person: Person, app: AppClient
) -> None:
    opened = contest_of(await contest(app, person.permit_ids[0], "POST"))
    officer = await records_officer(serving)
    await on_desk(officer)
    await decided(officer, contest_of(await step(officer, "takeContest", opened)))
    await project_events(gateway, serving.clock())
    query = "{ me { notices { edges { node { kind about { kind id } title } } } } }"
    edges = (await app.execute(query))["me"]["notices"]["edges"]
    told = [edge["node"] for edge in edges if edge["node"]["about"]["kind"] == "CONTEST"]
    assert [one["kind"] for one in told] == ["CONTEST_DECIDED", "CONTEST_TAKEN"]
    assert {one["about"]["id"] for one in told} == {opened["id"]}
    lines = await serving.database["audit"].find({"action": {"$regex": "^contest"}}).to_list(None)
    found = Counter(line["action"] for line in lines)
    assert found["contest.opened"] == found["contest.taken"] == found["contest.decided"] == 1
    assert found["contest.read"] >= 1
    read = next(line for line in lines if line["action"] == "contest.read")
    assert (read["people"], read["holder_id"]) == ([person.holder_id], person.holder_id)
    assert read["fields"] == ["contests.statement", "contests.values"]
    query = "{ me { accesses { edges { node { action actionLabel fields { name label } } } } } }"
    edges = (await app.execute(query))["me"]["accesses"]["edges"]
    looks = [edge["node"] for edge in edges if edge["node"]["action"] == "contest.read"]
    assert looks[0]["actionLabel"] == "Looked at a record that you contested"
    labels = {field["label"] for one in looks for field in one["fields"]}
    assert labels == {"What you stated in a contest", "The contested record"}


async def test_nothing_of_a_contest_is_left_in_the_clear(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        words = "Meine Stelle heißt Quersummenprüferin"
        watch.known.add(words)
        app = await logged_in(serving, person)
        opened = contest_of(await contest(app, person.holder_id, "FULL_NAME", statement=words))
        await contest(app, person.holder_id, "FULL_NAME", statement=words)
        officer = await records_officer(serving)
        taken = contest_of(await step(officer, "takeContest", opened))
        await decided(officer, taken, text=words, ground="NOT_PROVED")
        await decided(officer, taken, text=words)
        await assert_nothing_left(serving, watch)
