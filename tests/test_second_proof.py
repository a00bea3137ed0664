"""A code to the holder's own phone or bank card: limited, and silent about whose number it was."""

from __future__ import annotations

from typing import Any

import pytest

from api.providers.sandbox_code import SandboxCodeProvider
from auth.keys import KeySet
from auth.login_flow import MAX_CODE_ATTEMPTS, MAX_CODE_SENDS, FlowState
from auth.mongo import Database, Document
from auth.principal import Assurance
from resolvers.policy.throttling import SECOND_PROOF
from resolvers.vocabulary import CardState
from tests.app_client import CONFIRM_CODE, SEND_CODE, AppClient
from tests.commands import CommandLog
from tests.factories import Person
from tests.flows import audit_actions, everything_stored, flow_client, stored_flow
from tests.serving import Serving

SEND = SEND_CODE.replace("{ code }", "{ code message retryAfterSeconds }")
CONFIRM = CONFIRM_CODE.replace("{ code }", "{ code message retryAfterSeconds }")
SANDBOX = "Sandbox: "


@pytest.fixture
async def person(serving: Serving) -> Person:
    return await serving.person(physical=CardState.NORMAL, phone="13912345678")


async def flow_of(
    serving: Serving, key_set: KeySet, person: Person, state: FlowState
) -> tuple[AppClient, Document]:
    flow = await stored_flow(serving, person, state)
    return flow_client(serving, key_set, flow["_id"], Assurance.NONE), flow


def numbers_of(person: Person) -> dict[str, dict[str, Any]]:
    return {
        "own phone": {"phone": person.phone},
        "own phone, with prefix": {"phone": "+86 139-1234-5678"},
        "own bank card": {"bankCard": person.bank_card},
        "another phone": {"phone": "13800138000"},
        "another bank card": {"bankCard": "6222020200098765430"},
        "no phone at all": {"phone": "hello"},
        "no bank card at all": {"bankCard": ""},
    }


async def test_whose_number_it_was_shows_neither_in_the_answer_nor_in_the_commands(
    serving: Serving, key_set: KeySet, person: Person, command_log: CommandLog
) -> None:
    answers, commands = [], []
    for given in numbers_of(person).values():
        client, _ = await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_DUE)
        await serving.database["throttle"].delete_many({})
        command_log.clear()
        answer = await client.step(SEND, given)
        commands.append(list(command_log.sent))
        assert len(answer.pop("sandboxCode")) == 6
        assert SANDBOX in answer["sandboxNotice"]
        answers.append(answer)
    assert all(answer == answers[0] for answer in answers)
    assert all(sent == commands[0] for sent in commands)


async def test_only_the_code_to_an_own_number_is_right(
    serving: Serving, database: Database, key_set: KeySet, person: Person
) -> None:
    for name, given in numbers_of(person).items():
        client, flow = await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_DUE)
        await database["throttle"].delete_many({})
        sent = await client.step(SEND, given)
        answer = await client.step(CONFIRM, {"code": sent["sandboxCode"]})
        stored = await database["login_flows"].find_one({"_id": flow["_id"]})
        assert stored is not None
        if name.startswith("own"):
            assert answer["__typename"] == "SecondProofConfirmed", name
            assert (stored["state"], stored["amr"]) == (FlowState.REAL_NAME, ["kba", "sms"])
        else:
            assert answer["code"] == "SECOND_PROOF_NOT_CONFIRMED", name
            assert SANDBOX in answer["message"]
            assert (stored["state"], stored["amr"]) == (FlowState.SECOND_PROOF_SENT, ["kba"])


async def test_a_provider_that_says_yes_to_all_confirms_no_number_but_the_holders(
    serving: Serving,
    database: Database,
    key_set: KeySet,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def yes(_provider: SandboxCodeProvider, _reference: str, _code: str) -> bool:
        return True

    monkeypatch.setattr(SandboxCodeProvider, "confirm", yes)
    client, flow = await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_DUE)
    await client.step(SEND, {"phone": "13800138000"})
    refused = await client.step(CONFIRM, {"code": "000000"})
    assert refused["code"] == "SECOND_PROOF_NOT_CONFIRMED"
    stored = await database["login_flows"].find_one({"_id": flow["_id"]})
    assert stored is not None
    assert stored["state"] == FlowState.SECOND_PROOF_SENT


