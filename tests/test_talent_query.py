"""`assessTalentCategory` over HTTP: what holders, employers and officers are told, and refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from api.settings import Settings
from auth.mongo import Database
from resolvers.rules.permit_status import SHANGHAI
from tests.access_callers import client_of
from tests.access_rows import Caller
from tests.app_client import AppClient
from tests.flows import everything_stored
from tests.serving import Serving

ASSESS = """query Assess($input: TalentFactsInput!) { assessTalentCategory(input: $input) {
  __typename
  ... on TalentAssessment {
    total maximum category categoryLabel tableVersion assessedOn
    items { code label points maximum band reason reasonLabel nextBand nextBandPoints }
    nextCategory { category categoryLabel pointsMissing }
    otherRoutes { code category text } }
  ... on TalentFactsRefused { refusals { fact code message } } } }"""


def scientist(serving: Serving) -> dict[str, Any]:
    """The second worked example of FACTS.md: 41 years old by the clock of the gateway."""
    return {
        "birthDate": f"{today(serving).year - 41}-01-01",
        "salaryYuan": 500_000,
        "education": "DOCTOR",
        "workYears": 12,
        "monthsPerYear": 12,
        "chinese": "HSK_5_OR_HIGHER",
        "extra": ["HIGH_LEVEL_UNIVERSITY"],
        "city": "440100",
    }


def engineer(serving: Serving) -> dict[str, Any]:
    """The first worked example: 34 years old."""
    return {
        **scientist(serving),
        "birthDate": f"{today(serving).year - 34}-01-01",
        "salaryYuan": 360_000,
        "education": "MASTER",
        "workYears": 8,
        "chinese": "HSK_4",
    }


def today(serving: Serving) -> date:
    return serving.clock().astimezone(SHANGHAI).date()


async def holder(serving: Serving) -> AppClient:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    return app


async def asked(app: AppClient, given: dict[str, Any], language: str = "en") -> dict[str, Any]:
    data = await app.execute(ASSESS, {"input": given}, headers={"Accept-Language": language})
    payload: dict[str, Any] = data["assessTalentCategory"]
    return payload


async def test_a_holder_is_told_points_category_and_what_is_missing(
    serving: Serving, database: Database
) -> None:
    app = await holder(serving)
    before = await everything_stored(database)
    told = await asked(app, engineer(serving))
    assert told["__typename"] == "TalentAssessment"
    assert (told["total"], told["maximum"], told["category"]) == (82, 120, "B")
    assert told["tableVersion"] == "2017-provisional"
    assert told["assessedOn"] == today(serving).isoformat()
    assert told["nextCategory"] == {
        "category": "A",
        "categoryLabel": "Category A: high-end talent",
        "pointsMissing": 3,
    }
    assert {item["code"]: item["points"] for item in told["items"]} == {
        "SALARY": 17,
        "QUALIFICATION": 15,
        "WORK_YEARS": 11,
        "MONTHS_PER_YEAR": 15,
        "CHINESE": 4,
        "PLACE_OF_WORK": 0,
        "AGE": 15,
        "EXTRA": 5,
        "LOCAL": 0,
    }
    assert told["items"][0] == {
        "code": "SALARY",
        "label": "Yearly salary in China",
        "points": 17,
        "maximum": 20,
        "band": "¥350,000 to under ¥450,000 a year",
        "reason": "IN_BAND",
        "reasonLabel": "By what was stated.",
        "nextBand": "¥450,000 a year or more",
        "nextBandPoints": 20,
    }
    assert await everything_stored(database) == before


async def test_at_category_a_nothing_is_missing(serving: Serving) -> None:
    told = await asked(await holder(serving), scientist(serving))
    assert (told["total"], told["category"]) == (95, "A")
    assert told["nextCategory"] is None


async def test_too_few_points_give_no_category_and_the_other_routes_are_told(
    serving: Serving,
) -> None:
    few = {**engineer(serving), "salaryYuan": 0, "education": "OTHER", "extra": []}
    told = await asked(await holder(serving), few)
    assert (told["total"], told["category"], told["categoryLabel"]) == (45, None, None)
    assert told["nextCategory"]["pointsMissing"] == 15
    assert {route["category"] for route in told["otherRoutes"]} == {"A", "B"}
    assert "A language teacher." in {route["text"] for route in told["otherRoutes"]}


async def test_what_is_left_out_counts_for_nothing(serving: Serving) -> None:
    required = ("birthDate", "salaryYuan", "education", "workYears", "monthsPerYear", "city")
    stated = {name: value for name, value in scientist(serving).items() if name in required}
    told = await asked(await holder(serving), stated)
    points = {item["code"]: item["points"] for item in told["items"]}
    assert [points[code] for code in ("CHINESE", "PLACE_OF_WORK", "EXTRA", "LOCAL")] == [0] * 4


async def test_every_word_is_chinese_for_whoever_asks_in_chinese(serving: Serving) -> None:
    app = await holder(serving)
    english = await asked(app, engineer(serving), "en")
    chinese = await asked(app, engineer(serving), "zh")
    texts = [chinese["categoryLabel"], chinese["nextCategory"]["categoryLabel"]]
    texts += [route["text"] for route in chinese["otherRoutes"]]
    for item in chinese["items"]:
        texts += [item["label"], item["band"], item["reasonLabel"]]
    assert [text for text in texts if not any("\u4e00" <= char <= "\u9fff" for char in text)] == []
    assert [item["code"] for item in chinese["items"]] == [
        item["code"] for item in english["items"]
    ]
    assert chinese["items"][0]["band"] == "每年350,000元以上、不满450,000元"


async def test_all_facts_out_of_range_are_refused_at_once_and_nothing_is_stored(
    serving: Serving, database: Database
) -> None:
    app = await holder(serving)
    wrong = {
        **scientist(serving),
        "birthDate": "2999-01-01",
        "salaryYuan": -1,
        "workYears": 81,
        "monthsPerYear": 13,
        "city": "000000",
        "localPoints": 11,
    }
    before = await everything_stored(database)
    told = await asked(app, wrong)
    assert told["__typename"] == "TalentFactsRefused"
    assert [(one["fact"], one["code"]) for one in told["refusals"]] == [
        ("AGE", "TOO_LOW"),
        ("SALARY", "TOO_LOW"),
        ("WORK_YEARS", "TOO_HIGH"),
        ("MONTHS_PER_YEAR", "TOO_HIGH"),
        ("CITY", "UNKNOWN"),
        ("LOCAL_POINTS", "TOO_HIGH"),
    ]
    assert told["refusals"][3]["message"] == "Months worked per year: from 0 to 12."
    in_chinese = await asked(app, wrong, "zh")
    assert in_chinese["refusals"][3]["message"] == "每年工作时间：须为0至12个月。"
    assert await everything_stored(database) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"education": "WIZARDRY-7193"},
        {"extra": ["WIZARDRY-7193"]},
        {"chinese": None},
        {"birthDate": "7193-13-45"},
        {"salaryYuan": 7193.5},
        {"salaryYuan": 71_937_193_719_371_937_193},
        {"city": None},
        {"extra": ["PATENTS"] * 101},
        {"wizardry": 7193},
    ],
)
async def test_input_of_another_shape_is_refused_with_a_code_and_not_repeated(
    wrong: dict[str, Any], serving: Serving
) -> None:
    app = await holder(serving)
    response = await app.post(ASSESS, {"input": {**scientist(serving), **wrong}})
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes == {"LIST_TOO_LONG" if len(wrong.get("extra") or ()) > 100 else "BAD_USER_INPUT"}
    assert response.status_code == 400
    assert "7193" not in response.text


@pytest.mark.parametrize("caller", [Caller.EMPLOYER, Caller.CHECKER])
async def test_employers_and_officers_are_told_the_same(
    caller: Caller, serving: Serving, settings: Settings
) -> None:
    app = await client_of(caller, serving, settings, await serving.person())
    assert await asked(app, scientist(serving)) == await asked(
        await holder(serving), scientist(serving)
    )


async def test_whoever_is_not_logged_in_is_told_nothing(serving: Serving) -> None:
    response = await serving.client().post(ASSESS, {"input": scientist(serving)})
    assert response.status_code == 401
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == [
        "UNAUTHENTICATED"
    ]
    assert "data" not in response.json()


async def test_what_is_stated_of_a_person_may_not_stand_in_an_address(serving: Serving) -> None:
    app = await holder(serving)
    sent = {"query": ASSESS, "variables": json.dumps({"input": scientist(serving)})}
    headers = {"Authorization": f"Bearer {app.token}"}
    response = await serving.http.get("/graphql", params=sent, headers=headers)
    assert response.status_code == 400
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == [
        "PERSONAL_DATA_IN_URL"
    ]
    assert "data" not in response.json()
