"""The login flow goes along its drawn lines and along no other, each flow for itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from auth import login_flow
from auth.keys import KeySet
from auth.login_flow import (
    TRANSITIONS,
    FlowEvent,
    FlowKind,
    FlowState,
    next_state,
    states_before,
)
from auth.mongo import Database
from auth.principal import Assurance
from resolvers.vocabulary import CardState
from tests.app_client import (
    COMPLETE,
    CONFIRM_CODE,
    CONSENT,
    LIVE,
    PROVE_NAME,
    SEND_CODE,
    START,
    START_CHECK,
    SUBMIT,
    AppClient,
)
from tests.flows import everything_stored, flow_client, steps_of, stored_flow
from tests.serving import Serving

IN_ORDER = {
    (FlowState.STARTED, "proveRealName"),
    (FlowState.SECOND_PROOF_DUE, "sendSecondProofCode"),
    (FlowState.SECOND_PROOF_SENT, "sendSecondProofCode"),
    (FlowState.SECOND_PROOF_SENT, "confirmSecondProof"),
    (FlowState.REAL_NAME, "giveBiometricConsent"),
    (FlowState.CONSENTED, "startRealPersonCheck"),
    (FlowState.CHALLENGED, "startRealPersonCheck"),
    (FlowState.CHALLENGED, "submitRealPersonProof"),
}
COMPLETION = {FlowKind.LOGIN: "completeLogin", FlowKind.STEP_UP: "completeStepUp"}
DRAWN = {
    FlowEvent.NAME_CONFIRMED: "name confirmed",
    FlowEvent.NAME_CONFIRMED_CARD_EXISTS: "name confirmed, physical card",
    FlowEvent.CODE_SENT: "code sent",
    FlowEvent.CODE_CONFIRMED: "code confirmed",
    FlowEvent.CONSENT_GIVEN: "consent given",
    FlowEvent.CHECK_STARTED: "check started",
    FlowEvent.PROOF_REFUSED: "proof refused",
    FlowEvent.PROOF_ACCEPTED: "proof accepted",
    FlowEvent.COMPLETED: "completed",
}


def test_the_diagram_draws_every_state_and_every_transition() -> None:
    text = login_flow.__doc__ or ""
    diagram = "\n".join(line for line in text.splitlines() if line.startswith("    "))
    assert set(re.findall(r"[A-Z_]{2,}", diagram)) == set(FlowState)
    assert set(DRAWN) == set(FlowEvent)
    for state, event in TRANSITIONS:
        assert state.value in diagram
        assert DRAWN[event] in diagram
    loops = sum(state is target for (state, _), target in TRANSITIONS.items())
    assert loops == diagram.count("again")


def test_an_event_leads_somewhere_exactly_in_the_states_before_it() -> None:
    for event in FlowEvent:
        leading = {state for state in FlowState if next_state(state, event) is not None}
        assert leading == set(states_before(event))
        assert leading, event
    assert not any(next_state(FlowState.COMPLETED, event) for event in FlowEvent)


class Walk:
    """Takes steps and notes from which state each led to which."""

    def __init__(self, client: AppClient, database: Database) -> None:
        self.client = client
        self.edges: list[tuple[str, str]] = []
        self._database = database
        self._state: str | None = None

    async def take(self, query: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        payload = await self.client.step(query, given)
        [flow] = await self._database["login_flows"].find().to_list(None)
        if self._state is not None:
            self.edges.append((self._state, flow["state"]))
        self._state = flow["state"]
        return payload

    async def face(self, *proofs: str) -> None:
        await self.take(CONSENT, {"version": "2026-11"})
        for proof in proofs:
            await self.take(START_CHECK)
            challenge = await self.take(START_CHECK)
            given = {"challengeId": challenge["challengeId"], "proof": proof}
            await self.take(SUBMIT, given)
        completed = await self.take(COMPLETE)
        assert completed["__typename"] == "LoginCompleted"


async def test_every_transition_is_walked_over_http(serving: Serving, database: Database) -> None:
    walks = []
    for physical in (None, CardState.NORMAL):
        person = await serving.person(physical=physical)
        walk = Walk(serving.client(), database)
        await walk.take(START)
        await walk.take(PROVE_NAME, {"name": person.name, "identifier": person.identifier()})
        if physical is not None:
            await walk.take(SEND_CODE, {"bankCard": person.bank_card})
            sent = await walk.take(SEND_CODE, {"phone": person.phone})
            await walk.take(CONFIRM_CODE, {"code": sent["sandboxCode"]})
        await walk.face("too-dark", LIVE)
        await database["login_flows"].delete_many({})
        walks.append(walk)
    walked = {edge for walk in walks for edge in walk.edges}
    drawn = {(state.value, target.value) for (state, _), target in TRANSITIONS.items()}
    assert walked == drawn


@pytest.mark.parametrize("kind", list(FlowKind))
async def test_every_step_out_of_order_is_refused_and_changes_nothing(
    serving: Serving, database: Database, key_set: KeySet, kind: FlowKind
) -> None:
    person = await serving.person()
    in_order = IN_ORDER | {(FlowState.VERIFIED, COMPLETION[kind])}
    refused = 0
    for state in FlowState:
        flow = await stored_flow(serving, person, state, kind)
        client = flow_client(serving, key_set, flow["_id"])
        before = await everything_stored(database)
        for name, (query, given) in steps_of(person).items():
            if (state, name) in in_order:
                continue
            answer = await client.step(query, given)
            of_other_kind = name in COMPLETION.values() and name != COMPLETION[kind]
            is_over = state is FlowState.COMPLETED and not of_other_kind
            expected = "FLOW_COMPLETED" if is_over else "STEP_OUT_OF_ORDER"
            assert answer["code"] == expected, (state, name)
            refused += 1
        assert await everything_stored(database) == before, state
    assert refused == len(FlowState) * len(steps_of(person)) - len(in_order)


async def test_a_flow_past_its_end_is_over_in_every_state_while_its_token_still_holds(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    person = await serving.person()
    cases = [*IN_ORDER, (FlowState.VERIFIED, "completeLogin")]
    for state, name in cases:
        flow = await stored_flow(serving, person, state, expires_at=serving.clock())
        client = flow_client(serving, key_set, flow["_id"])
        before = await everything_stored(database)
        query, given = steps_of(person, (flow["challenge"] or {}).get("id", "x"))[name]
        assert (await client.step(query, given))["code"] == "FLOW_EXPIRED", (state, name)
        assert await everything_stored(database) == before


async def test_a_flow_that_the_database_has_forgotten_is_expired(
    serving: Serving, database: Database, key_set: KeySet
) -> None:
    person = await serving.person()
    client = flow_client(serving, key_set, "flw_00000000000000000000000000")
    before = await everything_stored(database)
    for query, given in steps_of(person).values():
        assert (await client.step(query, given))["code"] == "FLOW_EXPIRED"
    assert await everything_stored(database) == before


async def test_a_flow_token_is_over_after_ten_minutes(serving: Serving, database: Database) -> None:
    person = await serving.person()
    client = serving.client()
    await client.prove_real_name(person.name, person.identifier())
    before = await everything_stored(database)
    serving.clock.advance(minutes=10)
    for query, given in steps_of(person).values():
        refused = await client.post(query, None if given is None else {"input": given})
        assert refused.status_code == 401
        assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await everything_stored(database) == before


async def test_each_proof_of_the_name_and_the_code_begins_the_ten_minutes_anew(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    client = serving.client()
    await client.step(START)
    serving.clock.advance(minutes=9, seconds=50)
    given = {"name": person.name, "identifier": person.identifier()}
    assert (await client.step(PROVE_NAME, given))["secondProofDue"]
    serving.clock.advance(minutes=9, seconds=50)
    assert (await client.prove_second({"phone": person.phone}))["flowToken"]
    serving.clock.advance(minutes=9, seconds=50)
    assert (await client.consent())["__typename"] == "BiometricConsentGiven"
    serving.clock.advance(seconds=11)
    assert (await client.post(START_CHECK)).status_code == 401


async def test_a_flow_token_opens_only_its_own_flow(serving: Serving, database: Database) -> None:
    person, other = await serving.person(), await serving.person()
    mine, theirs = serving.client(), serving.client()
    await theirs.prove_real_name(other.name, other.identifier())
    before = await everything_stored(database)
    await mine.log_in(person.name, person.identifier())
    after = await everything_stored(database)
    [foreign] = before["login_flows"].values()
    assert after["login_flows"][foreign["_id"]] == foreign
    assert after["holders"][other.holder_id] == before["holders"][other.holder_id]
    assert {one["holder_id"] for one in after["sessions"].values()} == {person.holder_id}


@pytest.mark.parametrize(
    "name",
    [
        "giveBiometricConsent",
        "startRealPersonCheck",
        "submitRealPersonProof",
        "completeLogin",
        "completeStepUp",
    ],
)
@pytest.mark.parametrize("state", [FlowState.REAL_NAME, FlowState.CONSENTED, FlowState.VERIFIED])
async def test_a_token_from_before_the_real_name_does_no_step_after_it(
    serving: Serving, database: Database, key_set: KeySet, state: FlowState, name: str
) -> None:
    person = await serving.person()
    flow = await stored_flow(serving, person, state)
    client = flow_client(serving, key_set, flow["_id"], Assurance.NONE)
    before = await everything_stored(database)
    query, given = steps_of(person)[name]
    refused = await client.post(query, None if given is None else {"input": given})
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await everything_stored(database) == before


async def test_neither_anonymous_nor_logged_in_callers_take_steps_of_a_flow(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    logged_in = serving.client()
    await logged_in.log_in(person.name, person.identifier())
    before = await everything_stored(database)
    for client in (serving.client(), logged_in):
        for query, given in steps_of(person).values():
            refused = await client.post(query, None if given is None else {"input": given})
            assert "data" not in refused.json()
            code = refused.json()["errors"][0]["extensions"]["code"]
            assert code == ("FORBIDDEN" if client is logged_in else "UNAUTHENTICATED")
    assert await everything_stored(database) == before


async def test_a_flow_token_reads_no_holder(serving: Serving) -> None:
    person = await serving.person()
    client = serving.client()
    await client.reach_verified(person.name, person.identifier())
    refused = await client.post("{ me { id } }")
    assert refused.status_code == 401
    assert "data" not in refused.json()
