"""An engine calls back: the login waits for the first of both, and nothing else comes of a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.app_client import COMPLETE, START_CHECK
from tests.levels_stand_in import LOCAL
from tests.remote_engine_stand_in import RemoteStandIn, running_engine
from tests.remote_verifying import Remote, engines_file, no_login, state_of, submit
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
        "person_provider": f"remote,{LOCAL}",
        "person_engines_file": engines_file(tmp_path, *engines),
        "outbound_loopback": True,
    }
    named = Settings(**settings.model_dump() | chosen)
    async with serving_gateway(named, mongod_uri, database, key_set) as serving:
        yield Remote(serving, *engines)


async def call_back(remote: Remote, jws: str | bytes, engine: str = "national") -> None:
    """Whatever is sent, there is one answer."""
    answer = await remote.serving.http.post(f"/verify/callback/{engine}", content=jws)
    assert (answer.status_code, answer.content) == (202, b"")


async def arrived(database: Database) -> Any:
    flow = await database["login_flows"].find_one(sort=[("started_at", -1)])
    assert flow is not None
    return flow["arrived"]


def result_of(engine: RemoteStandIn) -> str:
    """Of its newest check."""
    return engine.result(list(engine.checks)[-1])


async def test_a_result_that_came_before_is_used_and_the_engine_is_not_asked(
    remote: Remote, database: Database
) -> None:
    client, challenge_id = await remote.challenged()
    await call_back(remote, result_of(remote.first))
    assert await state_of(database) == "CHALLENGED"
    await no_login(client, database)  # a call alone is no login
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    assert not remote.first.charged
    assert await arrived(database) is None
    assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"


async def test_a_login_that_waits_goes_on_with_the_call(remote: Remote) -> None:
    client, challenge_id = await remote.challenged()
    remote.first.pending = 1_000
    waiting = asyncio.create_task(submit(client, challenge_id))
    while not remote.first.charged:  # noqa: ASYNC110 - the engine runs in another thread
        await asyncio.sleep(0.01)
    await call_back(remote, result_of(remote.first))
    assert (await waiting)["__typename"] == "RealPersonProved"


async def test_a_signed_refusal_by_a_call_is_told(remote: Remote, database: Database) -> None:
    client, challenge_id = await remote.challenged()
    remote.first.claims = {"result": "NOT_LIVE"}
    await call_back(remote, result_of(remote.first))
    assert (await submit(client, challenge_id))["code"] == "NOT_LIVE"
    assert await arrived(database) is None
    await no_login(client, database)


async def test_a_call_that_is_not_about_this_check_is_forgotten(
    remote: Remote, database: Database
) -> None:
    _, challenge_id = await remote.challenged()
    engine = remote.first
    good = result_of(engine)
    wrong: list[dict[str, Any]] = [
        {name: "another"}
        for name in ("nonce", "holder", "flow", "device", "purpose", "check", "aud", "iss")
    ]
    for claims in [*wrong, {"result": "PERHAPS"}]:
        engine.claims = claims
        await call_back(remote, result_of(engine))
    engine.claims = {}
    engine.signs_with = Ed25519PrivateKey.generate()
    await call_back(remote, result_of(engine))
    engine.signs_with, engine.headers = None, {"typ": "JWT"}
    await call_back(remote, result_of(engine))
    await call_back(remote, good, "commercial")
    await call_back(remote, good, "nobody")
    for nonsense in (b"", b"\xff\xfe", b"a.b.c", b"x" * 9_000):
        await call_back(remote, nonsense)
    assert await arrived(database) is None
    await call_back(remote, good)
    kept = await arrived(database)
    assert kept["result"] == good
    assert await state_of(database) == "CHALLENGED"
    assert challenge_id.startswith("chl_")


async def test_a_call_counts_once_and_for_the_current_challenge_alone(
    remote: Remote, database: Database
) -> None:
    client, _ = await remote.challenged()
    first = result_of(remote.first)
    await call_back(remote, first)
    remote.first.claims = {"result": "NOT_LIVE"}
    await call_back(remote, result_of(remote.first))
    assert (await arrived(database))["result"] == first
    challenge_id = (await client.step(START_CHECK))["challengeId"]
    assert await arrived(database) is None
    await call_back(remote, first)
    assert await arrived(database) is None
    remote.first.claims = {}
    await call_back(remote, result_of(remote.first))
    assert (await submit(client, challenge_id))["__typename"] == "RealPersonProved"
    await call_back(remote, result_of(remote.first))
    assert await arrived(database) is None


async def test_a_call_about_a_check_that_a_local_engine_took_changes_nothing(
    remote: Remote, database: Database
) -> None:
    client = await remote.consented()
    remote.first.failing = remote.second.failing = 2
    challenge_id = (await client.step(START_CHECK))["challengeId"]
    flow = await database["login_flows"].find_one()
    assert flow is not None
    bound = {
        "nonce": flow["challenge"]["nonce"],
        "holder": flow["_id"],
        "flow": flow["_id"],
        "device": flow["device"]["platform"],
        "purpose": "LOGIN",
    }
    remote.first.checks = {"a:b": bound}
    await call_back(remote, result_of(remote.first))
    assert await arrived(database) is None
    assert (await submit(client, challenge_id))["code"] == "NOT_LIVE"
    await no_login(client, database)
