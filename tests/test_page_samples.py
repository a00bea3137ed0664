"""What docs/login.md and docs/errors.md show of requests and answers is sent and answered so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from resolvers.vocabulary import CardState
from tests.app_client import CONSENT, PROVE_NAME, START
from tests.factories import TWENTY_PERMITS
from tests.page_samples import ROOT, Sample, assert_like, samples_of
from tests.serving import Serving

ALIKE = {"token": "eyJx…", "at": "2026-11-23T22:12:26.450Z", "message": "One.", "count": 2}


def samples(page: str, heading: str = "") -> Iterator[Sample]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    if heading:
        text = text.split(f"\n### {heading}\n", 1)[1].split("\n### ", 1)[0]
    return iter(samples_of(text))


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({"token": "eyJab", "at": "2031-01-01T00:00:00.000Z", "message": "Two."}, True),
        ({"token": "abcde"}, False),
        ({"at": "2031-01-01T00:00:00Z"}, False),
        ({"message": None}, False),
        ({"count": 3}, False),
        ({"more": 1}, False),
    ],
    ids=str,
)
def test_an_answer_is_like_the_page_but_for_what_is_new_each_time(
    change: dict[str, Any], alike: bool
) -> None:
    if alike:
        assert_like(ALIKE, ALIKE | change)
        return
    with pytest.raises(AssertionError):
        assert_like(ALIKE, ALIKE | change)


async def test_the_steps_of_a_login_are_refused_as_the_page_shows(serving: Serving) -> None:
    [beginning] = samples("login.md", "Beginning")
    begun = await beginning.send(serving.http, {})
    beginning.check(begun)
    tokens = {"FLOW_TOKEN": begun.json()["data"]["startLogin"]["flowToken"]}
    [early] = samples("login.md", "A step that comes too early")
    early.check(await early.send(serving.http, tokens))
    [refused] = samples("login.md", "A step that is refused")
    for _ in range(2):
        await refused.send(serving.http, tokens)
    refused.check(await refused.send(serving.http, tokens))


async def test_consent_before_the_second_proof_is_refused_until_that_is_done(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    client = serving.client()
    await client.step(START)
    given = {"name": person.name, "identifier": person.identifier()}
    assert (await client.step(PROVE_NAME, given))["secondProofDue"]
    early = await client.post(CONSENT, {"input": {"version": "2026-11"}})
    assert early.status_code == 401
    assert early.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    await client.prove_second({"phone": person.phone})
    assert (await client.consent())["__typename"] == "BiometricConsentGiven"


async def test_lists_are_paged_as_the_page_shows(serving: Serving) -> None:
    person = await serving.person(permit_plans=TWENTY_PERMITS[:3])
    client = serving.client()
    tokens = {
        "ACCESS_TOKEN": (await client.log_in(person.name, person.identifier()))["accessToken"]
    }
    first, second = samples("login.md", "Page by page")
    answer = await first.send(serving.http, tokens)
    first.check(answer)
    after = answer.json()["data"]["me"]["permits"]["pageInfo"]["endCursor"]
    second.check(await second.send(serving.http, tokens, {"after": after}))


async def test_tokens_are_refreshed_and_a_step_up_made_as_the_page_shows(serving: Serving) -> None:
    person = await serving.person()
    client = serving.client()
    logged_in = await client.log_in(person.name, person.identifier())
    serving.clock.advance(minutes=4, seconds=30)
    [refreshing] = samples("login.md", "Refreshing")
    given = {"input": {"refreshToken": logged_in["refreshToken"]}}
    refreshed = await refreshing.send(serving.http, {}, given)
    refreshing.check(refreshed)
    tokens = {"ACCESS_TOKEN": refreshed.json()["data"]["refreshTokens"]["accessToken"]}
    serving.clock.advance(minutes=1)
    steps = list(samples("login.md", "Stepping up"))
    assert len(steps) == 6
    known: dict[str, str] = {}
    for sample in steps:
        variables = sample.body.get("variables")
        if variables is not None:
            variables = {"input": variables["input"] | {"challengeId": known["challengeId"]}}
        answer = await sample.send(serving.http, tokens, variables)
        sample.check(answer)
        for payload in answer.json().get("data", {}).values():
            known |= payload
        tokens["FLOW_TOKEN"] = known.get("flowToken", "")


async def test_a_value_that_does_not_fit_is_refused_before_and_while_it_runs_as_the_page_shows(
    serving: Serving,
) -> None:
    before, running = samples("errors.md")
    assert (before.status_line[9:12], "data" in before.answer) == ("400", False)
    assert (running.status_line[9:12], running.answer["data"]) == ("200", None)
    for sample in (before, running):
        sample.check(await sample.send(serving.http, {}))
        older = await replace(sample, accept="application/json").send(serving.http, {})
        assert older.status_code == 200
        assert_like(sample.answer, older.json())


async def test_a_mutation_before_the_refused_one_of_its_operation_has_run(serving: Serving) -> None:
    query = """mutation {
      first: startLogin(input: {device: {name: "Pixel 9", platform: "Android 17"}}) { __typename }
      second: startLogin(input: {device: {name: "诺拉", platform: "iOS 19"}}) { __typename } }"""
    answer = await serving.client().post(query)
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    assert await serving.database["login_flows"].count_documents({}) == 1


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Pixel 9", True),
        ("HUAWEI Mate 80", True),
        ("A._()/+-,9", True),
        ("x" * 40, True),
        ("x" * 41, False),
        ("", False),
        ("华为 Mate 80", False),
        ("Nora's phone", False),
    ],
)
async def test_the_name_of_a_device_takes_what_the_page_says(
    serving: Serving, name: str, fits: bool
) -> None:
    [beginning] = samples("login.md", "Beginning")
    device = {"name": name, "platform": "Android 17"}
    answer = (await beginning.send(serving.http, {}, {"input": {"device": device}})).json()
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert codes == ([] if fits else ["BAD_USER_INPUT"])
