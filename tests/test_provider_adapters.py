"""The adapters of docs/providers.md, as they stand on the page, verify a login."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.failure import Refusal
from api.provider_choice import verifying_providers
from api.providers.sandbox_code import SandboxCodeProvider
from api.providers.sandbox_person import SandboxPersonProvider
from api.settings import Environment, Settings
from auth import verification
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.vocabulary import CardState
from tests.app_client import COMPLETE, CONFIRM_CODE, SEND_CODE, START_CHECK, SUBMIT, AppClient
from tests.example_services import CODE, KID, NOWHERE, ExampleServices, running_services
from tests.factories import Person
from tests.http_stand_in import recorded_lines
from tests.serving import Serving, serving_gateway

PAGE = Path(__file__).parent.parent / "docs" / "providers.md"
MODULE = "onecard_example"
LIVING = "a living person"
REFUSED = SUBMIT.replace("{ code }", "{ code message }")


@dataclass
class Verifying:
    """A gateway that verifies by the adapters of the page, and those whom they ask."""

    serving: Serving
    services: ExampleServices

    async def named(self, person: Person) -> AppClient:
        """A client whose second proof is due."""
        client = self.serving.client()
        proved = await client.prove_real_name(person.name, person.identifier())
        assert proved["secondProofDue"]
        return client

    async def challenged(self) -> tuple[AppClient, str]:
        """A client that has consented, and its challenge."""
        person = await self.serving.person()
        client = self.serving.client()
        await client.prove_real_name(person.name, person.identifier())
        await client.consent()
        return client, (await client.step(START_CHECK))["challengeId"]


@pytest.fixture
def services() -> Iterator[ExampleServices]:
    with running_services() as running:
        yield running


@pytest.fixture
def named_adapters(
    services: ExampleServices, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings that name the adapters, with the code block of the page on the path."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / f"{MODULE}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    public = base64.b64encode(services.key.public_key().public_bytes_raw()).decode()
    for name, value in {
        "ENGINE_URL": services.address,
        "ENGINE_TOKEN": "engine-token",
        "ENGINE_KID": KID,
        "ENGINE_KEY": public,
        "SMS_URL": services.address,
        "SMS_TOKEN": "sms-token",
        "SMS_NOWHERE": NOWHERE,
    }.items():
        monkeypatch.setenv(f"EXAMPLE_{name}", value)
    named = {
        "person_provider": f"{MODULE}:person_provider",
        "second_proof_provider": f"{MODULE}:second_proof_provider",
    }
    yield Settings(**settings.model_dump() | named)
    sys.modules.pop(MODULE, None)


@pytest.fixture
async def verifying(
    named_adapters: Settings,
    services: ExampleServices,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
) -> AsyncIterator[Verifying]:
    async with serving_gateway(named_adapters, mongod_uri, database, key_set) as running:
        yield Verifying(running, services)


async def submit(client: AppClient, challenge_id: str, proof: str = LIVING) -> dict[str, Any]:
    return await client.step(REFUSED, {"challengeId": challenge_id, "proof": proof})


async def test_a_holder_logs_in_by_the_adapters_of_the_page(
    verifying: Verifying, database: Database
) -> None:
    person = await verifying.serving.person(physical=CardState.NORMAL)
    client = await verifying.named(person)
    sent = await client.step(SEND_CODE, {"phone": person.phone})
    assert (sent["sandboxCode"], sent["sandboxNotice"]) == (None, None)
    assert verifying.services.sent_to() == [person.phone]
    assert "flowToken" in await client.step(CONFIRM_CODE, {"code": CODE})
    await client.consent()
    challenge = await client.step(START_CHECK)
    assert challenge["instructions"] == ["TURN_HEAD_LEFT"]
    assert (challenge["sandbox"], challenge["sandboxNotice"]) == (False, None)
    proved = await submit(client, challenge["challengeId"])
    assert proved["provider"] == "example-engine"
    flow = await database["login_flows"].find_one()
    assert flow is not None
    assert flow["evidence"]["level"] == "remote"
    assert flow["amr"] == ["kba", "sms", "face"]
    assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"
    [check] = verifying.services.checks.values()
    assert check == {
        "flow": flow["_id"],
        "nonce": flow["challenge"]["nonce"],
        "subject": flow["_id"],
        "device": "test",
        "purpose": "LOGIN",
    }


async def test_a_phone_that_is_not_the_holders_gets_no_message_and_the_same_answer(
    verifying: Verifying,
) -> None:
    person = await verifying.serving.person(physical=CardState.NORMAL)
    answers = []
    for phone in (person.phone, "13900139000"):
        client = await verifying.named(person)
        answers.append(await client.step(SEND_CODE, {"phone": phone}))
    assert answers[0] == answers[1]
    assert verifying.services.sent_to() == [person.phone, NOWHERE]
    refused = await client.step(CONFIRM_CODE, {"code": CODE})
    assert refused["code"] == "SECOND_PROOF_NOT_CONFIRMED"
    assert verifying.services.asked[-1] == (
        "/codes/confirm",
        {"reference": "nobody", "code": CODE},
    )


@pytest.mark.parametrize("fault", ["NOT_LIVE", "NOT_THE_HOLDER", "POOR_QUALITY"])
async def test_a_fault_that_the_engine_finds_is_told_and_no_sandbox_is_spoken_of(
    verifying: Verifying, fault: str
) -> None:
    client, challenge_id = await verifying.challenged()
    refused = await submit(client, challenge_id, fault)
    assert refused["code"] == fault
    assert "andbox" not in refused["message"]
    again = (await client.step(START_CHECK))["challengeId"]
    assert (await submit(client, again))["__typename"] == "RealPersonProved"


@pytest.mark.parametrize(
    "claims", [{"nonce": "x"}, {"flow": "x"}, {"level": "sandbox"}, {"iat": 1}], ids=str
)
async def test_evidence_of_the_engine_for_anything_else_needs_a_new_challenge(
    verifying: Verifying, claims: dict[str, Any]
) -> None:
    client, challenge_id = await verifying.challenged()
    verifying.services.evidence = claims
    assert (await submit(client, challenge_id))["code"] == "PROVIDER_UNAVAILABLE"
    assert (await submit(client, challenge_id))["code"] == "STEP_OUT_OF_ORDER"


@pytest.mark.parametrize("nonsense", [b"", b"[]", b"{}", b'{"evidence": 1}', b"\xff", b"{" * 9])
async def test_an_engine_that_answers_nonsense_leaves_the_flow_where_it_is(
    verifying: Verifying, nonsense: bytes
) -> None:
    client, challenge_id = await verifying.challenged()
    verifying.services.nonsense = nonsense
    assert (await submit(client, challenge_id))["code"] == "PROVIDER_UNAVAILABLE"
    verifying.services.nonsense = None
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"


async def test_an_adapter_that_outlives_the_request_is_stopped_with_it(
    named_adapters: Settings,
    services: ExampleServices,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
) -> None:
    settings = named_adapters.model_copy(update={"request_seconds": 2})
    async with serving_gateway(settings, mongod_uri, database, key_set) as serving:
        client, challenge_id = await Verifying(serving, services).challenged()
        services.flowing.clear()
        given = {"input": {"challengeId": challenge_id, "proof": LIVING}}
        stopped = await client.post(SUBMIT, given, {"Accept": "application/json"})
        services.flowing.set()
        assert stopped.status_code == 504
        assert stopped.json()["errors"][0]["extensions"] == {"code": "TIMEOUT"}
        flow = await database["login_flows"].find_one()
        assert flow is not None
        assert (flow["state"], flow["attempts"]["person"]) == ("CHALLENGED", 1)
        assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"


async def test_an_adapter_that_does_not_answer_in_time_counts_as_unavailable(
    verifying: Verifying, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, challenge_id = await verifying.challenged()
    monkeypatch.setattr(verification, "PROVIDER_LIFETIME", timedelta(milliseconds=200))
    verifying.services.flowing.clear()
    assert (await submit(client, challenge_id))["code"] == "PROVIDER_UNAVAILABLE"
    monkeypatch.undo()
    verifying.services.flowing.set()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"


async def test_an_adapter_that_breaks_is_a_fault_of_ours_and_its_words_are_not_logged(
    verifying: Verifying, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, challenge_id = await verifying.challenged()

    async def broken(*_: object) -> None:
        raise RuntimeError("the face of 13800138000")

    monkeypatch.setattr(sys.modules[MODULE].ExampleEngine, "submit", broken)
    with recorded_lines() as lines:
        given = {"input": {"challengeId": challenge_id, "proof": LIVING}}
        answer = await client.post(SUBMIT, given)
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert any(
        line["error_type"] == "builtins.RuntimeError" for line in lines.of("unexpected failure")
    )
    assert not any("13800138000" in text for text in (answer.text, *lines.texts))


def test_a_factory_that_refuses_keeps_the_gateway_from_starting_in_one_line(
    named_adapters: Settings, key_set: KeySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXAMPLE_ENGINE_KEY")
    with pytest.raises(Refusal, match=r"^EXAMPLE_ENGINE_KEY is missing$"):
        verifying_providers(named_adapters, key_set)


def sandbox_person() -> SandboxPersonProvider:
    return SandboxPersonProvider(b"a secret of the test")


def sandbox_code() -> SandboxCodeProvider:
    return SandboxCodeProvider(b"a secret of the test")


@pytest.mark.parametrize("kind", ["person", "second_proof"])
def test_a_sandbox_under_another_name_is_a_sandbox_and_production_refuses_it(
    named_adapters: Settings, key_set: KeySet, kind: str
) -> None:
    disguised = f"{__name__}:sandbox_{'person' if kind == 'person' else 'code'}"
    changes = {f"{kind}_provider": disguised, "env": Environment.PRODUCTION}
    with pytest.raises(Refusal, match=f"ONECARD_{kind.upper()}_PROVIDER is a sandbox"):
        verifying_providers(named_adapters.model_copy(update=changes), key_set)
