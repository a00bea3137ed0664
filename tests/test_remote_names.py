"""A remote authority vouches for names: whatever it does wrong is never a login, and nothing tells
an unknown number from a wrong name.

Each row is one of docs/remote-names.md, and goes through `proveRealName` over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.providers import circuit_breaker, remote_keys
from api.settings import Settings
from auth import verification
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.vocabulary import IdentifierKind
from tests.app_client import PROVE_NAME, START, AppClient
from tests.factories import Person
from tests.leaks import assert_nothing_left, new_person, watched
from tests.remote_authority_stand_in import AuthorityStandIn
from tests.remote_engine_stand_in import running
from tests.remote_verifying import anew, engines_file, state_of
from tests.serving import Serving, serving_gateway

NOBODY = {"workPermitNumber": "GD4499999999"}


@dataclass
class Registry:
    serving: Serving
    authority: AuthorityStandIn

    async def person(self) -> Person:
        person = await self.serving.person()
        self.authority.knows.add((person.numbers[IdentifierKind.WORK_PERMIT], person.name))
        return person

    async def begun(self) -> AppClient:
        client = self.serving.client()
        await client.step(START)
        return client

    async def prove(
        self, name: str, identifier: Any, client: AppClient | None = None
    ) -> dict[str, Any]:
        client = client or await self.begun()
        return await client.step(PROVE_NAME, {"name": name, "identifier": identifier})


@pytest.fixture
async def registry(
    tmp_path: Path, settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Registry]:
    with running(AuthorityStandIn()) as authority:
        chosen = {
            "name_source": "remote",
            "name_authority_file": engines_file(tmp_path, authority, table="authority"),
            "outbound_loopback": True,
        }
        named = Settings(**settings.model_dump() | chosen)
        async with serving_gateway(named, mongod_uri, database, key_set) as serving:
            yield Registry(serving, authority)


def identifier_of(person: Person) -> dict[str, Any]:
    return {"workPermitNumber": person.numbers[IdentifierKind.WORK_PERMIT]}


async def not_proved(database: Database) -> None:
    assert await state_of(database) == "STARTED"
    flow = await database["login_flows"].find_one()
    assert flow is not None
    assert flow["holder_id"] is None


async def test_a_name_that_the_authority_confirms_is_proved(
    registry: Registry, database: Database
) -> None:
    person = await registry.person()
    proved = await registry.prove(person.name, identifier_of(person))
    assert proved["__typename"] == "RealNameProved"
    flow = await database["login_flows"].find_one()
    assert flow is not None
    assert flow["holder_id"] == person.holder_id
    [(path, _, given)] = registry.authority.asked
    assert (path, set(given)) == ("/names", {"nonce", "kind", "number", "name"})


async def test_the_authority_decides_and_not_the_name_that_we_hold(registry: Registry) -> None:
    person = await registry.serving.person()
    refused = await registry.prove(person.name, identifier_of(person))
    assert refused["code"] == "IDENTITY_NOT_CONFIRMED"


@pytest.mark.parametrize("unknown", [200, 404])
async def test_nothing_tells_an_unknown_number_from_a_wrong_name(
    registry: Registry, unknown: int
) -> None:
    person = await registry.person()
    registry.authority.unknown = unknown
    # The authority knows this one, and we have no such holder.
    registry.authority.knows.add(("GD4488888888", "Somebody Else"))
    answers = [
        await registry.prove("Somebody Else", identifier_of(person)),
        await registry.prove("Somebody Else", NOBODY),
        await registry.prove("Somebody Else", {"workPermitNumber": "GD4488888888"}),
        await registry.prove("Somebody Else", {"workPermitNumber": "!"}),
    ]
    assert answers[0]["code"] == "IDENTITY_NOT_CONFIRMED"
    assert answers == [answers[0]] * 4
    assert len(registry.authority.asked) == 4


def _wrong(**claims: Any) -> Callable[[AuthorityStandIn], None]:
    def break_it(authority: AuthorityStandIn) -> None:
        authority.claims = claims

    return break_it


def _wrong_key(authority: AuthorityStandIn) -> None:
    authority.signs_with = Ed25519PrivateKey.generate()


def _wrong_type(authority: AuthorityStandIn) -> None:
    authority.headers = {"typ": "onecard-evidence+jwt"}


def _no_keys(authority: AuthorityStandIn) -> None:
    authority.jwks_away = True


def _no_jws(authority: AuthorityStandIn) -> None:
    authority.replayed = "no.such.jws"


def _nonsense(authority: AuthorityStandIn) -> None:
    authority.raw = b"\xff{"


def _endless(authority: AuthorityStandIn) -> None:
    authority.endless = True


def _down(authority: AuthorityStandIn) -> None:
    authority.failing = 2


def _answers(status: int) -> Callable[[AuthorityStandIn], None]:
    def break_it(authority: AuthorityStandIn) -> None:
        authority.failing, authority.status = 1, status

    return break_it


FAULTS: dict[str, Callable[[AuthorityStandIn], None]] = {
    "no keys": _no_keys,  # first: once they are known they stay
    "another nonce": _wrong(nonce="another"),
    "another question": _wrong(asked="another"),
    "another audience": _wrong(aud="another"),
    "another issuer": _wrong(iss="another"),
    "another result": _wrong(result="PERHAPS"),
    "old": _wrong(iat=1),
    "no instant": _wrong(iat=None),
    "wrong key": _wrong_key,
    "wrong type": _wrong_type,
    "no JWS": _no_jws,
    "nonsense": _nonsense,
    "endless": _endless,
    "down": _down,
    "redirect": _answers(302),
    "not our client": _answers(401),
    "too often": _answers(429),
}


async def test_a_fault_of_the_authority_is_told_alike_to_all_and_proves_nothing(
    registry: Registry, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "FAILURES_TO_OPEN", 1_000)
    monkeypatch.setattr(remote_keys, "REFETCH_SECONDS", 0.0)
    person = await registry.person()
    for fault, break_it in FAULTS.items():
        told = []
        for identifier in (identifier_of(person), NOBODY):
            await anew(database, registry.authority)
            break_it(registry.authority)
            told.append(await registry.prove(person.name, identifier))
            await not_proved(database)
        assert told[0]["code"] == "PROVIDER_UNAVAILABLE", fault
        assert told[0] == told[1], fault


async def test_an_authority_that_fails_again_and_again_is_left_alone(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "FAILURES_TO_OPEN", 2)
    person = await registry.person()
    registry.authority.failing = 100
    for _ in range(2):
        refused = await registry.prove(person.name, identifier_of(person))
        assert refused["code"] == "PROVIDER_UNAVAILABLE"
    assert registry.authority.failing == 98


async def test_neither_name_nor_number_is_left_anywhere(registry: Registry) -> None:
    async with watched(registry.serving) as watch:
        person = await new_person(registry.serving, watch)
        number = person.numbers[IdentifierKind.WORK_PERMIT]
        await registry.prove(person.name, identifier_of(person))
        for break_it in (_down, _nonsense, _wrong_key, _answers(404)):
            registry.authority.mend()
            break_it(registry.authority)
            await registry.prove(person.name, identifier_of(person))
        registry.authority.mend()
        registry.authority.knows.add((number, person.name))
        registry.serving.clock.advance(hours=2)
        await registry.prove(person.name, identifier_of(person))
        assert {"PROVIDER_UNAVAILABLE", "IDENTITY_NOT_CONFIRMED"} <= watch.codes
        await assert_nothing_left(registry.serving, watch)


async def test_a_verdict_on_another_question_is_none_on_this(
    registry: Registry, database: Database
) -> None:
    person, other = await registry.person(), await registry.person()
    assert (await registry.prove(person.name, identifier_of(person)))["secondProofDue"] is False
    await database["login_flows"].delete_many({})
    [registry.authority.replayed] = registry.authority.given_out
    for identifier in (identifier_of(other), identifier_of(person)):
        refused = await registry.prove(person.name, identifier)
        assert refused["code"] == "PROVIDER_UNAVAILABLE"
        await not_proved(database)


async def test_a_question_whose_answer_was_lost_is_charged_once(registry: Registry) -> None:
    person = await registry.person()
    client = await registry.begun()
    registry.authority.lost = 3
    refused = await registry.prove(person.name, identifier_of(person), client)
    assert refused["code"] == "PROVIDER_UNAVAILABLE"
    proved = await registry.prove(person.name, identifier_of(person), client)
    assert proved["__typename"] == "RealNameProved"
    assert len(registry.authority.asked) == 4
    assert len(registry.authority.charged) == 1


async def test_an_authority_that_is_slow_is_unavailable_and_charges_once(
    registry: Registry, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await registry.person()
    client = await registry.begun()
    monkeypatch.setattr(verification, "PROVIDER_LIFETIME", timedelta(milliseconds=300))
    registry.authority.slow.clear()
    refused = await registry.prove(person.name, identifier_of(person), client)
    assert refused["code"] == "PROVIDER_UNAVAILABLE"
    await not_proved(database)
    monkeypatch.undo()
    registry.authority.slow.set()
    proved = await registry.prove(person.name, identifier_of(person), client)
    assert proved["__typename"] == "RealNameProved"
    assert len(registry.authority.charged) == 1


async def test_a_number_that_is_tried_too_often_is_not_asked_about(registry: Registry) -> None:
    person = await registry.person()
    for _ in range(8):
        refused = await registry.prove("Somebody Else", identifier_of(person))
        assert refused["code"] == "IDENTITY_NOT_CONFIRMED"
    assert len(registry.authority.asked) < 8
    before = len(registry.authority.asked)
    refused = await registry.prove(person.name, identifier_of(person))
    assert refused["code"] == "IDENTITY_NOT_CONFIRMED"
    assert len(registry.authority.asked) == before
