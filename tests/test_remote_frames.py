"""Frames of a camera go to a remote engine that takes them, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.app_client import COMPLETE, START_CHECK
from tests.frame_provider import FRAMES, body_of, post_frames
from tests.remote_engine_stand_in import running_engine
from tests.remote_verifying import Remote, engines_file, no_login
from tests.serving import serving_gateway


@pytest.mark.parametrize("takes", [True, False])
async def test_frames_prove_a_person_to_an_engine_that_takes_them(
    tmp_path: Path,
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    takes: bool,
) -> None:
    with running_engine() as engine:
        told = f"takes_frames = {str(takes).lower()}"
        chosen = {
            "person_provider": "remote",
            "person_engines_file": engines_file(tmp_path, engine, more=told),
            "outbound_loopback": True,
        }
        named = Settings(**settings.model_dump() | chosen)
        async with serving_gateway(named, mongod_uri, database, key_set) as serving:
            client, challenge_id = await Remote(serving, engine, engine).challenged()
            if not takes:
                answer = await post_frames(client, challenge_id, FRAMES)
                assert answer.json()["code"] == "NOT_LIVE"
                assert [path for path, *_ in engine.asked] == ["/checks"]
                await no_login(client, database)
                return
            engine.claims = {"result": "POOR_QUALITY", "advice": "TOO_DARK"}
            answer = await post_frames(client, challenge_id, FRAMES)
            assert answer.json()["advice"] == "TOO_DARK"
            engine.claims = {}
            challenge_id = (await client.step(START_CHECK))["challengeId"]
            pictures = [(at + 1, picture) for at, picture in FRAMES]
            # The engine fails, and the same frames are sent again: they are charged once.
            engine.failing = 2
            away = await post_frames(client, challenge_id, pictures)
            assert away.json()["code"] == "PROVIDER_UNAVAILABLE"
            answer = await post_frames(client, challenge_id, pictures)
            assert answer.json() == {"result": "REAL_PERSON_PROVED"}
            path, _, given = engine.asked[-1]
            assert (path, {"frames": given["frames"]}) == ("/proofs", body_of(pictures))
            assert len(engine.charged) == 2
            assert (await client.step(COMPLETE))["__typename"] == "LoginCompleted"
