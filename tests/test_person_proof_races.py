"""A proof of a person is looked at for seconds: what the holder, or the authority, did meanwhile
holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database, in_transaction
from auth.principal import Principal, PrincipalKind
from resolvers.erasing import erase_holder
from resolvers.gateway import Ask
from resolvers.store.holders import HolderStore
from tests.app_client import COMPLETE, START_CHECK, AppClient
from tests.frame_provider import NAMED, PROVIDER, post_frames
from tests.serving import Serving, serving_gateway


@pytest.fixture
async def serving(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Serving]:
    settings = settings.model_copy(update={"person_provider": NAMED})
    async with serving_gateway(settings, mongod_uri, database, key_set) as running:
        yield running


async def _challenged(serving: Serving) -> tuple[AppClient, str, str]:
    """With the holder's id."""
    person = await serving.person()
    client = serving.client()
    await client.prove_real_name(person.name, person.identifier())
    await client.consent()
    challenge_id = (await client.step(START_CHECK))["challengeId"]
    return client, challenge_id, person.holder_id


async def _looked_at(client: AppClient, challenge_id: str) -> asyncio.Task[httpx.Response]:
    """Frames that the provider has before it, and keeps."""
    PROVIDER.gate = asyncio.Event()
    sent = asyncio.create_task(post_frames(client, challenge_id))
    while not PROVIDER.seen:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return sent


def _decide() -> None:
    assert PROVIDER.gate is not None
    PROVIDER.gate.set()


async def _erase(serving: Serving, settings: Settings, uri: str, holder_id: str) -> None:
    async with open_runtime(settings, uri, now=serving.clock) as runtime:
        administrator = Ask(Principal(PrincipalKind.ADMINISTRATOR), "", new_id("req"))
        assert await erase_holder(runtime.gateway, administrator, holder_id)


async def test_a_consent_withdrawn_while_frames_are_looked_at_stays_withdrawn(
    serving: Serving, database: Database
) -> None:
    client, challenge_id, holder_id = await _challenged(serving)
    given = {"version": "2025-01", "given_at": serving.clock(), "withdrawn_at": None}
    await database["holders"].update_one({"_id": holder_id}, {"$set": {"biometric_consent": given}})
    sent = await _looked_at(client, challenge_id)
    await in_transaction(
        database,
        lambda transaction: HolderStore(database).withdraw_biometric_consent(
            holder_id, serving.clock(), transaction
        ),
    )
    _decide()
    answer = await sent
    assert (answer.status_code, answer.json()["code"]) == (409, "CONSENT_VERSION_OUTDATED")
    holder = await database["holders"].find_one({"_id": holder_id})
    assert holder is not None
    assert holder["biometric_consent"]["withdrawn_at"] is not None
    assert (await client.step(COMPLETE))["code"] == "STEP_OUT_OF_ORDER"


async def test_whoever_is_erased_while_frames_are_looked_at_is_not_logged_in_by_them(
    serving: Serving, database: Database, settings: Settings, mongod_uri: str
) -> None:
    client, challenge_id, holder_id = await _challenged(serving)
    sent = await _looked_at(client, challenge_id)
    await _erase(serving, settings, mongod_uri, holder_id)
    _decide()
    assert (await sent).json()["code"] == "CONSENT_VERSION_OUTDATED"
    assert (await client.step(COMPLETE))["__typename"] == "LoginRefused"
    assert await database["sessions"].count_documents({}) == 0


async def test_whoever_is_erased_after_the_proof_gets_no_tokens_for_it(
    serving: Serving, database: Database, settings: Settings, mongod_uri: str
) -> None:
    client, challenge_id, holder_id = await _challenged(serving)
    assert (await post_frames(client, challenge_id)).status_code == 200
    await _erase(serving, settings, mongod_uri, holder_id)
    assert (await client.step(COMPLETE))["code"] == "FLOW_EXPIRED"
    assert await database["sessions"].count_documents({}) == 0
    assert await database["cards"].count_documents({}) == 0
