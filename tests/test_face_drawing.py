"""What a check asks is drawn anew for each proof that is spent, and not for each time of asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from api.face.pool import FacePool
from api.providers.local_face import LocalFaceProvider
from api.settings import Settings
from auth.keys import KeySet
from auth.login_flow import MAX_CHECK_STARTS
from auth.mongo import Database
from auth.verification import PersonCheck
from tests.app_client import START_CHECK
from tests.face_pictures import ASTRONAUT, content_of
from tests.frame_provider import post_frames
from tests.portraits import give_portrait, serving_faces
from tests.serving import MovableClock

CHECK = PersonCheck("flw_1", "nonce-1", "flw_1", "iOS 19", "LOGIN")


class Everybodys:
    async def has_portrait(self, subject: str) -> bool:
        return True

    async def portrait_of(self, subject: str) -> bytes | None:
        return None


@pytest.fixture
async def pool() -> AsyncIterator[FacePool]:
    """Closed, since a challenge has a worker started."""
    opened = FacePool()
    yield opened
    await opened.close()


async def test_another_flow_or_a_spent_proof_brings_other_actions_and_asking_again_does_not(
    pool: FacePool,
) -> None:
    here, elsewhere = (
        LocalFaceProvider(secret, Everybodys(), pool, MovableClock()) for secret in (b"one", b"two")
    )

    async def asked(local: LocalFaceProvider = here, **other: object) -> tuple[str, ...]:
        challenge = await local.start(replace(CHECK, **other))  # type: ignore[arg-type]
        return tuple(challenge.instructions)

    first = await asked()
    assert {await asked(nonce=f"nonce-{number}") for number in range(20)} == {first}
    flows = [f"flw_{number}" for number in range(200)]
    of_flows = [await asked(flow_id=flow) for flow in flows]
    assert len(set(of_flows)) > 50
    assert len({await asked(proofs_before=number) for number in range(200)}) > 50
    assert [await asked(elsewhere, flow_id=flow) for flow in flows] != of_flows


async def test_asking_again_asks_the_same_until_a_proof_is_spent(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faces = serving_faces(settings, mongod_uri, database, key_set, monkeypatch, asked=None)
    async with faces as serving:
        person = await serving.person()
        await give_portrait(serving, person.holder_id, content_of(ASTRONAUT))
        client = serving.client()
        await client.prove_real_name(person.name, person.identifier())
        await client.consent()
        told = []
        for _ in range(MAX_CHECK_STARTS):
            told.append(await client.step(START_CHECK))
            serving.clock.advance(seconds=45)
        assert {one["__typename"] for one in told} == {"RealPersonChallenge"}
        assert len({one["challengeId"] for one in told}) == len(told)
        assert len({tuple(one["instructions"]) for one in told}) == 1
        assert (await client.step(START_CHECK))["code"] == "FLOW_LOCKED"
        late = await post_frames(client, told[0]["challengeId"])
        assert late.json()["code"] == "CHALLENGE_NOT_CURRENT"
