"""Remote engines: whatever one does wrong has its stated outcome, and is never a login.

Each row is one of docs/remote-verification.md, and goes through a login over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
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
from tests.app_client import COMPLETE, START_CHECK
from tests.remote_engine_stand_in import RemoteStandIn, running_engine
from tests.remote_verifying import Remote, anew, engines_file, no_login, state_of, submit
from tests.serving import serving_gateway


@pytest.fixture
def engines() -> Iterator[tuple[RemoteStandIn, RemoteStandIn]]:
    with running_engine("national") as first, running_engine("commercial") as second:
        yield first, second


@pytest.fixture
async def remote(
    engines: tuple[RemoteStandIn, RemoteStandIn],
    tmp_path: Path,
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
) -> AsyncIterator[Remote]:
    chosen = {
        "person_provider": "remote",
        "person_engines_file": engines_file(tmp_path, *engines),
        "outbound_loopback": True,
    }
    named = Settings(**settings.model_dump() | chosen)
    async with serving_gateway(named, mongod_uri, database, key_set) as serving:
        yield Remote(serving, *engines)


async def test_a_holder_logs_in_by_a_remote_engine(remote: Remote, database: Database) -> None:
    client, challenge_id = await remote.challenged()
    remote.first.claims = {"band": "NEAR"}
    proved = await submit(client, challenge_id)
    assert (proved["__typename"], proved["provider"]) == ("RealPersonProved", "national")
    assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"
    flow = await database["login_flows"].find_one()
    assert flow is not None
    kept = flow["evidence"]
    assert (kept["provider"], kept["level"], kept["band"]) == ("national", "remote", "NEAR")
    [check] = remote.first.checks.values()
    assert set(check) == {"nonce", "holder", "flow", "device", "purpose"}


async def test_a_result_that_is_not_ready_is_asked_for_again_and_charged_once(
    remote: Remote,
) -> None:
    client, challenge_id = await remote.challenged()
    remote.first.pending = 2
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    assert [path for path, *_ in remote.first.asked].count("/results") == 2
    assert len(remote.first.charged) == 1


_WRONG: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "holder": {"holder": "another"},
    "flow": {"flow": "another"},
    "device": {"device": "another"},
    "purpose": {"purpose": "STEP_UP"},
    "check": {"check": "another"},
    "audience": {"aud": "another"},
    "issuer": {"iss": "commercial"},
    "level": {"level": "sandbox"},
    "result": {"result": "PERHAPS"},
    "no holder": {"holder": None},
    "old": {"iat": 1},
    "over": {"exp": 1},
}


async def test_a_result_about_anything_else_ends_the_challenge_and_is_no_login(
    remote: Remote, database: Database
) -> None:
    for wrong, claims in _WRONG.items():
        await anew(database, remote.first)
        client, challenge_id = await remote.challenged()
        remote.first.claims = claims
        assert (await submit(client, challenge_id))["code"] == "PROVIDER_UNAVAILABLE", wrong
        assert await state_of(database) == "CONSENTED", wrong
        await no_login(client, database)


def _wrong_key(engine: RemoteStandIn) -> None:
    engine.signs_with = Ed25519PrivateKey.generate()


def _unknown_key(engine: RemoteStandIn) -> None:
    engine.signs_with, engine.headers = Ed25519PrivateKey.generate(), {"kid": "unknown"}


def _wrong_type(engine: RemoteStandIn) -> None:
    engine.headers = {"typ": "JWT"}


def _no_keys(engine: RemoteStandIn) -> None:
    engine.jwks_away = True


def _no_jws(engine: RemoteStandIn) -> None:
    engine.replayed = "no.such.jws"


def _too_long(engine: RemoteStandIn) -> None:
    engine.claims = {"more": "x" * 9_000}


async def test_a_result_that_is_badly_signed_ends_the_challenge_and_is_no_login(
    remote: Remote, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_keys, "REFETCH_SECONDS", 0.0)
    # Without keys first: once they are known they stay.
    for break_it in (_no_keys, _wrong_key, _unknown_key, _wrong_type, _no_jws, _too_long):
        await anew(database, remote.first)
        client, challenge_id = await remote.challenged()
        break_it(remote.first)
        told = await submit(client, challenge_id)
        assert told["code"] == "PROVIDER_UNAVAILABLE", break_it.__name__
        assert await state_of(database) == "CONSENTED", break_it.__name__
        await no_login(client, database)


async def test_a_result_that_was_given_before_is_no_login(
    remote: Remote, database: Database
) -> None:
    client, challenge_id = await remote.challenged()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    await database["login_flows"].delete_many({})
    other, challenge_id = await remote.challenged()
    [remote.first.replayed] = remote.first.given_out
    assert (await submit(other, challenge_id))["code"] == "PROVIDER_UNAVAILABLE"
    await no_login(other, database)


async def test_a_signed_refusal_is_told(remote: Remote, database: Database) -> None:
    for fault in ("NOT_LIVE", "NOT_THE_HOLDER", "POOR_QUALITY"):
        await anew(database, remote.first)
        client, challenge_id = await remote.challenged()
        remote.first.claims = {"result": fault}
        assert (await submit(client, challenge_id))["code"] == fault
        await no_login(client, database)


def _down(engine: RemoteStandIn) -> None:
    engine.failing = 2


def _redirecting(engine: RemoteStandIn) -> None:
    engine.failing, engine.status = 1, 302


def _refusing(engine: RemoteStandIn) -> None:
    engine.failing, engine.status = 1, 403


def _endless(engine: RemoteStandIn) -> None:
    engine.endless = True


def _nonsense(engine: RemoteStandIn) -> None:
    engine.raw = b"\xff{"


def _no_object(engine: RemoteStandIn) -> None:
    engine.raw = b"[]"


def _no_result(engine: RemoteStandIn) -> None:
    engine.raw = b'{"result": 1}'


async def test_an_engine_that_gives_no_result_leaves_the_flow_where_it_is(
    remote: Remote, database: Database
) -> None:
    faults = (_down, _redirecting, _refusing, _endless, _nonsense, _no_object, _no_result)
    for break_it in faults:
        await anew(database, remote.first)
        client, challenge_id = await remote.challenged()
        break_it(remote.first)
        told = await submit(client, challenge_id)
        assert told["code"] == "PROVIDER_UNAVAILABLE", break_it.__name__
        assert await state_of(database) == "CHALLENGED", break_it.__name__
        await no_login(client, database)
        remote.first.mend()
        assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    assert not any(path == "/elsewhere" for path, *_ in remote.first.asked)
    assert len(remote.first.charged) == len(faults)


async def test_an_engine_that_is_slow_is_unavailable_and_the_same_proof_is_charged_once(
    remote: Remote, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, challenge_id = await remote.challenged()
    monkeypatch.setattr(verification, "PROVIDER_LIFETIME", timedelta(milliseconds=300))
    remote.first.slow.clear()
    assert (await submit(client, challenge_id))["code"] == "PROVIDER_UNAVAILABLE"
    await no_login(client, database)
    monkeypatch.undo()
    remote.first.slow.set()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    keys = {key for path, key, _ in remote.first.asked if path == "/proofs"}
    assert remote.first.charged == keys
    assert len(keys) == 1


async def test_a_call_that_failed_once_is_repeated_with_the_same_key(remote: Remote) -> None:
    client = await remote.consented()
    remote.first.failing = 1
    challenge = await client.step(START_CHECK)
    assert challenge["instructions"] == ["TURN_LEFT"]
    [first, again] = [(path, key) for path, key, _ in remote.first.asked]
    assert first == again
    assert remote.second.asked == []


async def test_the_next_engine_takes_what_the_first_does_not_and_keeps_it(
    remote: Remote, database: Database
) -> None:
    client = await remote.consented()
    remote.first.failing = 2
    challenge_id = (await client.step(START_CHECK))["challengeId"]
    assert (await submit(client, challenge_id))["provider"] == "commercial"
    assert not remote.first.checks
    assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"


async def test_with_no_engine_left_no_check_starts(remote: Remote, database: Database) -> None:
    client = await remote.consented()
    remote.first.failing = remote.second.failing = 2
    assert (await client.step(START_CHECK))["code"] == "PROVIDER_UNAVAILABLE"
    assert await state_of(database) == "CONSENTED"


async def test_an_engine_that_fails_again_and_again_is_left_alone(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "FAILURES_TO_OPEN", 2)
    remote.first.failing = 100
    client = await remote.consented()
    for _ in range(3):
        assert (await client.step(START_CHECK))["__typename"] == "RealPersonChallenge"
    assert len(remote.first.asked) == 2
    assert len(remote.second.checks) == 3
    monkeypatch.setattr(circuit_breaker, "OPEN_SECONDS", 0.0)
    remote.first.failing = 0
    assert (await client.step(START_CHECK))["__typename"] == "RealPersonChallenge"
    assert len(remote.first.checks) == 1


async def test_proofs_that_an_engine_does_not_take_do_not_shut_it_to_others(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "FAILURES_TO_OPEN", 2)
    client, challenge_id = await remote.challenged()
    remote.first.failing, remote.first.status = 2, 400
    for _ in range(2):
        assert (await submit(client, challenge_id))["code"] == "PROVIDER_UNAVAILABLE"
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"


async def test_a_rotated_key_is_fetched_and_keys_stay_while_the_engine_is_away(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, challenge_id = await remote.challenged()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    remote.first.jwks_away = True
    monkeypatch.setattr(remote_keys, "FRESH_SECONDS", 0.0)
    client, challenge_id = await remote.challenged()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    assert remote.first.jwks_asked == 1  # not so soon again
    monkeypatch.setattr(remote_keys, "REFETCH_SECONDS", 0.0)
    client, challenge_id = await remote.challenged()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    assert remote.first.jwks_asked == 2
    remote.first.jwks_away = False
    remote.first.rotate()
    client, challenge_id = await remote.challenged()
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
