"""A step-up renews the proof of the session that asked for it, once, and of no other."""

from __future__ import annotations

from typing import Any

import pytest

from auth.keys import KeySet
from auth.login_flow import FlowKind, FlowState
from auth.mongo import Database, Document
from resolvers.policy.throttling import STEP_UP
from tests.app_client import (
    COMPLETE_STEP_UP,
    CONSENT,
    LIVE,
    LOGOUT,
    START_CHECK,
    START_STEP_UP,
    AppClient,
)
from tests.factories import Person
from tests.flows import everything_stored, flow_client, stored_flow
from tests.serving import Serving


async def sessions(database: Database) -> dict[str, Document]:
    return {one["_id"]: one async for one in database["sessions"].find()}


async def logged_in(serving: Serving, person: Person) -> tuple[AppClient, str]:
    client = serving.client()
    return client, (await client.log_in(person.name, person.identifier()))["sessionId"]


async def ready(client: AppClient) -> AppClient:
    """Another client with the flow token of a step-up that wants only its completion."""
    flow = AppClient(client.http, client.token)
    await flow.step(START_STEP_UP)
    await flow.prove_real_person()
    return flow


async def test_a_step_up_renews_its_own_session_and_leaves_the_other_one_of_the_holder(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    (mine, my_id), (_, other_id) = [await logged_in(serving, person) for _ in range(2)]
    before = await sessions(database)
    serving.clock.advance(seconds=90)
    stepped = await mine.step_up()
    assert stepped["__typename"] == "StepUpCompleted"
    after = await sessions(database)
    assert after[other_id] == before[other_id]
    renewed = after[my_id].pop("authenticated_at")
    assert renewed > before[my_id].pop("authenticated_at")
    assert after[my_id] == before[my_id]
    assert stepped["authenticatedAt"].startswith(renewed.strftime("%Y-%m-%dT%H:%M:%S"))
    line = await database["audit"].find_one({"action": "session.stepped_up"})
    assert line is not None
    assert (line["holder_id"], line["objects"]) == (person.holder_id, [my_id])


async def test_a_step_up_completes_once(serving: Serving, database: Database) -> None:
    client, _ = await logged_in(serving, await serving.person())
    flow = await ready(client)
    assert (await flow.step(COMPLETE_STEP_UP))["__typename"] == "StepUpCompleted"
    before = await everything_stored(database)
    for _ in range(2):
        assert (await flow.step(COMPLETE_STEP_UP))["code"] == "FLOW_COMPLETED"
    assert await everything_stored(database) == before


async def test_a_session_that_ended_meanwhile_is_not_stepped_up(
    serving: Serving, database: Database
) -> None:
    client, session_id = await logged_in(serving, await serving.person())
    flow = await ready(client)
    await client.execute(LOGOUT)
    before = await everything_stored(database)
    assert before["sessions"][session_id]["ended_at"] is not None
    assert (await flow.step(COMPLETE_STEP_UP))["code"] == "SESSION_ENDED"
    assert await everything_stored(database) == before


async def test_a_session_that_expired_meanwhile_is_not_stepped_up(
    serving: Serving, database: Database
) -> None:
    client, session_id = await logged_in(serving, await serving.person())
    flow = await ready(client)
    await database["sessions"].update_one(
        {"_id": session_id}, {"$set": {"idle_expires_at": serving.clock()}}
    )
    before = await everything_stored(database)
    assert (await flow.step(COMPLETE_STEP_UP))["code"] == "SESSION_ENDED"
    assert await everything_stored(database) == before


async def test_another_holder_cannot_renew_my_session(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    mine, theirs = await serving.person(), await serving.person()
    _, my_id = await logged_in(serving, mine)
    other, other_id = await logged_in(serving, theirs)
    before = await sessions(database)
    serving.clock.advance(seconds=5)
    assert (await other.step_up())["__typename"] == "StepUpCompleted"
    assert (await sessions(database))[my_id] == before[my_id]
    # Even a flow that named my session would have to be mine.
    flow = await stored_flow(
        serving, theirs, FlowState.VERIFIED, FlowKind.STEP_UP, session_id=my_id
    )
    stored = await everything_stored(database)
    forged = flow_client(serving, key_set, flow["_id"])
    assert (await forged.step(COMPLETE_STEP_UP))["code"] == "SESSION_ENDED"
    assert await everything_stored(database) == stored
    assert stored["sessions"][other_id]["authenticated_at"] > before[other_id]["authenticated_at"]


async def test_without_the_face_there_is_no_step_up(serving: Serving, database: Database) -> None:
    client, _ = await logged_in(serving, await serving.person())
    started = await client.step(START_STEP_UP)
    assert not started["consentDue"]
    before = await everything_stored(database)
    assert (await client.step(COMPLETE_STEP_UP))["code"] == "STEP_OUT_OF_ORDER"
    assert await everything_stored(database) == before
    assert (await client.prove_real_person("another-person"))["code"] == "NOT_THE_HOLDER"
    assert (await client.step(COMPLETE_STEP_UP))["code"] == "STEP_OUT_OF_ORDER"
    assert await everything_stored(database, "login_flows", "audit", "throttle") == {
        name: documents
        for name, documents in before.items()
        if name not in {"login_flows", "audit", "throttle"}
    }


@pytest.mark.parametrize(
    "change",
    [{"biometric_consent.version": "2024-01"}, {"biometric_consent.withdrawn_at": True}],
    ids=["older", "withdrawn"],
)
async def test_a_consent_that_no_longer_stands_is_asked_for_again(
    serving: Serving, database: Database, change: dict[str, Any]
) -> None:
    person = await serving.person()
    client, _ = await logged_in(serving, person)
    change = {path: serving.clock() if value is True else value for path, value in change.items()}
    await database["holders"].update_one({"_id": person.holder_id}, {"$set": change})
    assert (await client.step(START_STEP_UP))["consentDue"]
    before = await everything_stored(database)
    assert (await client.step(START_CHECK))["code"] == "STEP_OUT_OF_ORDER"
    assert await everything_stored(database) == before
    assert (await client.step(CONSENT, {"version": "2026-11"}))["__typename"] == (
        "BiometricConsentGiven"
    )
    assert (await client.prove_real_person(LIVE))["__typename"] == "RealPersonProved"
    assert (await client.step(COMPLETE_STEP_UP))["__typename"] == "StepUpCompleted"


async def test_step_ups_of_one_holder_are_limited(serving: Serving, database: Database) -> None:
    person = await serving.person()
    client, _ = await logged_in(serving, person)
    access_token = client.token
    free = STEP_UP.delays.index(next(delay for delay in STEP_UP.delays if delay)) + 1
    for _ in range(free):
        client.token = access_token
        assert (await client.step(START_STEP_UP))["__typename"] == "StepUpStarted"
    client.token = access_token
    before = await everything_stored(database, "throttle")
    assert (await client.step(START_STEP_UP))["code"] == "TOO_MANY_ATTEMPTS"
    assert await everything_stored(database, "throttle") == before
    other, _ = await logged_in(serving, await serving.person())
    assert (await other.step(START_STEP_UP))["__typename"] == "StepUpStarted"