async def test_a_wrong_code_leaves_a_count_and_a_line(
    serving: Serving, database: Database, key_set: KeySet, person: Person
) -> None:
    client, flow = await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_SENT)
    before = await everything_stored(database, "audit", "login_flows")
    assert (await client.step(CONFIRM, {"code": "12345"}))["code"] == "SECOND_PROOF_NOT_CONFIRMED"
    flow["attempts"]["code"] = 1
    assert await database["login_flows"].find_one({"_id": flow["_id"]}) == flow
    assert await everything_stored(database, "audit", "login_flows") == before
    assert await audit_actions(database) == [
        ("login_flow.second_proof_refused", "SECOND_PROOF_NOT_CONFIRMED")
    ]


async def test_a_flow_takes_five_codes_and_sends_none_in_vain(
    serving: Serving, database: Database, key_set: KeySet, person: Person
) -> None:
    client, _ = await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_DUE)
    sent = await client.step(SEND, {"phone": person.phone})
    for _ in range(MAX_CODE_ATTEMPTS):
        refused = await client.step(CONFIRM, {"code": "1"})
        assert refused["code"] == "SECOND_PROOF_NOT_CONFIRMED"
    before = await everything_stored(database)
    right = await client.step(CONFIRM, {"code": sent["sandboxCode"]})
    assert right["code"] == "FLOW_LOCKED"
    assert (await client.step(SEND, {"phone": person.phone}))["code"] == "FLOW_LOCKED"
    assert await everything_stored(database) == before


async def test_a_flow_sends_three_codes_and_only_the_newest_is_right(
    serving: Serving, database: Database, key_set: KeySet, person: Person
) -> None:
    client, _ = await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_DUE)
    sent = [await client.step(SEND, {"phone": person.phone}) for _ in range(MAX_CODE_SENDS)]
    assert [one["sendsLeft"] for one in sent] == [2, 1, 0]
    before = await everything_stored(database)
    assert (await client.step(SEND, {"phone": person.phone}))["code"] == "FLOW_LOCKED"
    assert await everything_stored(database) == before
    codes = [one["sandboxCode"] for one in sent]
    assert len(set(codes)) > 1
    older = next(code for code in codes if code != codes[-1])
    assert (await client.step(CONFIRM, {"code": older}))["code"] == "SECOND_PROOF_NOT_CONFIRMED"
    newest = await client.step(CONFIRM, {"code": codes[-1]})
    assert newest["__typename"] == "SecondProofConfirmed"
    assert [action for action, _ in await audit_actions(database)] == [
        *["login_flow.second_proof_sent"] * 3,
        "login_flow.second_proof_refused",
        "login_flow.second_proof_confirmed",
    ]


async def test_codes_for_one_holder_are_limited_across_flows_until_one_is_confirmed(
    serving: Serving, database: Database, key_set: KeySet, person: Person
) -> None:
    free = SECOND_PROOF.delays.index(next(delay for delay in SECOND_PROOF.delays if delay)) + 1

    async def client() -> AppClient:
        return (await flow_of(serving, key_set, person, FlowState.SECOND_PROOF_DUE))[0]

    for _ in range(free):
        answer = await (await client()).step(SEND, {"phone": person.phone})
        assert answer["__typename"] == "SecondProofCodeSent"
    last = await client()
    before = await everything_stored(database, "login_flows", "throttle")
    refused = await last.step(SEND, {"phone": person.phone})
    assert refused["code"] == "TOO_MANY_ATTEMPTS"
    assert 25 <= refused["retryAfterSeconds"] <= 30
    assert await everything_stored(database, "login_flows", "throttle") == before
    serving.clock.advance(seconds=30)
    sent = await last.step(SEND, {"phone": person.phone})
    assert (await last.step(CONFIRM, {"code": sent["sandboxCode"]}))["flowToken"]
    again = await (await client()).step(SEND, {"phone": person.phone})
    assert again["__typename"] == "SecondProofCodeSent"
