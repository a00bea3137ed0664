"""Consent, then the face: what each ending leaves behind, and what it says of the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from auth.keys import KeySet
from auth.login_flow import MAX_CHECK_STARTS, MAX_PERSON_ATTEMPTS, FlowState
from auth.mongo import Database, Document
from resolvers.policy.throttling import PERSON_CHECK
from tests.app_client import CONSENT, LIVE, NOTICE, START_CHECK, SUBMIT, AppClient
from tests.flows import audit_actions, everything_stored, flow_client, stored_flow
from tests.serving import Serving

SUBMIT_WITH_TEXT = SUBMIT.replace("{ code }", "{ code message retryAfterSeconds }")
SANDBOX = "Sandbox: nobody was really verified."


async def only_flow(database: Database) -> Document:
    [flow] = await database["login_flows"].find().to_list(None)
    return flow


async def at(
    serving: Serving, key_set: KeySet, state: FlowState, **changes: Any
) -> tuple[AppClient, Document]:
    flow = await stored_flow(serving, await serving.person(), state, **changes)
    return flow_client(serving, key_set, flow["_id"]), flow


async def submit(client: AppClient, challenge_id: str, proof: str = LIVE) -> dict[str, Any]:
    return await client.step(SUBMIT_WITH_TEXT, {"challengeId": challenge_id, "proof": proof})


async def test_the_consent_is_recorded_on_the_flow_with_its_line_before_the_face_step(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, flow = await at(serving, key_set, FlowState.REAL_NAME)
    version = (await client.execute(NOTICE))["biometricConsentNotice"]["version"]
    assert await client.step(CONSENT, {"version": version}) == {
        "__typename": "BiometricConsentGiven",
        "version": version,
    }
    assert (await only_flow(database))["consent_version"] == version
    [line] = await database["audit"].find().to_list(None)
    assert (line["action"], line["holder_id"], line["result"], line["objects"]) == (
        "holder.biometric_consent_given",
        flow["holder_id"],
        "OK",
        [flow["_id"]],
    )


@pytest.mark.parametrize("version", ["2020-01", "2026-1", "2026-11 "])
async def test_consent_to_another_text_is_refused_and_changes_nothing(
    serving: Serving, database: Database, key_set: KeySet, version: str
) -> None:
    client, _ = await at(serving, key_set, FlowState.REAL_NAME)
    before = await everything_stored(database)
    refused = await client.step(CONSENT, {"version": version})
    assert refused["code"] == "CONSENT_VERSION_OUTDATED"
    assert await everything_stored(database) == before


async def test_without_consent_there_is_no_face_step(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, _ = await at(serving, key_set, FlowState.REAL_NAME)
    before = await everything_stored(database)
    assert (await client.step(START_CHECK))["code"] == "STEP_OUT_OF_ORDER"
    assert (await submit(client, "chl_x"))["code"] == "STEP_OUT_OF_ORDER"
    assert await everything_stored(database) == before


@pytest.mark.parametrize("state", [FlowState.CONSENTED, FlowState.CHALLENGED])
async def test_a_consent_withdrawn_elsewhere_ends_the_face_step_of_a_flow_already_begun(
    serving: Serving, database: Database, key_set: KeySet, state: FlowState
) -> None:
    client, flow = await at(serving, key_set, state)
    await database["holders"].update_one(
        {"_id": flow["holder_id"]}, {"$set": {"biometric_consent.withdrawn_at": serving.clock()}}
    )
    before = await everything_stored(database, "login_flows")
    assert (await client.step(START_CHECK))["code"] == "CONSENT_VERSION_OUTDATED"
    if flow["challenge"] is not None:
        refused = await submit(client, flow["challenge"]["id"])
        assert refused["code"] == "CONSENT_VERSION_OUTDATED"
    assert await everything_stored(database, "login_flows") == before
    assert (await only_flow(database))["state"] == state


async def test_only_the_newest_challenge_is_current(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, flow = await at(serving, key_set, FlowState.CONSENTED)
    older, newer = [(await client.step(START_CHECK))["challengeId"] for _ in range(2)]
    before = await everything_stored(database, "login_flows")
    flow = await only_flow(database)
    for count, wrong in enumerate((older, "chl_none"), start=1):
        assert (await submit(client, wrong))["code"] == "CHALLENGE_NOT_CURRENT"
        flow["attempts"]["person"] = count
        assert await only_flow(database) == flow
    assert await everything_stored(database, "login_flows") == before
    assert (await submit(client, newer))["__typename"] == "RealPersonProved"


async def test_a_challenge_is_over_after_its_time(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, _ = await at(serving, key_set, FlowState.CONSENTED)
    challenge = await client.step(START_CHECK)
    serving.clock.advance(minutes=3)
    assert (await submit(client, challenge["challengeId"]))["code"] == "CHALLENGE_NOT_CURRENT"
    assert (await only_flow(database))["state"] == FlowState.CHALLENGED
    assert await audit_actions(database) == []


async def test_a_challenge_does_not_outlive_its_flow(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, flow = await at(serving, key_set, FlowState.CONSENTED)
    serving.clock.advance(minutes=8)
    assert (await client.step(START_CHECK))["challengeId"]
    stored = await only_flow(database)
    assert stored["challenge"]["expires_at"] == flow["expires_at"]


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ("not-live", "NOT_LIVE"),
        ("another-person", "NOT_THE_HOLDER"),
        ("too-dark", "POOR_QUALITY"),
        ("nonsense", "NOT_LIVE"),
    ],
)
async def test_a_refused_proof_goes_back_to_the_consent_says_so_and_leaves_a_line(
    serving: Serving, database: Database, key_set: KeySet, proof: str, code: str
) -> None:
    client, flow = await at(serving, key_set, FlowState.CHALLENGED)
    before = await everything_stored(database, "login_flows", "audit")
    refused = await submit(client, flow["challenge"]["id"], proof)
    assert (refused["code"], refused["retryAfterSeconds"]) == (code, None)
    assert SANDBOX in refused["message"]
    flow |= {"state": FlowState.CONSENTED, "challenge": None}
    flow["attempts"]["person"] = 1
    assert await only_flow(database) == flow
    assert await everything_stored(database, "login_flows", "audit") == before
    [line] = await database["audit"].find().to_list(None)
    assert (line["action"], line["result"]) == ("login_flow.real_person_refused", code)
    assert line["holder_id"] == flow["holder_id"]
    again = (await client.step(START_CHECK))["challengeId"]
    assert (await submit(client, again))["__typename"] == "RealPersonProved"


async def test_a_provider_that_is_down_costs_an_attempt_and_nothing_else(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, flow = await at(serving, key_set, FlowState.CHALLENGED)
    before = await everything_stored(database, "login_flows")
    refused = await submit(client, flow["challenge"]["id"], "unavailable")
    assert refused["code"] == "PROVIDER_UNAVAILABLE"
    assert SANDBOX in refused["message"]
    flow["attempts"]["person"] = 1
    assert await only_flow(database) == flow
    assert await everything_stored(database, "login_flows") == before
    assert (await submit(client, flow["challenge"]["id"]))["__typename"] == "RealPersonProved"


async def test_an_accepted_proof_leaves_its_evidence_and_says_that_it_is_a_sandbox(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, _ = await at(serving, key_set, FlowState.CONSENTED)
    challenge = await client.step(START_CHECK)
    assert challenge["sandbox"]
    assert SANDBOX in challenge["sandboxNotice"]
    proved = await client.step(SUBMIT, {"challengeId": challenge["challengeId"], "proof": LIVE})
    assert proved["sandbox"]
    assert SANDBOX in proved["sandboxNotice"]
    flow = await only_flow(database)
    assert flow["state"] == FlowState.VERIFIED
    assert (flow["evidence"]["provider"], flow["evidence"]["level"]) == (
        "sandbox-person",
        "sandbox",
    )
    assert flow["evidence"]["proved_at"] <= serving.clock()
    assert flow["amr"] == ["kba", "user"], "a sandbox saw no face"
    assert await audit_actions(database) == [("login_flow.real_person_proved", "OK")]


async def test_a_flow_takes_three_proofs_and_starts_no_check_in_vain(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, _ = await at(serving, key_set, FlowState.CONSENTED)
    for _ in range(MAX_PERSON_ATTEMPTS):
        challenge = await client.step(START_CHECK)
        assert (await submit(client, challenge["challengeId"], "not-live"))["code"] == "NOT_LIVE"
    before = await everything_stored(database)
    assert (await client.step(START_CHECK))["code"] == "FLOW_LOCKED"
    assert await everything_stored(database) == before


async def test_a_fourth_proof_of_one_challenge_is_refused_though_it_be_right(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, flow = await at(serving, key_set, FlowState.CHALLENGED)
    for _ in range(MAX_PERSON_ATTEMPTS):
        await submit(client, flow["challenge"]["id"], "unavailable")
    before = await everything_stored(database)
    assert (await submit(client, flow["challenge"]["id"]))["code"] == "FLOW_LOCKED"
    assert await everything_stored(database) == before


async def test_a_flow_starts_a_limited_number_of_checks(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    client, _ = await at(serving, key_set, FlowState.CONSENTED)
    for _ in range(MAX_CHECK_STARTS):
        assert (await client.step(START_CHECK))["__typename"] == "RealPersonChallenge"
    before = await everything_stored(database)
    assert (await client.step(START_CHECK))["code"] == "FLOW_LOCKED"
    assert await everything_stored(database) == before


async def test_checks_of_one_holder_are_limited_across_flows_until_one_succeeds(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    person = await serving.person()

    async def client() -> AppClient:
        flow = await stored_flow(serving, person, FlowState.CONSENTED)
        return flow_client(serving, key_set, flow["_id"])

    free = PERSON_CHECK.delays.index(next(delay for delay in PERSON_CHECK.delays if delay)) + 1
    for _ in range(free):
        assert (await (await client()).prove_real_person("not-live"))["code"] == "NOT_LIVE"
    last = await client()
    before = await everything_stored(database, "login_flows", "throttle")
    assert (await last.step(START_CHECK))["code"] == "TOO_MANY_ATTEMPTS"
    assert await everything_stored(database, "login_flows", "throttle") == before
    other = await stored_flow(serving, await serving.person(), FlowState.CONSENTED)
    assert (await flow_client(serving, key_set, other["_id"]).step(START_CHECK))["challengeId"]
    serving.clock.advance(seconds=PERSON_CHECK.delays[free - 1].total_seconds())
    assert (await last.prove_real_person())["__typename"] == "RealPersonProved"
    assert (await (await client()).step(START_CHECK))["__typename"] == "RealPersonChallenge"
